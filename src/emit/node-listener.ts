// The handlers of this folder for Node's own server, and for Express, which is one.
import { unfailing, type HandlerOptions } from './http/handler.ts';
import { addressOf, readBody, requestOf, write, type NodeRequest, type NodeResponse } from './http/node-http.ts';
import { problem } from './http/problem.ts';
import { tell } from './listener.ts';

export interface NodeListenerOptions extends HandlerOptions {
  /** What is larger is refused with 413 before a handler sees it. Default 1 MiB. */
  readonly mostBodyBytes?: number;
}

const mostBytes = 1_048_576;

/**
 * What `createServer` and `app.use` take, from what takes a `Request`. The host in the request's address is `localhost`, whatever
 * the client says it is. The body must not have been read before: in Express it stands before `express.json()`.
 *
 * @example
 * ```ts
 * createServer(nodeListener(replayHandler(laravelPos, { log, mayRead }))).listen(3002)
 * ```
 */
export function nodeListener(
  handle: (request: Request) => Response | Promise<Response>,
  options: NodeListenerOptions = {},
): (incoming: NodeRequest, outgoing: NodeResponse) => void {
  const { mostBodyBytes = mostBytes, failed } = options;
  const safely = unfailing(async (request) => handle(request), options);

  async function answerOf(incoming: NodeRequest): Promise<Response | undefined> {
    const body = await readBody(incoming, mostBodyBytes);
    if (body.kind === 'gone') return undefined;
    if (body.kind === 'too-large') return refusal(413, 'body-too-large', `At most ${mostBodyBytes} bytes are read.`);
    const address = addressOf(incoming, 'http://localhost');
    if (address === undefined) return refusal(400, 'address-invalid', 'The address of a request begins with "/".');
    const request = requestOf(incoming, address, body.bytes);
    return request === undefined ? refusal(405, 'method-not-allowed', 'No such request is answered.') : safely(request);
  }

  async function answer(incoming: NodeRequest, outgoing: NodeResponse): Promise<void> {
    const response = await answerOf(incoming);
    if (response !== undefined) await write(outgoing, response);
  }

  return (incoming, outgoing) => {
    // Whoever hangs up while being answered is nobody's trouble.
    outgoing.on('error', () => undefined);
    answer(incoming, outgoing).catch((error: unknown) => {
      tell(failed, error);
      incoming.socket.destroy();
    });
  };
}

/** What was not read of the body would be taken for the next request. */
const refusal = (status: number, name: string, detail: string): Response =>
  problem({ status, name, detail, headers: { Connection: 'close' } });
