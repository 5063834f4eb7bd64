import { expect, it } from 'vitest';
import { patience } from '../effort.ts';
import { compile } from './compiler.ts';

/** A contract as large as a large backend's, in the words of a user. */
const contractOf = (events: number, roles: number): string => {
  const perChannel = 20;
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  const channels = numbers(events / perChannel);
  return `
import { z } from 'zod';
import { barePayload, channel, defineContract, event, type EventOf, type RoleEvent, type SpecOf } from 'heard';
const large = defineContract({
  name: 'large',
  scope: z.object({ shop: z.string() }),
  dialect: barePayload(),
  connection: { transports: ['websocket'], auth: { kind: 'none' } },
  events: {
${numbers(events)
  .map((n) => `E${n}: event({ data: z.object({ id: z.number(), rows: z.array(z.object({ a${n}: z.string() })) }) }),`)
  .join('\n')}
  },
  channels: {
${channels
  .map(
    (c) =>
      `c${c}: channel({ wire: '{shop}-${c}', events: [${numbers(perChannel)
        .map((n) => `'E${c * perChannel + n}'`)
        .join(', ')}], position: 'dense' }),`,
  )
  .join('\n')}
  },
  roles: {
${numbers(roles)
  .map((r) => `r${r}: { channels: ['c${r}', 'c${(r + 1) % channels.length}'] },`)
  .join('\n')}
  },
});
declare function on<Name extends RoleEvent<SpecOf<typeof large>, 'r1'>>(
  name: Name,
  handler: (event: EventOf<SpecOf<typeof large>, Name>) => void,
): void;
on('E21', ({ data }) => data.rows[0]?.a21.length);
`;
};

it(
  'a contract of 200 events and 5 roles costs the compiler little, and twice the events cost twice',
  { timeout: patience },
  () => {
    const small = compile(contractOf(200, 5));
    const double = compile(contractOf(400, 5));
    expect(small.errors).toEqual([]);
    expect(double.errors).toEqual([]);
    // What the compiler counts is the same on every machine; 70 000 take it a quarter of a second.
    expect(small.instantiations).toBeLessThan(150_000);
    expect(double.instantiations / small.instantiations).toBeLessThan(2.2);
  },
);
