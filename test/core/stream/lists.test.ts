import { describe, expect, test } from 'vitest';
import { HeardIds } from '../../../src/core/session/heard-ids.ts';
import { KnownRows } from '../../../src/core/stream/rows.ts';
import { defaultStreamSettings } from '../../../src/core/stream/settings.ts';
import type { StreamEffect } from '../../../src/core/stream/state.ts';
import { arrival, kinds, stream, thing } from './driver.ts';

const rowsIn = (effects: readonly StreamEffect[]): readonly { name: string; version: unknown; isTold: boolean }[] =>
  effects.flatMap((effect) =>
    effect.kind === 'row'
      ? [{ name: effect.row.key.slice(7), version: effect.row.version, isTold: effect.ticket !== undefined }]
      : [],
  );
const goneIn = (effects: readonly StreamEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === 'row-gone' ? [effect.key.slice(7)] : []));
const boundariesIn = (effects: readonly StreamEffect[]): readonly number[] =>
  effects.flatMap((effect) => (effect.kind === 'read-snapshot' ? [effect.since.size] : []));
const cursorsIn = (effects: readonly StreamEffect[]): readonly unknown[] =>
  effects.flatMap((effect) => (effect.kind === 'commit' ? [effect.commit.cursor] : []));

/** Live on a server that has lists and no log. */
function listed(...[options, memory]: Parameters<typeof stream>) {
  const made = stream({ replay: undefined, ...options }, memory);
  made.at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
  return made;
}

const neverHeard = { cursor: undefined, positions: [] } as const;

describe('what a list covers', () => {
  test('S10: a list that was asked after a hole was noticed closes it, and no later one', () => {
    const { at, live, list, delivered, state } = listed();
    at(0, list(undefined));
    at(10_000, ...live(arrival(12)));
    expect(kinds(at(10_500, { kind: 'tick' }))).toContain('read-snapshot');
    at(10_600, ...live(arrival(14)));
    expect(delivered()).toEqual([]);
    expect(at(10_700, list(undefined))).toContainEqual({
      kind: 'signal',
      signal: { kind: 'gap', from: 11, to: 11, as: 'compacted' },
    });
    expect(delivered()).toEqual([12]);
    expect(state.front).toBe(12);
  });

  test('S10: where there is a log, a list without a position closes no hole that the log may still fill', () => {
    const { at, live, list, delivered, state } = stream({}, neverHeard);
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(0, list(undefined));
    at(10_000, ...live(arrival(7), arrival(9)));
    expect(kinds(at(10_500, { kind: 'tick' }))).toContain('read-snapshot');
    at(10_600, list(undefined));
    expect(delivered()).toEqual([7]);
    expect(state.front).toBe(7);
  });

  test('S10, S15: not even when a log that did not move on was the reason to read it', () => {
    const { at, live, page, list, goLive, state } = stream();
    goLive();
    at(10_000, ...live(arrival(12)));
    at(10_500, { kind: 'tick' });
    const stuck = page(12);
    if (stuck.kind !== 'page') throw new Error('not a page');
    expect(kinds(at(10_600, { kind: 'page', answer: { ...stuck.answer, hasMore: true, nextSeq: 9 } }))).toContain(
      'read-snapshot',
    );
    expect(kinds(at(10_700, list(undefined)))).toContain('read-replay');
    expect(state.front).toBe(10);
  });

  test('S17: what was heard up to the position of a list goes out before its rows, what lies behind it waits', () => {
    const { at, live, list, delivered, state } = listed();
    at(10, ...live(arrival(12), arrival(13), arrival(15)));
    const effects = at(20, list(13, [thing('a', 13)]));
    expect(kinds(effects).filter((kind) => kind === 'deliver' || kind === 'row')).toEqual([
      'deliver',
      'deliver',
      'row',
    ]);
    expect(delivered()).toEqual([12, 13]);
    expect(state.front).toBe(13);
    expect(state.held.first?.seq).toBe(15);
  });
});

describe('rows', () => {
  test('S18: a row applies when it is newer than what an event or a list told, and is told once', () => {
    const { at, live, list } = listed();
    at(0, list(10));
    at(10, ...live(arrival(11, { row: { key: 'things\na', version: 5 } })));
    const look = (nowMs: number, version: number): readonly unknown[] => {
      at(nowMs, { kind: 'refresh' });
      return rowsIn(at(nowMs, list(11, [thing('a', version)])));
    };
    expect(look(1_000, 4)).toEqual([]);
    expect(look(2_000, 5)).toEqual([]);
    expect(look(3_000, 6)).toEqual([{ name: 'a', version: 6, isTold: true }]);
    expect(look(4_000, 6)).toEqual([]);
  });

  test('S18: a row that was told before a restart is not told again, even when its version was not stored', () => {
    const { at, list } = listed();
    const [told] = at(0, list(10, [thing('a', 6)])).filter(({ kind }) => kind === 'row');
    if (told?.kind !== 'row' || told.ticket === undefined) throw new Error('not told');
    const effects = at(10, { kind: 'settled', ticket: told.ticket }, { kind: 'flush' });
    const stored = effects.flatMap((effect) => (effect.kind === 'commit' ? effect.commit.seen : []));
    const seen = new HeardIds().on('');
    for (const { id } of stored) seen.add(id, 0);
    const next = listed({ seen });
    expect(rowsIn(next.at(0, next.list(10, [thing('a', 6)])))).toEqual([{ name: 'a', version: 6, isTold: false }]);
  });

  test('S18: the very first list fills collections and tells open work only', () => {
    const { at, list } = listed({}, neverHeard);
    expect(rowsIn(at(0, list(10, [thing('a', 1), thing('job', 2, true)])))).toEqual([
      { name: 'a', version: 1, isTold: false },
      { name: 'job', version: 2, isTold: true },
    ]);
  });

  test('S18: a handler that hangs does not make the first list after a restart the very first one', () => {
    const { at, live, list } = listed({}, neverHeard);
    at(0, ...live(arrival(7)));
    at(5_000, { kind: 'tick' });
    at(5_100, list(12, [thing('a', 1)]));
    const effects = at(5_400, { kind: 'flush' });
    const [marks] = effects.flatMap((effect) => (effect.kind === 'commit' ? [effect.commit.marks] : []));
    // Where the next list begins is not known before the handler is done.
    expect(marks).toEqual(new Map([['things', { asOf: undefined, tombstones: true }]]));
    const rows = new KnownRows();
    rows.put({ key: 'things\na', version: 1 }, false, false, 0);
    const next = listed({ rows }, { ...neverHeard, marks: marks ?? new Map() });
    expect(rowsIn(next.at(0, next.list(13, [thing('a', 1), thing('b', 2)])))).toEqual([
      { name: 'b', version: 2, isTold: true },
    ]);
  });

  test('S18: that a log was empty is stored, too: the next start does not take its list for the very first one', () => {
    const { at, page } = stream({ startFrom: 'earliest' }, neverHeard);
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(10, page(0));
    expect(cursorsIn(at(300, { kind: 'tick' }))).toEqual([{ epoch: 'e', seq: 0 }]);
  });

  test('S18: after another epoch the list is right, even if its versions are lower', () => {
    const { at, live, list } = listed();
    at(0, list(10));
    at(10, ...live(arrival(11, { row: { key: 'things\na', version: 5 } })));
    at(6_000, ...live(arrival(5, { epoch: 'f' })));
    expect(rowsIn(at(6_100, list(5, [thing('a', 3)], { epoch: 'f' })))).toEqual([
      { name: 'a', version: 3, isTold: true },
    ]);
  });

  test('S18: that holds for the very first list, too: what went out before it may be of the epoch that was left', () => {
    const { at, live, list } = listed({}, neverHeard);
    at(10, ...live(arrival(13, { row: { key: 'things\na', version: 15 } })));
    at(5_010, { kind: 'tick' });
    at(6_000, list(14, [thing('a', 8)], { epoch: 'f' }));
    expect(rowsIn(at(6_100, list(14, [thing('a', 8)], { epoch: 'f' })))).toEqual([
      { name: 'a', version: 8, isTold: false },
    ]);
  });

  test('S18: without a cursor, rows that were stored may be of a sequence that is gone: a later list puts them back', () => {
    const rows = new KnownRows();
    rows.put({ key: 'things\na', version: 30 }, false, false, 0);
    const marks = new Map([['things', { asOf: '2026-01-01T00:00:00.000Z', tombstones: true }]]);
    const { at, list } = listed({ rows }, { ...neverHeard, marks });
    // What was broadcast before it was committed looks the same, so the first look proves nothing.
    expect(rowsIn(at(100, list(undefined, [thing('a', 24)])))).toEqual([]);
    expect(boundariesIn(at(10_000, { kind: 'refresh' }))).toEqual([0]);
    expect(rowsIn(at(10_100, list(undefined, [thing('a', 24)])))).toEqual([{ name: 'a', version: 24, isTold: true }]);
    expect(boundariesIn(at(20_000, { kind: 'refresh' }))).toEqual([1]);
  });

  test('S18: and no cursor is stored before, or a restart would not doubt them any more', () => {
    const rows = new KnownRows();
    rows.put({ key: 'things\na', version: 23 }, false, false, 0);
    const { at, list } = listed({ rows }, neverHeard);
    at(100, list(12, [thing('a', 24)]));
    expect(cursorsIn(at(400, { kind: 'flush' }))).toEqual([undefined]);
    expect(kinds(at(10_000, { kind: 'tick' }))).toContain('read-snapshot');
    at(10_100, list(12, [thing('a', 24)]));
    expect(cursorsIn(at(10_400, { kind: 'flush' }))).toEqual([{ epoch: 'e', seq: 12 }]);
  });

  test('S18: where nothing is stored there is nothing to doubt', () => {
    const { at, list } = listed({}, neverHeard);
    at(100, list(12, [thing('a', 24)]));
    expect(cursorsIn(at(400, { kind: 'flush' }))).toEqual([{ epoch: 'e', seq: 12 }]);
  });

  test('S18: beside a log, a list after 10 s puts back what is doubtful, and leaves what is new to the log', () => {
    const rows = new KnownRows();
    for (const [key, version] of Object.entries({ 'things\na': 25, 'things\nb': 7 })) {
      rows.put({ key, version }, false, false, 0);
    }
    const { at, list, page } = stream({ rows }, neverHeard);
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    expect(rowsIn(at(100, list(30, [thing('a', 23), thing('b', 7)])))).toEqual([]);
    at(200, page(30));
    expect(boundariesIn(at(10_000, { kind: 'tick' }))).toEqual([0]);
    expect(rowsIn(at(10_100, list(32, [thing('a', 23), thing('b', 8), thing('c', 9)])))).toEqual([
      { name: 'a', version: 23, isTold: true },
    ]);
    expect(cursorsIn(at(10_400, { kind: 'settled', ticket: 1 }, { kind: 'flush' }))).toEqual([{ epoch: 'e', seq: 30 }]);
  });

  test('S18, S23: an overflow while that list is read does not make it an ordinary one', () => {
    const { at, live, list } = listed({ settings: { ...defaultStreamSettings, maxHeld: 1, maxRestarts: 0 } });
    at(0, list(10));
    at(10, ...live(arrival(11, { row: { key: 'things\na', version: 5 } })));
    at(6_000, ...live(arrival(5, { epoch: 'f' }), arrival(7, { epoch: 'f' })));
    expect(rowsIn(at(6_100, list(7, [thing('a', 3)], { epoch: 'f' })))).toEqual([
      { name: 'a', version: 3, isTold: true },
    ]);
  });

  test('S19: what a whole and complete list lacks is gone, unless an event told of it within the overlap', () => {
    const things = (): KnownRows => {
      const rows = new KnownRows();
      for (const key of ['things\na', 'things\nb', 'other\nc']) rows.put({ key, version: 1 }, false, false, 0);
      return rows;
    };
    const whole = listed({ rows: things() });
    whole.at(0, whole.list(10, [thing('a', 1), thing('b', 1)]));
    whole.at(15_000, ...whole.live(arrival(11, { row: { key: 'things\nb', version: 2 } })));
    whole.at(20_000, { kind: 'refresh' });
    expect(goneIn(whole.at(20_100, whole.list(11)))).toEqual(['a']);

    const incomplete = listed({ rows: things() });
    incomplete.at(0, incomplete.list(10, [thing('a', 1), thing('b', 1)]));
    incomplete.at(20_000, { kind: 'refresh' });
    expect(goneIn(incomplete.at(20_100, incomplete.list(10, [], { complete: false })))).toEqual([]);

    const partial = listed({ rows: things() });
    partial.at(0, partial.list(10, [thing('a', 1), thing('b', 1)], { asOf: '2026-01-01T00:00:00.000Z' }));
    expect(boundariesIn(partial.at(20_000, { kind: 'refresh' }))).toEqual([1]);
    expect(goneIn(partial.at(20_100, partial.list(10)))).toEqual([]);
  });

  test('S19: what a list lacks too soon after an event told of it is looked for in another whole list', () => {
    const { at, live, list } = listed();
    const asOf = '2026-01-01T00:00:00.000Z';
    at(0, list(10, [], { asOf, tombstones: false }));
    at(895_000, ...live(arrival(11, { row: { key: 'things\na', version: 2 } })));
    expect(boundariesIn(at(900_000, { kind: 'refresh' }))).toEqual([0]);
    expect(goneIn(at(900_100, list(11, [], { asOf, tombstones: false })))).toEqual([]);
    expect(cursorsIn(at(900_200, { kind: 'settled', ticket: 1 }, { kind: 'flush' }))).toEqual([undefined]);
    expect(boundariesIn(at(910_099, { kind: 'tick' }))).toEqual([]);
    expect(boundariesIn(at(910_100, { kind: 'tick' }))).toEqual([0]);
    expect(goneIn(at(910_200, list(11, [], { asOf, tombstones: false })))).toEqual(['a']);
    expect(cursorsIn(at(910_300, { kind: 'flush' }))).toEqual([{ epoch: 'e', seq: 11 }]);
  });

  test('S19: what was gone from one list and is in the next is back, although its version is the same', () => {
    const { at, list } = listed();
    at(0, list(10, [thing('a', 3)]));
    at(20_000, { kind: 'refresh' });
    expect(goneIn(at(20_100, list(10)))).toEqual(['a']);
    at(30_000, { kind: 'refresh' });
    expect(rowsIn(at(30_100, list(10, [thing('a', 3)])))).toEqual([{ name: 'a', version: 3, isTold: false }]);
  });

  test('S8: a hole is stored as compacted when the rows that stand for it are handled', () => {
    const { at, live, list } = listed();
    at(0, list(10));
    at(10_000, ...live(arrival(12)));
    at(10_500, { kind: 'tick' });
    const closedIn = (effects: readonly StreamEffect[]): readonly unknown[] =>
      effects.flatMap((effect) => (effect.kind === 'commit' ? [effect.commit.closed] : []));
    at(10_600, list(12, [thing('a', 11)]));
    expect(closedIn(at(10_700, { kind: 'settled', ticket: 1 }, { kind: 'flush' }))).toEqual([[]]);
    expect(closedIn(at(10_800, { kind: 'settled', ticket: 2 }, { kind: 'flush' }))).toEqual([
      [{ from: 11, to: 11, as: 'compacted' }],
    ]);
  });

  test('S4, S19: a late event of before a list that lacked its row is told, and is no row any more', () => {
    const { at, live, list } = listed();
    at(0, list(10));
    at(10_000, ...live(arrival(13)));
    at(10_500, { kind: 'tick' });
    at(10_600, list(13));
    const late = at(10_700, ...live(arrival(11, { row: { key: 'things\na', version: 2 } })));
    expect(late).toMatchObject([{ kind: 'deliver', stale: true, arrival: { event: { seq: 11 } } }]);
  });

  test('S8: what a list said is gone is not stored as there when its slow handler settles at last', () => {
    const { at, live, list } = listed();
    at(0, list(10));
    at(1_000, ...live(arrival(11, { row: { key: 'things\na', version: 2 } })));
    at(20_000, { kind: 'refresh' });
    expect(goneIn(at(20_100, list(11)))).toEqual(['a']);
    const stored = at(20_200, { kind: 'settled', ticket: 1 }, { kind: 'flush' }).flatMap((effect) =>
      effect.kind === 'commit' ? effect.commit.rows : [],
    );
    expect(stored).toEqual([{ row: { key: 'things\na', version: 2 }, deleted: true }]);
  });

  test('S19: without tombstones the list is read whole every 15 minutes, with them it is not', () => {
    for (const tombstones of [false, true]) {
      const { at, list } = listed();
      at(0, list(10, [], { tombstones, asOf: '2026-01-01T00:00:00.000Z' }));
      expect(boundariesIn(at(899_999, { kind: 'refresh' }))).toEqual([1]);
      at(899_999, list(10, [], { tombstones, asOf: '2026-01-01T00:14:59.000Z' }));
      expect(boundariesIn(at(900_000, { kind: 'refresh' }))).toEqual([tombstones ? 1 : 0]);
    }
  });
});

describe('counting', () => {
  test('S21: five holes that are absent prove a channel sparse, once, until its next epoch', () => {
    const { at, live, page, goLive, all, delivered, state } = stream();
    const missEach = (nowMs: number, ...seqs: readonly number[]): void => {
      at(nowMs, ...live(...seqs.map((seq) => arrival(seq))));
      at(nowMs + 500, { kind: 'tick' });
      at(nowMs + 600, page(seqs.at(-1) ?? 0, ...seqs.map((seq) => arrival(seq))));
    };
    const sparse = (): number =>
      all.filter((effect) => effect.kind === 'signal' && effect.signal.kind === 'sparse').length;
    goLive();
    missEach(10_000, 12, 14, 16, 18);
    expect([state.position, sparse()]).toEqual(['dense', 0]);
    missEach(20_000, 20);
    expect([state.position, sparse()]).toEqual(['monotonic', 1]);
    at(30_000, ...live(arrival(25), arrival(30)));
    expect(delivered()).toEqual([12, 14, 16, 18, 20, 25, 30]);
    expect(kinds(at(35_500, { kind: 'tick' }))).not.toContain('read-replay');
    at(40_000, ...live(arrival(31, { epoch: 'f' })));
    expect([state.position, sparse()]).toEqual(['dense', 1]);
  });

  test('S21: holes that are more than 10 minutes apart prove nothing', () => {
    const { at, live, page, goLive, state } = stream();
    goLive();
    for (const [index, seq] of [12, 14, 16, 18, 20].entries()) {
      const nowMs = 10_000 + index * 160_000;
      at(nowMs, ...live(arrival(seq)));
      at(nowMs + 500, { kind: 'tick' });
      at(nowMs + 600, page(seq, arrival(seq)));
      expect(state.front).toBe(seq);
    }
    expect(state.position).toBe('dense');
  });

  test('S24: and the app is told that lists alone told what lay before that event', () => {
    const { at, live, list } = stream({}, neverHeard);
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(0, list(undefined));
    at(10_000, ...live(arrival(7)), { kind: 'settled', ticket: 1 });
    at(10_500, { kind: 'tick' });
    expect(kinds(at(10_600, list(undefined)))).not.toContain('continuity');
    at(20_000, { kind: 'tick' });
    expect(at(20_100, list(undefined))).toContainEqual({
      kind: 'continuity',
      told: { continuity: 'kept', reason: 'caught-up', replayed: 0, compacted: true },
    });
  });

  test('S24: where counting began with an event, lists are read until one knows all before, and no cursor is stored', () => {
    const { at, live, list, delivered } = stream({}, neverHeard);
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(0, list(undefined));
    at(10_000, ...live(arrival(7)), { kind: 'settled', ticket: 1 });
    expect(delivered()).toEqual([7]);
    expect(cursorsIn(at(10_100, { kind: 'flush' }))).toEqual([undefined]);
    expect(kinds(at(10_500, { kind: 'tick' }))).toEqual(['read-snapshot']);
    at(10_600, list(undefined));
    expect(cursorsIn(at(10_700, { kind: 'flush' }))).toEqual([undefined]);
    // What took a position before the event may be visible only now.
    expect(kinds(at(19_999, { kind: 'tick' }))).toEqual([]);
    expect(kinds(at(20_000, { kind: 'tick' }))).toEqual(['read-snapshot']);
    at(20_100, list(undefined));
    expect(cursorsIn(at(20_200, { kind: 'flush' }))).toEqual([{ epoch: 'e', seq: 7 }]);
    expect(kinds(at(30_000, { kind: 'tick' }))).toEqual([]);
  });
});
