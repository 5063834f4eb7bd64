// A real Socket.IO server for the conformance suite, with the control socket beside it over which a rig moves it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { WebSocketServer } from 'ws';
import type { WireEvent } from '../../../src/testing/transport-conformance.ts';
import { everybody } from './members.ts';
import type { Order } from './server.ts';

/** One connection, whatever namespaces it has. */
interface Marked {
  readonly url: string;
  readonly tcp: TcpSocket;
  /** Undefined for one that is never answered. */
  readonly engine: Socket['conn'] | undefined;
  readonly sockets: Map<string, Socket>;
  readonly heard: WireEvent[];
  readonly gone: Promise<unknown>;
}

export interface SocketIoServer {
  readonly url: string;
  stop(): Promise<void>;
}

export async function serveSocketIo(): Promise<SocketIoServer> {
  const marked = new Map<string, Marked>();
  const waiting = new Set<() => boolean>();
  const happened = (): void => {
    for (const look of waiting) if (look()) waiting.delete(look);
  };
  const when = <Answer>(find: () => Answer | undefined): Promise<Answer> =>
    new Promise((resolve) => {
      const look = (): boolean => {
        const found = find();
        if (found !== undefined) resolve(found);
        return found !== undefined;
      };
      if (!look()) waiting.add(look);
    });
  const markOf = (url: string): string => new URL(url, 'http://rig.test').searchParams.get('conformance') ?? '';

  const http = createServer((_, response) => response.writeHead(503).end());
  const io = new Server(http, { serveClient: false, destroyUpgrade: false, transports: ['websocket'] });
  const own = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, tcp, head) => {
    const { url = '' } = request;
    if (url.startsWith('/refusing/')) {
      tcp.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
    } else if (url.startsWith('/silent/')) {
      own.handleUpgrade(request, tcp, head, (peer) => {
        const gone = once(peer, 'close');
        const mark = {
          url,
          tcp: request.socket,
          engine: undefined,
          sockets: new Map<string, Socket>(),
          heard: [],
          gone,
        };
        marked.set(markOf(url), mark);
        happened();
      });
    } else if (url === '/control') {
      own.handleUpgrade(request, tcp, head, (rig) => {
        rig.on('message', (data: Buffer) => {
          const order = JSON.parse(data.toString()) as Order;
          void obey(order).then((answer) => rig.send(JSON.stringify({ id: order.id, answer }), () => undefined));
        });
      });
    }
  });

  io.engine.on('connection', (engine: Socket['conn']) => {
    const { url = '', socket: tcp } = engine.request;
    const gone = once(engine, 'close');
    marked.set(markOf(url), { url, tcp, engine, sockets: new Map(), heard: [], gone });
    happened();
  });
  for (const name of ['/orders', '/kitchen']) {
    io.of(name).on('connection', (socket) => {
      const mark = marked.get(markOf(socket.conn.request.url ?? ''));
      mark?.sockets.set(name, socket);
      socket.onAny((event: string, ...said: unknown[]) => {
        const [payload, acknowledge] = said;
        mark?.heard.push({ channel: name, name: event, payload });
        if (typeof acknowledge === 'function') (acknowledge as (answer: unknown) => void)(payload);
        happened();
      });
      happened();
    });
  }
  io.of('/presence').on('connection', (socket) => void socket.emit('heard:members', everybody));
  io.of('/not-yours').use((_, next) => next(Object.assign(new Error('no'), { data: { status: 403 } })));

  const acts: Readonly<Record<Order['act'], (marked: Marked, order: Order) => unknown>> = {
    accepted: ({ url }) => url,
    say({ sockets }, { events = [] }) {
      for (const { channel, name, payload } of events) sockets.get(channel)?.emit(name, payload);
    },
    sayRaw({ engine }, { texts = [] }) {
      for (const text of texts) engine?.send(text);
    },
    heard: ({ heard }, { count = 0 }) => when(() => (heard.length >= count ? heard : undefined)),
    close: ({ engine }) => engine?.close(),
    drop: ({ tcp }) => void tcp.resetAndDestroy(),
    gone: ({ gone }) => gone.then(() => undefined),
  };
  const obey = async (order: Order): Promise<unknown> =>
    acts[order.act](await when(() => marked.get(order.mark)), order);

  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      own.close();
      for (const peer of own.clients) peer.terminate();
      await io.close();
    },
  };
}
