// The development server of restaurant-os, as its frontend expects it at `/ws`: no greeting, no channels to join, nothing to
// say. Everybody is sent everything, as `{ channel, event, data }`.
import type { CreatePart } from '../part.ts';
import { bytesOf, withoutSecrets } from '../traffic.ts';
import { createUpgrading } from './upgrading.ts';

const wire = 'broadcast';
const path = '/ws';
/** Nobody has anything to say here. */
const mostFrameBytes = 65_536;
const mostBacklogBytes = 4 * 1_048_576;

export const broadcastPart: CreatePart = ({ time, traffic, showsPayloads }) => {
  let connections = 0;
  const upgrading = createUpgrading({ mostFrameBytes, time }, (socket) => {
    connections += 1;
    const connection = `b.${connections}`;
    traffic({ kind: 'connection', wire, connection, what: 'opened' });
    socket.on('close', (code) => {
      traffic({ kind: 'connection', wire, connection, what: 'closed', because: String(code) });
    });
    socket.on('message', (data: Uint8Array) => {
      traffic({ kind: 'frame', wire, connection, to: 'server', type: 'ignored', bytes: data.byteLength });
    });
  });

  return {
    name: wire,
    // Backends that ask nobody who he is, and can do without Pusher.
    carries: ({ connection: { auth, transports } }) => auth.kind === 'none' && transports.includes('websocket'),
    addresses: (authority) => [{ what: 'frames { channel, event, data }', url: `ws://${authority}${path}` }],
    upgrades: (asked) => asked === path,
    handleUpgrade: upgrading.handle,
    cut: upgrading.cut,
    publisher: {
      atOnce: 1_000,
      async publish(publications) {
        for (const { channel, name, payload } of publications) {
          const text = JSON.stringify({ channel, event: name, data: payload });
          for (const socket of upgrading.sockets) {
            if (socket.bufferedAmount > mostBacklogBytes) socket.terminate();
            else if (socket.readyState === socket.OPEN) socket.send(text, () => undefined);
          }
          traffic({
            kind: 'event',
            wire,
            channel,
            name,
            devices: upgrading.sockets.size,
            bytes: bytesOf(payload),
            ...(showsPayloads && { payload: withoutSecrets(payload) }),
          });
        }
      },
    },
    close: upgrading.close,
  };
};
