// The suite's hands on its server, the same from Node and from a page.
import type { ServerEnd, TransportUnderTest, WireEvent } from '../../../src/testing/transport-conformance.ts';
import type { Order } from './server.ts';

type Control = Pick<TransportUnderTest, 'accepted'> & { cleanUp(): void };

/** `url` is any address of that server. */
export async function control(url: string): Promise<Control> {
  const socket = new WebSocket(new URL('/control', url));
  const answers = new Map<number, (answer: unknown) => void>();
  socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const { id, answer } = JSON.parse(data) as { readonly id: number; readonly answer: unknown };
    answers.get(id)?.(answer);
    answers.delete(id);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`No control socket at ${url}.`)));
  });
  let asked = 0;
  const ask = (mark: string, act: Order['act'], more: Partial<Order> = {}): Promise<unknown> => {
    asked += 1;
    const order: Order = { id: asked, mark, act, ...more };
    return new Promise((resolve) => {
      answers.set(order.id, resolve);
      socket.send(JSON.stringify(order));
    });
  };
  const done = async (...given: Parameters<typeof ask>): Promise<void> => void (await ask(...given));
  return {
    accepted: async (mark): Promise<ServerEnd> => ({
      url: String(await ask(mark, 'accepted')),
      say: (events) => done(mark, 'say', { events }),
      sayRaw: (texts) => done(mark, 'sayRaw', { texts }),
      heard: async (count) => (await ask(mark, 'heard', { count })) as readonly WireEvent[],
      close: () => done(mark, 'close'),
      drop: () => done(mark, 'drop'),
      gone: () => done(mark, 'gone'),
    }),
    cleanUp: () => socket.close(),
  };
}
