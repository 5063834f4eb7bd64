import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCursor, readRow, readSeen, writeCursor } from '../../../src/core/session/records.ts';
import { createSeenLog } from '../../../src/core/session/seen-log.ts';
import { runs } from '../../effort.ts';

const position = fc.nat({ max: 1_000_000 });

test('what is written is read back', () => {
  fc.assert(
    fc.property(
      fc.record({ epoch: fc.option(fc.string(), { nil: undefined }), seq: position }),
      fc.option(position, { nil: undefined }),
      fc.array(fc.record({ from: position, length: position, as: fc.constantFrom('absent', 'compacted', 'lost') })),
      fc.array(
        fc.record({
          id: fc.string(),
          seq: fc.option(position, { nil: undefined }),
          sequence: fc.option(position, { nil: undefined }),
        }),
      ),
      (place, sequence, holes, heard) => {
        const cursor = { ...place, ...(sequence !== undefined && { sequence }) };
        const closed = holes.map(({ from, length, as }) => ({ from, to: from + length, as }));
        const written: unknown = JSON.parse(
          JSON.stringify(writeCursor({ cursor, closed, marks: new Map(), seen: [], rows: [] }, 5)),
        );
        expect(readCursor(written)).toEqual({ cursor, closed });
        const log = createSeenLog();
        log.add('wire', heard, 1, 2);
        const [record] = log.take();
        expect(readSeen(JSON.parse(JSON.stringify(record?.value)))).toEqual({
          wire: 'wire',
          atWallMs: 2,
          seen: heard.map(({ id, seq, sequence: other }) => ({
            id,
            seq,
            ...(other !== undefined && { sequence: other }),
          })),
        });
      },
    ),
    runs(200),
  );
});

test('whatever is in the store, reading it throws nothing and invents nothing', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(() => [readCursor(value), readSeen(value), readRow(value)]).not.toThrow();
      const { cursor } = readCursor(value);
      expect(cursor === undefined || Number.isSafeInteger(cursor.seq)).toBe(true);
    }),
    runs(500),
  );
  expect(readCursor({ seq: -1 })).toEqual({ cursor: undefined, closed: [] });
  expect(
    readCursor({
      seq: 5,
      sequence: 'x',
      closed: [
        { from: 3, to: 1, as: 'lost' },
        { from: 1, to: 2, as: 'x' },
      ],
    }),
  ).toEqual({ cursor: { epoch: undefined, seq: 5 }, closed: [] });
});
