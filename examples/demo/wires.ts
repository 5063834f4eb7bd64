// How events come here. The page says it in its address, `?wire=websocket`, so that a link and a reload keep it.
import type { Transport } from 'heard';
import { pusher } from 'heard/transports/pusher';
import { webSocket } from 'heard/transports/websocket';

export type Wire = 'pusher' | 'websocket';

export function chosenWire(): Wire {
  return new URLSearchParams(location.search).get('wire') === 'websocket' ? 'websocket' : 'pusher';
}

/** Whatever is remembered and not sent yet is there afterwards: it does not depend on the wire. */
export function choose(wire: Wire): void {
  const address = new URL(location.href);
  address.searchParams.set('wire', wire);
  location.assign(address);
}

/** The development server speaks both, on the port that this page comes from. */
export function transportOver(wire: Wire): Transport {
  const { hostname, host, port } = location;
  return wire === 'pusher'
    ? pusher({ key: 'heard-key', wsHost: hostname, wsPort: Number(port), forceTLS: false })
    : webSocket({ url: `ws://${host}/socket` });
}
