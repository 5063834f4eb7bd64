// Servers beside the browser, which do what a page tells them to.
import type { TestProject } from 'vitest/node';
import { serveBackstage } from '../scenarios/serve-backstage.ts';
import { serveConformance } from '../transports/conformance/server.ts';
import { serveSocketIo } from '../transports/conformance/socket-io-server.ts';
import { friendly, serve } from '../transports/server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Its address. */
    readonly sockets: string;
    /** That of the server of the transport conformance suite. */
    readonly conformance: string;
    /** The same, for Socket.IO. */
    readonly socketIo: string;
    /** Where a scenario's network and server are told what to do. */
    readonly backstage: string;
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
  const conformance = await serveConformance();
  const socketIo = await serveSocketIo();
  const backstage = await serveBackstage();
  project.provide('sockets', server.url);
  project.provide('conformance', conformance.url);
  project.provide('socketIo', socketIo.url);
  project.provide('backstage', backstage.url);
  return async () => {
    await server.stop();
    await conformance.stop();
    await socketIo.stop();
    await backstage.stop();
  };
}
