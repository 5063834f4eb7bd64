// The events by which a server of Socket.IO tells who is in a namespace: the library has none of its own.
import { readJson } from '../../lib/json.ts';
import { everybodyIn, memberIn } from '../members.ts';
import type { Frame, PresenceNews } from '../transport.ts';

type Read = (said: unknown) => PresenceNews | undefined;

const readers: ReadonlyMap<string, Read> = new Map<string, Read>([
  [
    'heard:members',
    (said) => {
      const everybody = everybodyIn(said);
      return everybody && { kind: 'everybody', ...everybody };
    },
  ],
  [
    'heard:came',
    (said) => {
      const member = memberIn(said);
      return member && { kind: 'came', member };
    },
  ],
  [
    'heard:went',
    (said) => {
      const gone = memberIn(said);
      return gone && { kind: 'went', id: gone.id };
    },
  ],
]);

/** These names belong to the protocol: no app hears an event of theirs, whatever is in it. */
export const isPresenceEvent = ({ name }: Frame): boolean => readers.has(name);

export function newsIn({ name, payload }: Frame): PresenceNews | undefined {
  const reading = typeof payload === 'string' ? readJson(payload) : ({ ok: true, value: payload } as const);
  return reading.ok ? readers.get(name)?.(reading.value) : undefined;
}
