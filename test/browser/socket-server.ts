// A server beside the browser, which does what a page tells it to.
import type { TestProject } from 'vitest/node';
import { friendly, serve } from '../transports/server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Its address. */
    readonly sockets: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await serve({
    said(peer, frame) {
      friendly(peer, frame);
      const { type, name, id, payload } = frame;
      if (type !== 'send') return;
      if (id !== undefined) peer.say({ type: 'ack', id, payload });
      if (name === 'close') peer.close(Number(payload));
      else if (name === 'terminate') peer.terminate();
      else if (name === 'reset') peer.reset();
      else if (name === 'say') peer.say(String(payload));
      else if (name === 'bytes') peer.say(new Uint8Array([0xff, 0x00]));
      else if (name === 'burst') {
        for (let seq = 1; seq <= Number(payload); seq += 1) {
          peer.say({ type: 'event', channel: 'orders', name: 'OrderCreated', payload: { seq } });
        }
      }
    },
  });
  project.provide('sockets', server.url);
  return () => server.stop();
}
