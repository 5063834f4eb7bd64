// From a request to the function that answers it. Nothing that is asked can throw out of here.
import type { Handler } from '../../../emit/index.ts';
import type { Caller } from '../../backend.ts';
import { readBody } from './body.ts';
import { problem, Refused } from './problem.ts';

/** A request as a backend's domain sees it. */
export interface Call {
  /** What stands in the path for `{id}`. */
  readonly params: Readonly<Record<string, string>>;
  readonly search: URLSearchParams;
  readonly headers: Headers;
  /** The JSON that came along, not checked yet. */
  readonly body: unknown;
}

/** A request of somebody whom the backend knows. */
export interface KnownCall extends Call {
  readonly caller: Caller;
}

interface Place {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/orders/{id}` */
  readonly path: string;
}

export type Route = Place &
  (
    | { readonly isOpen: true; answer(call: Call): Response | Promise<Response> }
    | (Guarded & { answer(call: KnownCall): Response | Promise<Response> })
    /** A handler of the backend half, which reads the request by itself. */
    | (Guarded & { readonly handle: Handler })
  );

interface Guarded {
  readonly isOpen?: false;
  /** A caller needs one of these; an empty list admits every caller that is known. */
  readonly to: readonly string[];
}

export interface RoutesOptions {
  readonly routes: readonly Route[];
  /** Who a bearer token is; only needed where a route is not open. */
  callerOf?(token: string | undefined): Caller | undefined;
  /** Keeps out somebody who is known: a device that was blocked. */
  keepOut?(caller: Caller): Refused | undefined;
  /** Put around whatever answers one of these paths: `idempotent`. */
  readonly wrapped?: (handle: Handler) => Handler;
}

export function createRoutes({
  routes,
  callerOf,
  keepOut,
  wrapped = (handle) => handle,
}: RoutesOptions): (request: Request) => Promise<Response | undefined> {
  const patterns = [...new Set(routes.map(({ path }) => path))]
    // Of `/users/me` and `/users/{id}` the first is meant.
    .sort((left, right) => left.split('{').length - right.split('{').length)
    .map((path) => ({ match: pathMatcher(path), ofPath: routes.filter((route) => route.path === path) }));

  function placeOf(
    pathname: string,
  ): { readonly params: Call['params']; readonly ofPath: readonly Route[] } | undefined {
    for (const { match, ofPath } of patterns) {
      const params = match(pathname);
      if (params !== undefined) return { params, ofPath };
    }
    return undefined;
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const { params = {}, ofPath = [] } = placeOf(pathname) ?? {};
    const route = ofPath.find(({ method }) => method === request.method);
    if (route === undefined) throw notAllowed(ofPath);
    const { headers } = request;
    if (route.isOpen === true) {
      return route.answer({ params, search: searchParams, headers, body: await readBody(request) });
    }
    // Strangers are not read.
    const caller = known(headers, route.to);
    if ('handle' in route) return route.handle(request);
    return route.answer({ params, search: searchParams, headers, caller, body: await readBody(request) });
  }

  function known(headers: Headers, abilities: readonly string[]): Caller {
    const caller = callerOf?.(bearerOf(headers));
    if (caller === undefined) {
      throw new Refused(401, 'unauthenticated', 'A valid bearer token is needed.', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    }
    const kept = keepOut?.(caller);
    if (kept !== undefined) throw kept;
    if (abilities.length > 0 && !abilities.some((ability) => caller.abilities.includes(ability))) {
      const details = { needed: abilities };
      throw new Refused(403, 'forbidden', `This token needs one of: ${abilities.join(', ')}.`, { details });
    }
    return caller;
  }

  const handle = wrapped(async (request) => {
    try {
      return await answer(request);
    } catch (error) {
      if (error instanceof Refused) return problem(error);
      const message = error instanceof Error ? error.message : 'Something went wrong.';
      return problem(new Refused(500, 'server-error', message));
    }
  });
  return async (request) => (placeOf(new URL(request.url).pathname) === undefined ? undefined : handle(request));
}

/** `Bearer …`, or nothing. */
export function bearerOf(headers: Headers): string | undefined {
  const match = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '');
  return match?.[1];
}

function notAllowed(ofPath: readonly Route[]): Refused {
  const allow = ofPath.map(({ method }) => method).join(', ');
  return new Refused(405, 'method-not-allowed', `This path takes: ${allow}.`, { headers: { allow } });
}

type Matcher = (pathname: string) => Readonly<Record<string, string>> | undefined;

function pathMatcher(path: string): Matcher {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const parts = path.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const pattern = new RegExp(`^${parts.join('([^/]+)')}/?$`);
  return (pathname) => {
    const match = pattern.exec(pathname);
    if (match === null) return undefined;
    const values = names.map((name, index): [string, string] => [name, decoded(match[index + 1] ?? '')]);
    return Object.fromEntries(values);
  };
}

/** A part that is no percent-encoding stands for itself, and names nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
