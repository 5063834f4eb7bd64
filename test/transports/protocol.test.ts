// docs/protocol.md, played: what it says that a device says is said, and what it says that a server says is understood.
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import type { ConnectAttempt, TransportConnection } from '../../src/transports/transport.ts';
import { webSocket } from '../../src/transports/websocket.ts';
import { connect, type Heard } from './listener.ts';
import { listen } from './listen.ts';

const page = readFileSync('docs/protocol.md', 'utf8');
const lines = [...page.matchAll(/^(→|←) (\{.*\})$/gm)].map(([, from = '', text = '']) => ({ from, text }));

/** What makes a device say this. */
function provoke(connection: TransportConnection, frame: Record<string, string>, answers: unknown[]): void {
  const { type = '', channel = '', name = '', auth, channelData } = frame;
  switch (type) {
    case 'subscribe':
      return connection.join(
        channel,
        auth === undefined ? undefined : { kind: 'signature', auth, ...(channelData !== undefined && { channelData }) },
      );
    case 'unsubscribe':
      return connection.leave(channel);
    case 'send': {
      const acknowledged = (answer: unknown): void => void answers.push(answer);
      connection.send({ channel, name, payload: frame['payload'], ...('id' in frame && { acknowledged }) });
      return;
    }
    case 'ping':
      return connection.ping();
    case 'pong':
      // It says so by itself.
      return;
    default:
      throw new Error(`The page has a word that this test does not know: ${type}`);
  }
}

const until = (isSo: () => boolean): Promise<void> =>
  vi.waitFor(() => {
    if (!isSo()) throw new Error('The dialogue stops in the middle.');
  });

test('the page is what the transport speaks', async () => {
  const server = await listen();
  const answers: unknown[] = [];
  const said: string[] = [];
  const toldBy: string[] = [];
  let heard: Heard | undefined;
  for (const { from, text } of lines) {
    const frame = JSON.parse(text) as Record<string, string>;
    if (from === '→') {
      const attempt: Partial<ConnectAttempt> = { token: frame['token'] };
      if (heard === undefined) heard = connect(webSocket({ url: server.url }), attempt);
      else provoke(heard.connection, frame, answers);
      said.push(text);
      await until(() => server.peers[0]?.heard.length === said.length);
    } else {
      const before = heard?.told.length ?? 0;
      server.peers[0]?.say(text);
      await until(() => heard?.told.length === before + 1);
      toldBy.push(`${frame['type']}: ${JSON.stringify(heard?.told.at(-1))}`);
    }
  }
  expect(server.peers[0]?.heard).toEqual(said);
  expect(toldBy).toEqual([
    'welcome: ["opened",{"socketId":"813.4"}]',
    'ack: ["joined","shop.corner.orders",null]',
    'error: ["refused","shop.corner.printing",{"status":403,"code":"not-a-printer"}]',
    'ack: ["joined","private-store.7.kds",null]',
    'ack: ["joined","presence-store.7.kds",{"members":[{"id":18,"info":{"screen":"grill"}},{"id":19}],"me":18}]',
    'came: ["presence","presence-store.7.kds",{"kind":"came","member":{"id":20,"info":{"screen":"pass"}}}]',
    'went: ["presence","presence-store.7.kds",{"kind":"went","id":19}]',
    expect.stringContaining('event: ["frame",{"channel":"shop.corner.orders","name":"OrderCreated","payload":"{'),
    'ack: ["alive"]',
    'pong: ["alive"]',
    'ping: ["alive"]',
    'error: ["warned",4429]',
  ]);
  expect(answers).toEqual([{ ok: true }]);
  heard?.connection.close();
});
