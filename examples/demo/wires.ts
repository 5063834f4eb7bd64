// How events come here. The page says it in its address, `?wire=websocket`, so that a link and a reload keep it.
import type { Transport } from 'heard';
import { pusher } from 'heard/transports/pusher';
import { socketIo } from 'heard/transports/socket-io';
import { webSocket } from 'heard/transports/websocket';

export const wires = ['pusher', 'socket-io', 'websocket'] as const;
export type Wire = (typeof wires)[number];

export function chosenWire(): Wire {
  const asked = new URLSearchParams(location.search).get('wire');
  return wires.find((wire) => wire === asked) ?? 'pusher';
}

/** Whatever is remembered and not sent yet is there afterwards: it does not depend on the wire. */
export function choose(wire: Wire): void {
  const address = new URL(location.href);
  address.searchParams.set('wire', wire);
  location.assign(address);
}

const { hostname, host, origin, port } = location;

/** The development server speaks all of them, on the port that this page comes from. */
const transports: Readonly<Record<Wire, () => Transport>> = {
  pusher: () => pusher({ key: 'heard-key', wsHost: hostname, wsPort: Number(port), forceTLS: false }),
  'socket-io': () => socketIo({ url: origin }),
  websocket: () => webSocket({ url: `ws://${host}/socket` }),
};

export const transportOver = (wire: Wire): Transport => transports[wire]();
