// What an event did not say, or said so that nobody could read it, a list says.
import { describe, expect, test } from 'vitest';
import type { StreamEffect } from '../../../src/core/stream/state.ts';
import { KnownRows } from '../../../src/core/stream/rows.ts';
import { arrival, kinds, stream, thing } from './driver.ts';

const key = 'things\na';

const shown = (effects: readonly StreamEffect[]): readonly { readonly version: unknown; readonly isTold: boolean }[] =>
  effects.flatMap((effect) =>
    effect.kind === 'row' ? [{ version: effect.row.version, isTold: effect.ticket !== undefined }] : [],
  );

/** Live for a minute: the look that every start has is behind it, and the log was asked a moment ago. */
function looked() {
  const rows = new KnownRows();
  const driver = stream({ rows });
  driver.goLive();
  driver.at(10_000, { kind: 'tick' });
  driver.at(10_010, driver.list(10, [thing('a', 1)]));
  driver.at(60_000, { kind: 'tick' });
  driver.at(60_010, driver.page(10));
  return { ...driver, rows };
}

describe('S27', () => {
  test('S27: 10 s after a start that goes on from a cursor lists are read whole, once, and fill tables without telling anybody', () => {
    const { at, list, goLive, all } = stream();
    goLive();
    expect(kinds(at(9_999, { kind: 'tick' }))).toEqual([]);
    expect(at(10_000, { kind: 'tick' })).toMatchObject([{ kind: 'read-snapshot', since: new Map() }]);
    expect(shown(at(10_100, list(10, [thing('a', 1)])))).toEqual([{ version: 1, isTold: false }]);
    at(40_000, { kind: 'tick' });
    expect(all.filter(({ kind }) => kind === 'read-snapshot')).toHaveLength(1);
  });

  test('S27: an event that could not be read is looked for 10 s later, and open work in it is told', () => {
    const { at, live, list, delivered } = looked();
    at(61_000, ...live(arrival(11, { broken: true })));
    expect(kinds(at(70_900, { kind: 'tick' }))).not.toContain('read-snapshot');
    expect(at(71_000, { kind: 'tick' })).toMatchObject([{ kind: 'read-snapshot', since: new Map() }]);
    expect(shown(at(71_100, list(11, [thing('a', 1), thing('b', 2), thing('job', 3, true)])))).toEqual([
      { version: 2, isTold: false },
      { version: 3, isTold: true },
    ]);
    expect(delivered()).toEqual([]);
  });

  test('S27: what comes while a list is asked, or just before, is looked for once more, a minute later', () => {
    for (const brokenAtMs of [69_000, 71_050]) {
      const { at, live, list, page, state } = looked();
      at(61_000, ...live(arrival(11, { broken: true })));
      if (brokenAtMs < 71_000) at(brokenAtMs, ...live(arrival(12, { broken: true })));
      expect(kinds(at(71_000, { kind: 'tick' }))).toContain('read-snapshot');
      if (brokenAtMs > 71_000) at(brokenAtMs, ...live(arrival(12, { broken: true })));
      at(71_100, list(12));
      const asked: number[] = [];
      for (let nowMs = 72_000; nowMs < 400_000; nowMs += 1_000) {
        if (kinds(at(nowMs, { kind: 'tick' })).includes('read-snapshot')) asked.push(nowMs);
        if (state.read !== undefined) at(nowMs + 10, state.read.kind === 'snapshot' ? list(12) : page(12));
      }
      expect(asked).toHaveLength(1);
      expect(asked[0]).toBeGreaterThanOrEqual(131_000);
      expect(asked[0]).toBeLessThan(140_000);
    }
  });

  test('S27: lists are read whole at most once a minute, however much cannot be read', () => {
    const { at, live, list, page, state } = looked();
    const asked: number[] = [];
    for (let seq = 11; seq < 300; seq += 1) {
      const nowMs = 61_000 + (seq - 11) * 500;
      at(nowMs, ...live(arrival(seq, { broken: true })));
      if (kinds(at(nowMs + 10, { kind: 'tick' })).includes('read-snapshot')) asked.push(nowMs + 10);
      at(nowMs + 20, state.read?.kind === 'snapshot' ? list(seq) : page(seq));
    }
    expect(asked).toHaveLength(3);
    for (const [index, nowMs] of asked.slice(1).entries())
      expect(nowMs - (asked[index] ?? 0)).toBeGreaterThanOrEqual(60_000);
  });

  test('S27: what was known 10 s before and stands lower in the list is put back, and nobody is told, also of open work', () => {
    const { at, live, list, rows } = looked();
    at(60_500, ...live(arrival(11, { row: { key, version: 9 } }), arrival(12, { broken: true })));
    at(62_000, ...live(arrival(13, { row: { key: 'things\nb', version: 9 } })));
    at(71_000, { kind: 'tick' });
    // The server was restored under its name, and what it gave out again stands where something else stood.
    const put = at(71_010, list(13, [thing('a', 5, true), thing('b', 5)]));
    expect(shown(put)).toEqual([{ version: 5, isTold: false }]);
    expect(rows.get(key)).toMatchObject({ version: 5 });
    expect(rows.get('things\nb')).toMatchObject({ version: 9 });
  });

  test('S27: what a list has filled in is still news when the log tells it', () => {
    const { at, live, list, rows, delivered } = looked();
    at(61_000, ...live(arrival(11, { broken: true })));
    at(71_000, { kind: 'tick' });
    at(71_010, list(12, [thing('a', 5)]));
    expect(rows.get(key)).toMatchObject({ version: 5, isUntold: true });
    at(71_020, ...live(arrival(12, { row: { key, version: 5 } })));
    expect(delivered()).toEqual([12]);
    expect(rows.get(key)).toMatchObject({ version: 5, isUntold: false });
  });

  test('S27: a part of a row that goes out over a hole makes no whole row: a list of the same version says the rest', () => {
    const { at, live, list, page, rows } = looked();
    at(61_000, ...live(arrival(12, { row: { key, version: 4, isPatch: true } })));
    at(61_500, { kind: 'tick' });
    at(66_000, { kind: 'tick' });
    expect(rows.get(key)).toMatchObject({ version: 4, isPart: true });
    at(66_010, page(12, arrival(11, { row: { key, version: 3 } }), arrival(12)));
    at(76_000, { kind: 'tick' });
    expect(shown(at(76_010, list(12, [thing('a', 4)])))).toEqual([{ version: 4, isTold: false }]);
    expect(rows.get(key)).toMatchObject({ version: 4, isPart: false });
  });

  test('S27, S24: a part of a row that counting begins with makes no whole row either: the list that counting waits for says the rest', () => {
    const rows = new KnownRows();
    const { at, live, list, page, state } = stream({ rows }, { cursor: undefined, positions: [] });
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(10, list(undefined, [thing('a', 1)]));
    at(20, page(0));
    // What came before it could not be read, not even at which position it stood.
    at(1_000, ...live(arrival(11, { row: { key, version: 4, isPatch: true } })));
    expect(rows.get(key)).toMatchObject({ version: 4, isPart: true });
    at(1_500, { kind: 'tick' });
    expect(shown(at(1_510, list(11, [thing('a', 4)])))).toEqual([{ version: 4, isTold: true }]);
    expect(rows.get(key)).toMatchObject({ version: 4, isPart: false });
    expect(state.brokenLookAtMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('S27, S28: a part of a row that was not stored whole either is a whole row after the first list', () => {
    const rows = new KnownRows();
    rows.restore({ key, version: 4, isPart: true, isCut: true }, false, 0, { name: 'a' });
    const { at, list, goLive } = stream({ rows });
    goLive();
    at(10_000, { kind: 'tick' });
    expect(shown(at(10_010, list(10, [thing('a', 4)])))).toEqual([{ version: 4, isTold: false }]);
    expect(rows.get(key)).toMatchObject({ version: 4, isPart: false, isCut: false });
  });

  test('S27: what an event has told is stored with what it left unsaid, and what nobody was told as a part', () => {
    const { at, live, list, goLive } = stream();
    goLive();
    // Before the look that every start has, nobody knows what a run that ended could not read.
    at(5_000, ...live(arrival(11, { row: { key, version: 4, isPatch: true } })));
    at(10_000, { kind: 'tick' });
    at(10_100, list(11, [thing('a', 4), thing('b', 2)]));
    const stored = at(10_400, { kind: 'tick' }).flatMap((effect) =>
      effect.kind === 'commit' ? effect.commit.rows.map(({ row }) => row) : [],
    );
    expect(stored.slice(-2)).toEqual([
      { key, version: 4 },
      { key: 'things\nb', version: 2, isPart: true },
    ]);
  });

  test('S27: who asks the log is not kept waiting by it, and its late answer is dropped', () => {
    const { at, live, list, state } = looked();
    at(61_000, ...live(arrival(11, { broken: true })));
    at(71_000, { kind: 'tick' });
    expect(state.read?.isBrokenLook).toBe(true);
    const late = list(11, [thing('a', 9)]);
    expect(kinds(at(71_010, { kind: 'refresh' }))).toContain('read-replay');
    expect(at(71_020, late)).toEqual([]);
  });
});
