import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventId } from '../../../src/contract/event.ts';
import { dueAtMs } from '../../../src/core/stream/machine.ts';
import { defaultStreamSettings } from '../../../src/core/stream/settings.ts';
import type { StreamEffect } from '../../../src/core/stream/state.ts';
import { arrival, kinds, stream } from './driver.ts';

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

describe('reading', () => {
  test('S22: joined, the outbox, the log, live', () => {
    const { at, page } = stream();
    expect(kinds(at(0, { kind: 'joined', generation: 1 }))).toEqual(['drain-outbox', 'status']);
    expect(kinds(at(0, { kind: 'drained' }))).toEqual(['read-replay']);
    expect(kinds(at(0, page(10)))).toEqual(['continuity', 'status']);
  });

  test('S22: an outbox that is stuck holds nobody up for more than 3 s', () => {
    const { at } = stream();
    at(0, { kind: 'joined', generation: 1 });
    expect(kinds(at(3_000, { kind: 'tick' }))).toContain('read-replay');
  });

  test('S13: another epoch, and a position with another id, mean a list', () => {
    for (const other of [arrival(11, { epoch: 'f' }), arrival(10, { id: 'other' as EventId })]) {
      const { at, live, goLive } = stream();
      goLive();
      expect(kinds(at(6_000, ...live(other)))).toContain('read-snapshot');
    }
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

  test('S16: 404 means lists from now on, 410 means a list and a signal, the rest is tried again', () => {
    const failed = (failure: 'not-found' | 'gone' | 'busy'): readonly StreamEffect[] => {
      const { at } = stream();
      at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
      return at(0, { kind: 'failed', answer: { read: 1, failure, retryAfterMs: undefined, floorSeq: undefined } });
    };
    expect(kinds(failed('not-found'))).toEqual(['signal', 'read-snapshot']);
    expect(failed('gone')).toMatchObject([{ signal: { kind: 'resync', reason: 'gone' } }, { kind: 'read-snapshot' }]);
    expect(failed('busy')).toEqual([]);
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

  test('S23: what waits is bounded, and is read again', () => {
    const { at, live, state } = stream({ settings: { ...defaultStreamSettings, maxHeld: 3 } });
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    const seqs = [20, 22, 24, 26];
    expect(kinds(at(10, ...live(...seqs.map((seq) => arrival(seq)))))).toEqual(['signal', 'read-replay']);
    expect(state.held.count).toBe(0);
  });
});
