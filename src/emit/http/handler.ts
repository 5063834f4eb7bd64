import { tell } from '../listener.ts';
import { problem } from './problem.ts';

/** What any server of today can be given: Node with an adapter, Bun, Deno, a worker. */
export type Handler = (request: Request) => Promise<Response>;

export interface HandlerOptions {
  /** Told what went wrong inside. The client learns only that it may come again. */
  readonly failed?: (error: unknown) => void;
}

/** Whatever goes wrong becomes an answer: a handler that throws takes some servers down with it. */
export const unfailing =
  (handle: Handler, { failed }: HandlerOptions): Handler =>
  async (request) => {
    try {
      return await handle(request);
    } catch (error) {
      tell(failed, error);
      return problem({
        status: 503,
        name: 'unavailable',
        detail: 'Something that this answer needs did not work. Try again.',
        headers: { 'Retry-After': '1' },
      });
    }
  };
