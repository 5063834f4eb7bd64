// The real server of the conformance suite: one port for every wire, and a control socket over which a rig, here or in a browser,
// makes it say, refuse, close and go silent.
import { serve, type Peer, type TestSockets } from '../server.ts';
import type { WireEvent } from '../../../src/testing/transport-conformance.ts';
import { wireOf } from './wires.ts';

/** What a rig asks for, by the mark of the connection that it is about. */
export interface Order {
  readonly id: number;
  readonly mark: string;
  readonly act: 'accepted' | 'say' | 'sayRaw' | 'heard' | 'close' | 'drop' | 'gone';
  readonly events?: readonly WireEvent[];
  readonly texts?: readonly string[];
  readonly count?: number;
}

interface Marked {
  readonly peer: Peer;
  readonly heard: WireEvent[];
}

export async function serveConformance(): Promise<TestSockets> {
  const marked = new Map<string, Marked>();
  /** Who waits for a connection, or for something to be heard: looked at again whenever something happens. */
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

  const isControl = ({ url }: Peer): boolean => url === '/control';
  const markOf = ({ url }: Peer): string => new URL(url, 'http://rig.test').searchParams.get('conformance') ?? '';

  async function obey({ mark, act, events = [], texts = [], count = 0 }: Order): Promise<unknown> {
    const { peer, heard } = await when(() => marked.get(mark));
    const { spell, closeCode } = wireOf(peer.url);
    if (act === 'accepted') return peer.url;
    if (act === 'heard') return when(() => (heard.length >= count ? heard : undefined));
    if (act === 'gone') return peer.gone;
    if (act === 'close') peer.close(closeCode);
    else if (act === 'drop') peer.reset();
    else if (act === 'sayRaw') for (const text of texts) peer.say(text);
    else for (const event of events) if (!peer.closed) peer.say(spell(event));
    return undefined;
  }

  return serve({
    upgrade: (socket, url) =>
      url.startsWith('/refusing') && socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'),
    connected(peer) {
      if (isControl(peer)) return;
      marked.set(markOf(peer), { peer, heard: [] });
      wireOf(peer.url).greet(peer);
      happened();
    },
    said(peer, frame) {
      if (isControl(peer)) {
        const order = frame as unknown as Order;
        void obey(order).then((answer) => peer.closed || peer.say({ id: order.id, answer }));
        return;
      }
      const wire = wireOf(peer.url);
      const message = wire.read(frame);
      if (message !== undefined) marked.get(markOf(peer))?.heard.push(message);
      wire.hear(peer, frame);
      happened();
    },
  });
}
