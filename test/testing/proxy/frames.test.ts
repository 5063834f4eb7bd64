import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameReader, frameOf, joined, type FrameKind } from '../../../src/testing/proxy/frames.ts';
import { runs } from '../../effort.ts';

const kind = fc.constantFrom<FrameKind>('text', 'binary', 'ping', 'pong', 'close');
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.integer({ min: 60_000, max: 70_000 }).map((length) => new Uint8Array(length).fill(7)),
);

/** The same bytes, as a network may cut them. */
function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (const length of lengths) {
    yield bytes.subarray(at, at + length);
    at += length;
  }
  yield bytes.subarray(at);
}

test('messages are found again however they are cut, masked or not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ kind, payload, fromClient: fc.boolean() }), { maxLength: 6 }),
      fc.array(fc.nat({ max: 40 }), { maxLength: 60 }),
      (said, lengths) => {
        const frames = said.map((one) => frameOf(one.kind, one.payload, one.fromClient));
        const read = createFrameReader();
        const units = [...cut(joined(frames), lengths)].flatMap((chunk) => read(chunk));
        expect(units.map((unit) => [unit.kind, unit.payload.byteLength])).toEqual(
          said.map((one) => [one.kind, one.payload.byteLength]),
        );
        expect(units.every(({ bytes }, at) => bytes.byteLength === frames[at]?.byteLength)).toBe(true);
      },
    ),
    runs(200),
  );
});

test('what a mask hides is read', () => {
  const mask = [1, 2, 3, 4];
  const text = new TextEncoder().encode('bonjour');
  const frame = Uint8Array.from([
    0x81,
    0x80 | text.byteLength,
    ...mask,
    ...text.map((byte, at) => byte ^ (mask[at & 3] ?? 0)),
  ]);
  const [unit] = createFrameReader()(frame);
  expect(new TextDecoder().decode(unit?.payload)).toBe('bonjour');
});

test('what is no WebSocket passes as it is, and nothing is ever made up', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (chunks) => {
      const read = createFrameReader();
      const out = chunks.flatMap((chunk) => [...read(chunk)]);
      expect(joined(out.map(({ bytes }) => bytes)).byteLength).toBeLessThanOrEqual(joined(chunks).byteLength);
    }),
    runs(500),
  );
  const read = createFrameReader();
  const junk = Uint8Array.from([0xff, 1, 2, 3]);
  expect([read(junk), read(junk)].flat().map((unit) => [unit.kind, [...unit.bytes]])).toEqual([
    ['raw', [...junk]],
    ['raw', [...junk]],
  ]);
});
