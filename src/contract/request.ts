import { HeardError } from '../errors.ts';

/** One HTTP request, relative to the API's base address. Pure data: it is stored before it is sent. */
export interface RequestPlan {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With the query string, percent-encoded. */
  readonly path: string;
  readonly body?: unknown;
}

const placeholder = /\{([^{}]*)\}/g;

/** `/v1/orders/{id}` with values: each is percent-encoded, so that no id can reach another path. */
export function fillPath(pattern: string, values: object): string {
  return pattern.replace(placeholder, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? (values as Record<string, unknown>)[name] : undefined;
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    // Servers and proxies resolve `.` and `..` even when the rest of a segment is encoded.
    if (text === '' || text === '.' || text === '..') {
      throw new HeardError('input-invalid', `The path "${pattern}" needs a value for "${name}".`, {
        remediation: `Give "${name}" as a text or a number.`,
      });
    }
    return encodeURIComponent(text);
  });
}

export type SearchValues = Readonly<Record<string, string | number | boolean | undefined>>;

export function withSearch(path: string, search: SearchValues): string {
  const pairs = Object.entries(search).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}
