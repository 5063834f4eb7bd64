// Socket.IO, as far as one has to speak it to hear a namespace.
import { readJson } from '../../lib/json.ts';
import { createChannelNames } from '../../transports/socket-io/channel-names.ts';
import { isPresenceEvent } from '../../transports/socket-io/presence-events.ts';
import type { Patient } from './patient.ts';
import { fieldsOf, textOf, withQuery, type Wire } from './wires.ts';

/** Packets of Engine.IO 4 and Socket.IO 5: a digit or two, a namespace, JSON. */
export function socketIo(url: URL, { token, handshake }: Patient): Wire {
  const names = createChannelNames();
  const auth = token === undefined ? '{}' : JSON.stringify({ token });
  return {
    name: 'socket.io',
    says: 'a Socket.IO server',
    signs: false,
    address() {
      const address = new URL(withQuery(url, handshake));
      address.protocol = address.protocol.replace('http', 'ws');
      address.pathname = '/socket.io/';
      address.searchParams.set('EIO', '4');
      address.searchParams.set('transport', 'websocket');
      return address.href;
    },
    greeting: undefined,
    // A namespace is joined by connecting to it, also to that of a channel which is named for another wire.
    subscribe({ wire }) {
      const namespace = names.take(wire) ?? wire;
      return `40${namespace === '/' ? '' : `${namespace},`}${auth}`;
    },
    read(text) {
      if (text.startsWith('0{')) return { kind: 'welcome', socketId: textOf(fieldsOf(text.slice(1))['sid']) };
      const [, type, namespace = '/', body = ''] = /^4([0-4])(?:(\/[^,]*),)?\d*(.*)$/s.exec(text) ?? [];
      if (type === '0') return { kind: 'joined', channel: names.channelOf(namespace) };
      if (type === '4')
        return { kind: 'denied', channel: names.channelOf(namespace), because: textOf(fieldsOf(body)['message']) };
      const reading = type === '2' ? readJson(body) : undefined;
      if (reading?.ok !== true || !Array.isArray(reading.value)) return undefined;
      const [name, payload]: readonly unknown[] = reading.value;
      const frame = { channel: names.channelOf(namespace), name: textOf(name), payload };
      return isPresenceEvent(frame) ? undefined : { kind: 'event', frame };
    },
    reply: (text) => (text === '2' ? '3' : undefined),
    troubleOf: () => undefined,
  };
}
