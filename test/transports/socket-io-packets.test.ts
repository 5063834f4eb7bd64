// An event is parsed when it begins like one of the last ones, and taken apart otherwise: both have to say the same.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '../../src/lib/json.ts';
import { createPacketReader, type ReadPacket, type ServerPacket } from '../../src/transports/socket-io/packets.ts';
import { runs } from '../effort.ts';

const maxLength = 2_000;
const begins = '2/orders,["order:created"';

function warm(): ReadPacket {
  const read = createPacketReader(maxLength);
  read(`${begins},{"id":0}]`);
  return read;
}

/** What the decoder makes of it. Of what is no JSON it does not matter how it is broken; an offset has nothing that is escaped. */
function meaning(packet: ServerPacket | undefined): unknown {
  if (packet?.type !== 'event') return packet;
  const { payload, lastText, namespace, name, isOnlyText, length } = packet;
  const reading = typeof payload === 'string' ? readJson(payload) : ({ ok: true, value: payload } as const);
  const said = reading.ok ? reading.value : 'set aside';
  return { namespace, name, said, endsWithText: lastText !== undefined, isOnlyText, length };
}

const thing = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '{"a":"\\"]}"}',
    '[[{}]]',
    '"offset"',
    '"{\\"in\\":\\"a text\\"}"',
    '{',
    '}',
    ']',
    '"',
    '{"a":1}{',
    ' {"a":1} ',
  ),
);

test('whatever is said with a name, an event that begins like the last ones is the same event', () => {
  fc.assert(
    fc.property(fc.array(thing, { maxLength: 4 }), fc.constantFrom(']', '', ']]', '] '), (things, end) => {
      const text = [begins, ...things].join(',') + end;
      expect(meaning(warm()(text))).toEqual(meaning(createPacketReader(maxLength)(text)));
    }),
    runs(2_000),
  );
});

test('what was parsed need not be walked through again, and a text is JSON as ever', () => {
  const read = warm();
  expect(read(`${begins},{"id":1},"offset"]`)).toMatchObject({ payload: { id: 1 }, isRead: true, lastText: 'offset' });
  expect(read(`${begins},"a text"]`)).toMatchObject({ payload: '"a text"', isRead: undefined, isOnlyText: true });
  expect(read(`${begins}]`)).toMatchObject({ payload: undefined, lastText: undefined, isOnlyText: false });
});

test.each([
  ['too deep', `${begins},${'['.repeat(100)}${']'.repeat(100)}]`],
  ['too large', `${begins},{"text":"${'x'.repeat(maxLength)}"}]`],
  ['broken', `${begins},{"id":]`],
  ['cut off', `${begins},{"id":1}`],
])('what is %s is told under its name, and not as something that was read', (_, text) => {
  const packet = warm()(text);
  expect(packet).toMatchObject({ type: 'event', namespace: '/orders', name: 'order:created', isRead: undefined });
  expect(meaning(packet)).toMatchObject({ said: 'set aside' });
});
