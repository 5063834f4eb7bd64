import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeardIds } from '../../../src/core/session/heard-ids.ts';
import { dueAtMs } from '../../../src/core/stream/due.ts';
import type { StreamInput } from '../../../src/core/stream/machine.ts';
import { KnownRows } from '../../../src/core/stream/rows.ts';
import { defaultStreamSettings } from '../../../src/core/stream/settings.ts';
import type { StreamEffect } from '../../../src/core/stream/state.ts';
import { arrival, kinds, stream, thing } from './driver.ts';

describe('delivery', () => {
  test('S1, S2: what follows is handed out at once, and the same again is not', () => {
    const { at, live, goLive, delivered } = stream();
    goLive();
    at(10, ...live(arrival(11), arrival(12), arrival(11), arrival(12)));
    expect(delivered()).toEqual([11, 12]);
  });

  test('S3: an event that overtook another waits for it', () => {
    const { at, live, goLive, delivered } = stream();
    goLive();
    at(10, ...live(arrival(13), arrival(12)));
    expect(delivered()).toEqual([]);
    at(20, ...live(arrival(11)));
    expect(delivered()).toEqual([11, 12, 13]);
  });

  test('S2, S3: in whatever order events come, and however often, they go out once and in order', () => {
    const order = fc.shuffledSubarray(
      Array.from({ length: 12 }, (_, index) => index + 11),
      { minLength: 12 },
    );
    fc.assert(
      fc.property(order, fc.array(fc.integer({ min: 11, max: 22 })), (seqs, repeats) => {
        const { at, live, goLive, delivered } = stream();
        goLive();
        at(10, ...live(...[...repeats, ...seqs, ...repeats].map((seq) => arrival(seq))));
        expect(delivered()).toEqual(seqs.toSorted((left, right) => left - right));
      }),
    );
  });

  test('S5: a broken event counts and is told to nobody', () => {
    const { at, live, goLive, delivered, state } = stream();
    goLive();
    at(10, ...live(arrival(11, { broken: true }), arrival(12)));
    expect(delivered()).toEqual([12]);
    expect(state.front).toBe(12);
  });

  test('S6, S8: the cursor waits for the handler, and is stored after 250 ms', () => {
    const { at, live, goLive } = stream();
    goLive();
    at(0, { kind: 'flush' });
    at(10, ...live(arrival(11), arrival(12)));
    at(20, { kind: 'settled', ticket: 2 });
    const early = at(260, { kind: 'tick' });
    expect(early).toMatchObject([{ kind: 'commit', commit: { cursor: { seq: 10 }, seen: [{ id: 'm12' }] } }]);
    at(300, { kind: 'settled', ticket: 1 });
    expect(at(550, { kind: 'tick' })).toMatchObject([{ kind: 'commit', commit: { cursor: { epoch: 'e', seq: 12 } } }]);
  });

  test('S6: without order in the log the cursor stays an overlap behind the head of each page', () => {
    const { at, page, state } = stream({ position: 'monotonic', replay: 'unordered' });
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    const early = page(60, arrival(55));
    if (early.kind !== 'page') throw new Error('not a page');
    at(0, { kind: 'page', answer: { ...early.answer, hasMore: true, nextSeq: 55 } });
    expect(state.front).toBe(10);
    at(5_000, page(200, arrival(150)));
    expect(state.front).toBe(10);
    at(60_000, { kind: 'tick' }, { kind: 'refresh' });
    at(60_100, page(200, arrival(55), arrival(150)));
    expect(state.front).toBe(150);
  });

  test('S7: a handler that hangs counts as settled after 30 s', () => {
    const { at, live, goLive } = stream();
    goLive();
    at(10, ...live(arrival(11)));
    expect(at(30_010, { kind: 'tick' })).toContainEqual({
      kind: 'signal',
      signal: { kind: 'handler-slow', ticket: 1 },
    });
  });
});

describe('holes', () => {
  test('S9: the log is asked after 500 ms, and not again within 5 s', () => {
    const { at, live, goLive, state, page } = stream();
    goLive();
    at(10_000, ...live(arrival(12)));
    expect(dueAtMs(state)).toBe(10_500);
    expect(kinds(at(10_499, { kind: 'tick' }))).not.toContain('read-replay');
    expect(kinds(at(10_500, { kind: 'tick' }))).toContain('read-replay');
    at(10_600, page(12, arrival(11), arrival(12)));
    at(10_700, ...live(arrival(14)));
    expect(kinds(at(11_500, { kind: 'tick' }))).not.toContain('read-replay');
    expect(kinds(at(15_500, { kind: 'tick' }))).toContain('read-replay');
  });

  test('S9: what is read after connecting is no question about a hole: one right after it is asked about after 500 ms', () => {
    const { at, live, page, delivered } = stream();
    at(10_000, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(10_100, page(10));
    at(10_200, ...live(arrival(12)));
    expect(kinds(at(10_700, { kind: 'tick' }))).toContain('read-replay');
    at(10_900, page(12, arrival(11), arrival(12)));
    expect(delivered()).toEqual([11, 12]);
  });

  test('S11, S4: a commit-ordered log proves a hole at once, and a late event is still handed out, once', () => {
    const { at, live, goLive, page, delivered } = stream();
    goLive();
    at(10_000, ...live(arrival(12)));
    at(10_500, { kind: 'tick' }, page(12, arrival(12)));
    at(10_600, page(12, arrival(12)));
    expect(delivered()).toEqual([12]);
    at(10_700, ...live(arrival(11), arrival(11)));
    expect(delivered()).toEqual([12, 11]);
  });

  test('S11: what was handled above a hole before a restart is no hole', () => {
    const positions = [
      { seq: 10, id: 'm10' },
      { seq: 12, id: 'm12' },
    ];
    const seen = new HeardIds().on('');
    for (const { id } of positions) seen.add(id, 0);
    const { at, live, page, all, delivered, state } = stream({ seen }, { positions });
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' }, ...live(arrival(14)));
    at(5_000, { kind: 'tick' });
    at(5_100, page(14, arrival(11), arrival(12), arrival(13), arrival(14)));
    expect(delivered()).toEqual([14, 11, 13]);
    expect(state.front).toBe(14);
    expect(all).not.toContainEqual(expect.objectContaining({ kind: 'signal' }));
  });

  test('S11: another log has to lack it twice', () => {
    const { at, live, goLive, page, state } = stream({ replay: 'unordered' });
    goLive();
    at(10_000, ...live(arrival(12)));
    at(10_500, { kind: 'tick' });
    at(10_600, page(12, arrival(12)));
    expect(state.front).toBe(10);
    at(15_500, { kind: 'tick' });
    at(15_600, page(12, arrival(12)));
    expect(state.front).toBe(12);
  });

  test('S11: a page tells nothing of a hole that lies before its question', () => {
    const { at, live, page, goLive, state } = stream({ replay: 'unordered' });
    goLive();
    at(10_000, ...live(arrival(12)));
    at(10_500, { kind: 'tick' });
    const first = page(16, arrival(12));
    if (first.kind !== 'page') throw new Error('not a page');
    at(10_600, { kind: 'page', answer: { ...first.answer, hasMore: true, nextSeq: 12 } });
    at(12_600, page(16, arrival(13), arrival(14), arrival(15), arrival(16)));
    expect(state.front).toBe(10);
    at(15_600, { kind: 'tick' });
    at(15_700, page(16, arrival(12)));
    expect(state.front).toBe(16);
  });

  test('S12: with HTTP down a print job waits for 2 s and not for ever, and the cursor stays', () => {
    const { at, live, goLive, all, state } = stream();
    goLive();
    at(10_000, ...live(arrival(12, { critical: true })));
    at(11_999, { kind: 'tick' });
    expect(kinds(all)).not.toContain('deliver');
    expect(at(12_000, { kind: 'tick' })).toMatchObject([{ kind: 'deliver', continuity: 'unproven' }]);
    expect(state.front).toBe(10);
  });
});

describe('S12: what waits while the log is read', () => {
  const { holdCriticalMs } = defaultStreamSettings;
  const print = (seq: number) => arrival(seq, { critical: true });

  const joined = [{ kind: 'joined', generation: 1 }] as const;
  const drained = [{ kind: 'drained' }] as const;

  /** The answer to the page that is asked for now, after which there is more. */
  const oneOf = (made: StreamInput, nextSeq: number): StreamInput => {
    if (made.kind !== 'page') throw new Error('not a page');
    return { kind: 'page', answer: { ...made.answer, hasMore: true, nextSeq } };
  };

  /** A job is heard while there are ten pages to read, each of which comes after so long. */
  function behindPages(eachMs: number) {
    const { at, live, page, delivered } = stream();
    at(0, ...joined, ...drained, ...live(print(21)));
    for (let seq = 11; seq <= 20; seq += 1) {
      const nowMs = (seq - 10) * eachMs;
      at(nowMs - 1, { kind: 'tick' });
      at(nowMs, oneOf(page(21, print(seq)), seq));
    }
    return delivered();
  }

  test('it comes after what lies before it, however many pages that takes', () => {
    expect(behindPages(holdCriticalMs)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]);
  });

  test('it does not wait for a page that takes too long', () => {
    const { at, live, page, delivered } = stream();
    at(0, ...joined, ...drained, ...live(print(21)));
    at(4_000, oneOf(page(21, print(11)), 11));
    at(5_999, { kind: 'tick' });
    expect(delivered()).toEqual([11]);
    at(6_000, { kind: 'tick' });
    expect(delivered()).toEqual([11, 21]);
  });

  test('S22: it does not go out before the log was asked and had its time', () => {
    const { at, live, page, delivered } = stream();
    at(0, ...joined, ...live(print(12)));
    expect(kinds(at(3_000, { kind: 'tick' }))).toContain('read-replay');
    at(4_999, { kind: 'tick' });
    expect(delivered()).toEqual([]);
    at(4_999, page(12, print(11), print(12)));
    expect(delivered()).toEqual([11, 12]);
  });

  test('where there is no answer it goes out after 5 s, and where asking has failed, as behind any hole', () => {
    const { at, live, state, delivered } = stream();
    at(0, ...joined, ...drained, ...live(print(12)));
    at(4_999, { kind: 'tick' });
    expect(delivered()).toEqual([]);
    at(5_000, { kind: 'tick' });
    expect(delivered()).toEqual([12]);
    const read = state.read?.number ?? 0;
    at(6_000, { kind: 'failed', answer: { read, failure: 'busy', retryAfterMs: 60_000, floorSeq: undefined } });
    at(6_000, ...live(print(14)));
    at(7_999, { kind: 'tick' });
    expect(delivered()).toEqual([12]);
    at(8_000, { kind: 'tick' });
    expect(delivered()).toEqual([12, 14]);
  });
});

test('S26: what a list told is not forgotten before the log was read to its end since', () => {
  const rows = new KnownRows();
  const { at, page, state } = stream({ rows });
  rows.put({ key: 'things\n1', version: 5 }, false, true, 100);
  at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
  at(50, page(10));
  expect(kinds(at(200, { kind: 'forget', keys: ['things\n1'] }))).toEqual([]);
  at(300, { kind: 'refresh' });
  expect(kinds(at(400, { kind: 'forget', keys: ['things\n1'] }))).toEqual([]);
  at(500, page(10));
  expect(state.read).toBeUndefined();
  expect(kinds(at(600, { kind: 'forget', keys: ['things\n1'] }))).toContain('row-forgotten');
});

test('S26: what a list lacks has changed when it was missed, and not when it was last told', () => {
  const rows = new KnownRows();
  const { at, list } = stream({ rows, replay: undefined });
  at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
  at(50, list(undefined, [thing('1', 5)]));
  at(600_000, { kind: 'refresh' });
  at(600_050, list(undefined, []));
  expect(rows.get('things\n1')).toMatchObject({ deleted: true, changedAtMs: 600_050 });
});

describe('reading', () => {
  test('S22: joined, the outbox, the log, live', () => {
    const { at, page } = stream();
    expect(kinds(at(0, { kind: 'joined', generation: 1 }))).toEqual(['drain-outbox', 'status']);
    expect(kinds(at(0, { kind: 'drained' }))).toEqual(['read-replay']);
    expect(kinds(at(0, page(10)))).toEqual(['continuity', 'status']);
  });

  test('S22: without a proof of contiguity, what comes between two pages goes out after the last one', () => {
    const { at, live, page, delivered } = stream({ position: 'monotonic' });
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' }, ...live(arrival(19)));
    const first = page(19, arrival(12));
    if (first.kind !== 'page') throw new Error('not a page');
    at(1, { kind: 'page', answer: { ...first.answer, hasMore: true, nextSeq: 12 } });
    at(2, page(19, arrival(15), arrival(19)));
    expect(delivered()).toEqual([12, 15, 19]);
  });

  test('S22: an outbox that is stuck holds nobody up for more than 3 s', () => {
    const { at } = stream();
    at(0, { kind: 'joined', generation: 1 });
    expect(kinds(at(3_000, { kind: 'tick' }))).toContain('read-replay');
  });

  test('S13: another epoch, and a position with another id, mean a list', () => {
    for (const other of [arrival(11, { epoch: 'f' }), arrival(10, { id: 'other' })]) {
      const { at, live, goLive } = stream();
      goLive();
      expect(kinds(at(6_000, ...live(other)))).toContain('read-snapshot');
    }
  });

  test('S13: a position that is not there any more in two reads 10 s apart is another sequence', () => {
    const { at, live, page, goLive, state } = stream();
    goLive();
    at(10_000, ...live(arrival(11)), { kind: 'refresh' });
    const without = (): ReturnType<typeof page> => {
      const made = page(12, arrival(12, { id: 'new' }));
      if (made.kind !== 'page') throw new Error('not a page');
      return {
        kind: 'page',
        answer: { ...made.answer, events: made.answer.events.filter(({ event }) => event.seq !== 11) },
      };
    };
    at(10_100, without());
    expect(state.resync).toBeUndefined();
    expect(kinds(at(20_000, { kind: 'tick' }))).toContain('read-replay');
    expect(at(20_100, without())).toContainEqual({
      kind: 'signal',
      signal: { kind: 'resync', reason: 'restored', from: { epoch: 'e', seq: 10 } },
    });
  });

  test('S13: a connection that went before a page came has proved nothing', () => {
    const { at, goLive, page } = stream();
    goLive();
    at(1_000, { kind: 'left' }, { kind: 'joined', generation: 2 }, { kind: 'drained' });
    at(1_100, { kind: 'live', generation: 2, arrival: arrival(11) });
    at(7_000, { kind: 'tick' }, { kind: 'left' }, { kind: 'joined', generation: 3 }, { kind: 'drained' });
    const other = page(11, arrival(10, { id: 'other' }), arrival(11));
    expect(kinds(at(7_100, other))).toContain('read-snapshot');
  });

  test('S13: a position that was stored in another sequence is not compared', () => {
    const stored = { seq: 11, id: 'old', sequence: 1 };
    const { at, page, delivered } = stream({}, { positions: [stored, { seq: 10, id: 'm10' }] });
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(0, page(11, arrival(11)));
    expect(delivered()).toEqual([11]);
  });

  test('S13: a number that positions are stored with is not given to the next sequence', () => {
    const stored = { seq: 11, id: 'old', sequence: 1 };
    const { at, list, goLive, live } = stream({}, { positions: [stored, { seq: 10, id: 'm10' }] });
    goLive();
    at(6_000, ...live(arrival(12, { epoch: 'f' })));
    at(6_100, list(12, [], { epoch: 'f' }), { kind: 'settled', ticket: 1 });
    const cursor = { epoch: 'f', seq: 12, sequence: 2 };
    expect(at(6_200, { kind: 'flush' })).toMatchObject([{ kind: 'commit', commit: { cursor } }]);
  });

  test('S1: what another channel told is a duplicate, and no anomaly unless it stands at two positions here', () => {
    const seen = new HeardIds().on('');
    seen.add('m11', 0);
    const { at, live, goLive, all, delivered } = stream({ seen });
    goLive();
    at(10, ...live(arrival(11)));
    expect(delivered()).toEqual([]);
    expect(kinds(all)).not.toContain('signal');
    at(20, ...live(arrival(12, { id: 'm11' })));
    expect(all).toContainEqual({ kind: 'signal', signal: { kind: 'anomaly', id: 'm11', seq: 12 } });
  });

  test('S1: what a channel only looked back at is still told on another one', () => {
    const seen = new HeardIds().on('');
    const began = stream({ seen, snapshot: false }, { cursor: undefined, positions: [] });
    began.at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    began.at(1, began.page(40));
    began.at(2, began.page(40, arrival(40)));
    expect(began.state.positions.idAt(40)).toBe('m40');
    const { at, live, goLive, delivered } = stream({ seen });
    goLive();
    at(10, ...live(arrival(11, { id: 'm40' })));
    expect(delivered()).toEqual([11]);
  });

  test('S13: a head below the front in two reads 2 s apart is another sequence', () => {
    const { at, page, state } = stream();
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(0, page(8));
    expect(state.resync).toBeUndefined();
    expect(kinds(at(2_000, { kind: 'tick' }))).toContain('read-replay');
    expect(at(2_100, page(8))).toContainEqual({
      kind: 'signal',
      signal: { kind: 'resync', reason: 'restored', from: { epoch: 'e', seq: 10 } },
    });
  });

  test('S13, S18: a row that was laid over what was taken back is as the list has it, at the same version, and nobody is told', () => {
    const { at, live, list, goLive, state } = stream();
    const row = thing('cook', 7);
    goLive();
    at(10, ...live(arrival(11, { row: { key: row.key, version: 7 } })));
    at(20, { kind: 'settled', ticket: 1 }, { kind: 'flush' });
    at(6_000, ...live(arrival(12, { epoch: 'f' })));
    const effects = at(6_100, list(12, [row], { epoch: 'f' }));
    expect(effects).toContainEqual({ kind: 'row', ticket: undefined, resource: 'things', row });
    expect(state.rows.get(row.key)?.version).toBe(7);
    expect(at(6_400, { kind: 'settled', ticket: 2 }, { kind: 'flush' })).toMatchObject([
      { kind: 'commit', commit: { rows: [{ row: { key: row.key, version: 7 } }] } },
    ]);
  });

  test('S13, S22, S27: what goes on behind a known position that the log has no more is unproven, and lists are read', () => {
    const told = (head: number, ...seqs: readonly number[]): unknown => {
      const { at, page, all, state } = stream();
      // The look that every start has is none of this.
      state.brokenLookAtMs = Number.POSITIVE_INFINITY;
      at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
      const answer = { read: 1, failure: 'gone', retryAfterMs: undefined, floorSeq: 11, headSeq: head } as const;
      expect(at(1, { kind: 'failed', answer })).toMatchObject([{ kind: 'read-replay', from: 10 }]);
      at(2, page(head, ...seqs.map((seq) => arrival(seq))));
      expect(state.front).toBe(head);
      expect(kinds(at(10_002, { kind: 'tick' })).includes('read-snapshot')).toBe(seqs.length > 0);
      return all.flatMap((effect) => (effect.kind === 'continuity' ? [effect.told] : []));
    };
    expect(told(12, 11, 12)).toMatchObject([{ continuity: 'unproven', reason: 'caught-up', replayed: 2 }]);
    // Nothing has happened since: a quiet channel is no reason to worry anybody.
    expect(told(10)).toMatchObject([{ continuity: 'kept' }]);
  });

  test('S13: a head below what only a list has told is another sequence at once, but once a minute', () => {
    const told = thing('waiter', 7);
    const { at, list, page, live, state, delivered } = stream();
    const restored = { kind: 'signal', signal: { kind: 'resync', reason: 'restored', from: { epoch: 'e', seq: 10 } } };
    const gone = (): StreamInput => ({
      kind: 'failed',
      answer: { read: state.reads, failure: 'gone', retryAfterMs: undefined, floorSeq: 19 },
    });
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(1, gone());
    at(2, list(20, [told]));
    expect(state.front).toBe(20);
    // The backup was of before 19, and 19 was given out again since: by the time of a second look 20 is there again, too.
    expect(at(3, page(19))).toContainEqual(restored);
    at(4, list(19, [thing('waiter', 6)]));
    expect(state.rows.get(told.key)?.version).toBe(6);
    // The log of a server that is read from a copy is behind its lists: that is no reason for a list after the other.
    expect(at(5, page(18))).not.toContainEqual(restored);
    expect(at(2_005, { kind: 'tick' })).toMatchObject([{ kind: 'read-replay', from: 18 }]);
    at(2_006, page(19), ...live(arrival(20)));
    expect(delivered().at(-1)).toBe(20);
  });

  test('S13: a head that is always a little behind what was broadcast is not', () => {
    const { at, live, page, goLive, state } = stream();
    goLive();
    at(10_000, ...live(arrival(11)), { kind: 'refresh' });
    at(10_100, page(10));
    at(12_000, ...live(arrival(12)));
    at(20_000, { kind: 'tick' });
    at(20_100, page(11));
    expect(state.resync).toBeUndefined();
    expect(state.front).toBe(12);
  });

  test('S14: an answer to an older question is dropped', () => {
    const { at, page, delivered } = stream();
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    const late = page(11, arrival(11));
    at(0, { kind: 'left' }, { kind: 'joined', generation: 2 }, { kind: 'drained' });
    at(0, late);
    expect(delivered()).toEqual([]);
  });

  test('S16: 404 means lists from now on, the rest is tried again', () => {
    const failed = (failure: 'not-found' | 'busy'): readonly StreamEffect[] => {
      const { at } = stream();
      at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
      return at(0, { kind: 'failed', answer: { read: 1, failure, retryAfterMs: undefined, floorSeq: undefined } });
    };
    expect(kinds(failed('not-found'))).toEqual(['signal', 'read-snapshot']);
    expect(failed('busy')).toEqual([]);
  });

  test('S16: 410 to a look at the last known position asks from there; 410 again means a list and a signal', () => {
    const { at } = stream();
    const gone = (read: number, floorSeq?: number): StreamInput => ({
      kind: 'failed',
      answer: { read, failure: 'gone', retryAfterMs: undefined, floorSeq },
    });
    const resync = [{ signal: { kind: 'resync', reason: 'gone' } }, { kind: 'read-snapshot' }];
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    expect(at(0, gone(1))).toMatchObject([{ kind: 'read-replay', from: 10 }]);
    expect(at(0, gone(2))).toMatchObject(resync);
    const other = stream();
    other.at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    expect(other.at(0, gone(1, 30))).toMatchObject(resync);
  });

  test('S16, S13: what is left of the log is still compared, and another id there is another sequence', () => {
    const { at, page, state } = stream();
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(1, page(14, ...[11, 12, 13, 14].map((seq) => arrival(seq))));
    // No page has confirmed what went out since.
    state.checkFrom = 11;
    at(2, { kind: 'left' }, { kind: 'joined', generation: 2 }, { kind: 'drained' });
    const answer = { read: state.reads, failure: 'gone', retryAfterMs: undefined, floorSeq: 14, headSeq: 14 } as const;
    expect(at(3, { kind: 'failed', answer })).toMatchObject([{ kind: 'read-replay', from: 13 }]);
    const effects = at(4, page(14, arrival(14, { id: 'another' })));
    expect(effects[0]).toMatchObject({ signal: { kind: 'resync', reason: 'position-reused' } });
  });

  test.each([
    { floorSeq: 14, front: 15, what: 'goes on' },
    { floorSeq: 17, front: undefined, what: 'begins with the next event' },
    { floorSeq: undefined, front: undefined, what: 'begins with the next event' },
  ])('S16: after 410 and a list counting $what where the log begins at $floorSeq', ({ floorSeq, front }) => {
    const { at, live, goLive, list, state } = stream();
    goLive();
    at(10, ...live(arrival(12), arrival(13), arrival(14), arrival(15)));
    at(600, { kind: 'refresh' });
    const gone = (): StreamInput => ({
      kind: 'failed',
      answer: { read: state.reads, failure: 'gone', retryAfterMs: undefined, floorSeq },
    });
    at(700, gone());
    if (state.read?.kind === 'replay') at(750, gone());
    at(800, list(undefined));
    expect(state.front).toBe(front);
  });

  test('S22: who was put out and is let in on the same connection catches up again', () => {
    const { at, goLive } = stream();
    goLive();
    at(10, { kind: 'left' });
    expect(kinds(at(20, { kind: 'joined', generation: 1 }))).toContain('drain-outbox');
    expect(kinds(at(30, { kind: 'drained' }))).toContain('read-replay');
  });

  test('S13: what is released while nothing is heard does not hide that a position came back', () => {
    const { at, live, goLive } = stream();
    goLive();
    at(10, ...live(arrival(11)));
    at(20, { kind: 'left' });
    at(30, ...live(arrival(12), arrival(13)));
    at(6_000, { kind: 'tick' });
    at(7_000, { kind: 'joined', generation: 2 });
    expect(at(7_000, { kind: 'drained' })).toMatchObject([{ kind: 'read-replay', from: 10 }]);
  });

  test('S20: without any reason the log is read again within 72 s', () => {
    const { at, goLive } = stream();
    goLive();
    expect(kinds(at(72_000, { kind: 'tick' }))).toContain('read-replay');
  });

  test('S15: a page that does not move on leads to a list', () => {
    const { at, page } = stream();
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    const stuck = page(50);
    if (stuck.kind !== 'page') throw new Error('not a page');
    const answer = { ...stuck.answer, hasMore: true, nextSeq: 9 };
    expect(kinds(at(0, { kind: 'page', answer }))).toContain('read-snapshot');
  });

  test('S15: a log that does not move on twice is let be for a while', () => {
    const { at, page, list, state } = stream();
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    const stuck = (): ReturnType<typeof page> => {
      const made = page(50);
      if (made.kind !== 'page') throw new Error('not a page');
      return { kind: 'page', answer: { ...made.answer, hasMore: true, nextSeq: 9 } };
    };
    at(0, stuck());
    expect(kinds(at(100, list(undefined)))).toContain('read-replay');
    expect(kinds(at(200, stuck()))).toContain('read-snapshot');
    expect(kinds(at(300, list(undefined)))).not.toContain('read-replay');
    expect(state.status).toBe('live');
  });

  test('S23, S11: what was heard and dropped is not absent because a page that was under way lacks it', () => {
    const { at, live, goLive, page, state } = stream({ settings: { ...defaultStreamSettings, maxHeld: 1 } });
    goLive();
    at(10_000, ...live(arrival(13)));
    at(10_500, { kind: 'tick' });
    const underWay = page(13, arrival(11), arrival(13));
    expect(kinds(at(10_600, ...live(arrival(12))))).toContain('read-replay');
    at(10_700, underWay);
    expect(state.front).toBe(10);
    at(10_800, page(13, arrival(11), arrival(12), arrival(13)));
    expect(state.front).toBe(13);
  });

  test('S23: what waits is bounded, and is read again', () => {
    const { at, live, state } = stream({ settings: { ...defaultStreamSettings, maxHeld: 3 } });
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    const seqs = [20, 22, 24, 26];
    expect(kinds(at(10, ...live(...seqs.map((seq) => arrival(seq)))))).toEqual(['signal', 'read-replay']);
    expect(state.held.count).toBe(0);
  });
});

describe('a log without a list, at a device that was never here', () => {
  const fresh = () => stream({ snapshot: false }, { cursor: undefined, positions: [] });
  const join = { kind: 'joined', generation: 1 } as const;
  const drained = { kind: 'drained' } as const;

  test('S25: it is asked where it ends, and counting begins there', () => {
    const s = fresh();
    expect(kinds(s.at(0, join, drained))).toContain('read-replay');
    expect(s.state.read).toMatchObject({ isHead: true, from: 0 });
    s.at(1, s.page(40, arrival(1)));
    expect(s.state.front).toBe(40);
    s.at(2, s.page(41, arrival(41)));
    expect(s.delivered()).toEqual([41]);
    expect(s.state.phase).toBe('live');
  });

  test('S25, S13: what stands where the log ends is not told; another id there later is another sequence', () => {
    const s = stream({ snapshot: false, position: 'monotonic' }, { cursor: undefined, positions: [] });
    s.at(0, join, drained);
    s.at(1, s.page(40, arrival(1)));
    expect(s.state.read).toMatchObject({ isHead: false, from: 39 });
    s.at(2, s.page(40, arrival(40)));
    expect(s.delivered()).toEqual([]);
    s.at(3, { kind: 'left' }, { kind: 'joined', generation: 2 }, drained);
    expect(s.state.read).toMatchObject({ from: 39 });
    const effects = s.at(4, s.page(42, arrival(40, { id: 'new' }), arrival(42)));
    expect(effects[0]).toMatchObject({ kind: 'signal', signal: { kind: 'resync', reason: 'position-reused' } });
    s.at(5, s.page(42, arrival(40, { id: 'new' }), arrival(42)));
    expect(s.delivered()).toEqual(expect.arrayContaining([40, 42]));
  });

  test('S25: a frame of what stands there may come after the answer, and is told', () => {
    const s = stream({ snapshot: false, position: 'monotonic' }, { cursor: undefined, positions: [] });
    s.at(0, join, drained);
    s.at(1, s.page(40, arrival(1)));
    s.at(2, s.page(40, arrival(40)));
    s.at(3, ...s.live(arrival(40)));
    expect(s.delivered()).toEqual([40]);
  });

  test('S25: it does not begin behind what was heard meanwhile', () => {
    const s = fresh();
    s.at(0, join, drained, ...s.live(arrival(40), arrival(41)));
    s.at(1, s.page(41, arrival(1)));
    expect(s.state.front).toBe(39);
    s.at(2, s.page(41, arrival(40), arrival(41)));
    expect(s.delivered()).toEqual([40, 41]);
  });

  test('S25: it begins with what was heard, although that waited too long, or was too much to keep', () => {
    const settings = { ...defaultStreamSettings, maxHeld: 1 };
    for (const position of ['dense', 'monotonic'] as const) {
      const dropped = stream({ snapshot: false, position, settings }, { cursor: undefined, positions: [] });
      dropped.at(0, join, drained, ...dropped.live(arrival(40), arrival(41), arrival(42)));
      dropped.at(1, dropped.page(42));
      expect(dropped.state.front).toBe(39);

      const waited = stream({ snapshot: false, position }, { cursor: undefined, positions: [] });
      waited.at(0, join, drained, ...waited.live(arrival(40)));
      waited.at(5_000, { kind: 'tick' });
      expect(waited.delivered()).toEqual([40]);
      waited.at(5_001, waited.page(42));
      waited.at(5_002, waited.page(42, arrival(41), arrival(42)));
      expect(waited.delivered()).toEqual([40, 41, 42]);
    }
  });

  test('S25: what took a position before its end and is heard later is told, and nothing that was there', () => {
    const s = fresh();
    s.at(0, join, drained);
    s.at(1, s.page(40));
    s.at(2, s.page(40, arrival(40)));
    s.at(3, ...s.live(arrival(38), arrival(38), arrival(41), arrival(40)));
    expect(s.delivered()).toEqual([38, 41]);
  });

  test('S23, S25: nor is that dropped with what can be read again', () => {
    const settings = { ...defaultStreamSettings, maxHeld: 1 };
    const s = stream({ snapshot: false, position: 'monotonic', settings }, { cursor: undefined, positions: [] });
    s.at(0, join, drained);
    s.at(1, s.page(40));
    s.at(2, ...s.live(arrival(38), arrival(41)));
    expect(s.delivered()).toEqual([38]);
  });

  test('S25: one that says where it ends and cannot be read from there is counted from the next event', () => {
    const s = fresh();
    s.at(0, join, drained);
    for (let asked = 0; asked < 10 && s.state.read !== undefined; asked += 1) {
      const answer = { failure: 'gone', retryAfterMs: undefined, floorSeq: undefined, headSeq: 40 } as const;
      s.at(1, { kind: 'failed', answer: { ...answer, read: s.state.reads } });
    }
    expect(s.state).toMatchObject({ phase: 'live', front: undefined });
  });

  test('S25: one that begins later says so with 410, and where it ends, too', () => {
    const s = fresh();
    s.at(0, join, drained);
    const answer = {
      read: s.state.reads,
      failure: 'gone',
      retryAfterMs: undefined,
      floorSeq: 30,
      headSeq: 40,
    } as const;
    s.at(1, { kind: 'failed', answer });
    expect(s.state.front).toBe(40);
  });

  test('S25: it does not begin behind what waits when the log turns out to begin later, and what waits goes out in order', () => {
    const s = stream({ snapshot: false }, { cursor: { epoch: 'e', seq: 10, sequence: undefined } });
    s.goLive();
    s.at(10, ...s.live(arrival(18), arrival(22)));
    s.at(600, { kind: 'refresh' });
    const gone = (): StreamInput => ({
      kind: 'failed',
      answer: { read: s.state.reads, failure: 'gone', retryAfterMs: undefined, floorSeq: undefined, headSeq: 30 },
    });
    // From before the front, from the front, and where it ends.
    s.at(700, gone());
    s.at(750, gone());
    s.at(800, gone());
    expect(s.state.front).toBe(17);
    s.at(900, gone());
    s.at(1_000, ...s.live(arrival(28)));
    s.at(9_000, { kind: 'tick' });
    expect(s.delivered()).toEqual([18, 22, 28]);
  });

  test.each(['dense', 'monotonic'] as const)(
    'S25: one that cannot be read any more and says where it ends is read from its last event on (%s)',
    (position) => {
      const s = stream({ snapshot: false, position }, { cursor: { epoch: 'e', seq: 10, sequence: undefined } });
      s.goLive();
      s.at(600, { kind: 'refresh' });
      const gone = (headSeq: number): StreamInput => ({
        kind: 'failed',
        answer: { read: s.state.reads, failure: 'gone', retryAfterMs: undefined, floorSeq: undefined, headSeq },
      });
      s.at(700, gone(30));
      s.at(750, gone(30));
      // What happens until it is read from there is not lost behind a later end.
      expect(s.state).toMatchObject({ front: 29, read: { isHead: false } });
      expect(s.state.read?.from).toBeLessThan(30);
      s.at(900, s.page(32, arrival(30), arrival(31), arrival(32)));
      expect(s.delivered()).toEqual([30, 31, 32]);
    },
  );

  test('S25: one that does not say where it ends is counted from the next event', () => {
    const s = fresh();
    s.at(0, join, drained);
    const answer = { read: s.state.reads, failure: 'gone', retryAfterMs: undefined, floorSeq: undefined } as const;
    s.at(1, { kind: 'failed', answer });
    expect(s.state).toMatchObject({ phase: 'live', front: undefined });
    s.at(2, ...s.live(arrival(7)));
    expect(s.delivered()).toEqual([7]);
  });
});
