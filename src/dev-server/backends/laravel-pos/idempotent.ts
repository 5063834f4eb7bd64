// One effect for each `Idempotency-Key`: the same request again gets the same answer again.
import type { ServerTime } from '../../../emit/index.ts';
import { readBytes } from '../rest/body.ts';
import { problem, Refused } from '../rest/problem.ts';
import { bearerOf } from '../rest/routes.ts';

type Answer = (request: Request) => Promise<Response | undefined>;

interface Kept {
  readonly fingerprint: string;
  readonly atMs: number;
  /** Absent while it is worked on. */
  readonly said?: { readonly status: number; readonly headers: [string, string][]; readonly text: string };
}

const keptForMs = 86_400_000;
const mostKept = 10_000;

/** What may turn out otherwise the next time is not kept. */
const isFinal = (status: number): boolean => status < 500 && ![401, 403, 408, 425, 429].includes(status);

export function idempotent(answer: Answer, time: Pick<ServerTime, 'now'>): { readonly fetch: Answer; forget(): void } {
  const kept = new Map<string, Kept>();

  async function fetch(request: Request): Promise<Response | undefined> {
    const key = request.headers.get('idempotency-key') ?? '';
    if (key === '' || request.method === 'GET') return answer(request);
    try {
      if (key.length > 255) throw new Refused(422, 'invalid', '"Idempotency-Key" has at most 255 characters.');
      return await once(`${bearerOf(request.headers)} ${request.method} ${request.url} ${key}`, request);
    } catch (error) {
      if (error instanceof Refused) return problem(error);
      throw error;
    }
  }

  async function once(name: string, request: Request): Promise<Response | undefined> {
    const bytes = await readBytes(request);
    const fingerprint = new TextDecoder().decode(bytes);
    const earlier = kept.get(name);
    if (earlier !== undefined && time.now() - earlier.atMs < keptForMs) return again(earlier, fingerprint);
    kept.delete(name);
    kept.set(name, { fingerprint, atMs: time.now() });
    for (const old of kept.keys()) if (kept.size > mostKept) kept.delete(old);
    const { url, method, headers } = request;
    const given = await answer(
      new Request(url, { method, headers, ...(bytes.byteLength > 0 && { body: fingerprint }) }),
    );
    if (given === undefined || !isFinal(given.status)) {
      kept.delete(name);
      return given;
    }
    const text = await given.clone().text();
    kept.set(name, {
      fingerprint,
      atMs: time.now(),
      said: { status: given.status, headers: [...given.headers], text },
    });
    return given;
  }

  return { fetch, forget: () => kept.clear() };
}

function again({ fingerprint, said }: Kept, asked: string): Response {
  if (fingerprint !== asked)
    throw new Refused(422, 'idempotency-key-reused', 'That key came with another body before.');
  if (said === undefined) throw new Refused(409, 'request-in-progress', 'That request is worked on right now.');
  const { status, headers, text } = said;
  return new Response(status === 204 ? null : text, {
    status,
    headers: [...headers, ['idempotency-replayed', 'true']],
  });
}
