// Stands before the development server and writes down the head of everything that comes for it: where a token was, and where not.
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Recorded {
  readonly url: string;
  /** `Authorization: Bearer …`, by itself. */
  readonly authorization: string | undefined;
  readonly otherHeaders: readonly string[];
  readonly body: string;
  readonly isUpgrade: boolean;
}

export interface Recorder {
  readonly url: string;
  readonly recorded: readonly Recorded[];
}

export async function recorder(target: string): Promise<Recorder> {
  const { hostname, port } = new URL(target);
  const recorded: Recorded[] = [];
  const note = ({ url = '', headers, rawHeaders }: IncomingMessage, body: string, isUpgrade: boolean): void => {
    const others = rawHeaders.filter((_, at) => rawHeaders[at - (at % 2)]?.toLowerCase() !== 'authorization');
    recorded.push({ url, authorization: headers.authorization, otherHeaders: others, body, isUpgrade });
  };

  const server = createServer((incoming, outgoing) => {
    const chunks: Uint8Array[] = [];
    incoming.on('data', (chunk: Uint8Array) => void chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      note(incoming, body.toString(), false);
      const { method, url: path, headers } = incoming;
      const forwarded = ask({ hostname, port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.on('error', () => outgoing.destroy());
      forwarded.end(body);
    });
  });
  server.on('upgrade', (incoming, socket, head) => {
    note(incoming, '', true);
    const behind = connect(Number(port), hostname);
    const { method, url, rawHeaders } = incoming;
    const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
    behind.write([`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    behind.write(head);
    for (const end of [socket, behind]) end.on('error', () => void [socket.destroy(), behind.destroy()]);
    socket.pipe(behind).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, recorded };
}
