import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReadAnswer } from '../../../src/core/outbox/answer.ts';
import { dueAtMs, step } from '../../../src/core/outbox/machine.ts';
import type { OutboxRecord } from '../../../src/core/outbox/record.ts';
import { initialOutbox } from '../../../src/core/outbox/restart.ts';
import { outboxRules } from '../../../src/core/outbox/rules.ts';
import { defaultOutboxSettings } from '../../../src/core/outbox/settings.ts';
import type {
  ItemInput,
  MachineOptions,
  OutboxEffect,
  OutboxInput,
  OutboxState,
} from '../../../src/core/outbox/state.ts';
import { runs } from '../../effort.ts';

const repeats = ['key', 'natural', 'none'] as const;

const options: MachineOptions = {
  settings: defaultOutboxSettings,
  rules: outboxRules,
  takesInAlone: false,
  contract: {
    facts: (name) => {
      const repeat = repeats.find((word) => word === name);
      return repeat === undefined
        ? undefined
        : {
            repeat,
            priority: 'order',
            verifies: repeat !== 'key',
            ladder: undefined,
            keepsNewestOnly: false,
            mayBeBlocked: false,
          };
    },
    lane: ({ lane }) => lane,
    freeze: ({ id }) => ({ carrier: 'http', method: 'POST', path: `/${id}` }),
    isBlocked: () => false,
  },
};

const recordOf = (n: number, name: string, lane: string, parent: string | undefined): OutboxRecord => ({
  version: 1,
  id: `m${n}`,
  name,
  principal: 'p',
  order: n,
  lane,
  input: parent === undefined ? { n } : { n, order: { $ref: parent } },
  createdAt: 0,
  expiresAt: 72_000_000,
  attempts: 0,
  failures: 0,
  nextAttemptAt: 0,
  state: 'pending',
});

const reads: readonly ReadAnswer[] = [
  { verdict: { kind: 'done', status: 201, body: { id: 5 } }, reached: 'server' },
  {
    verdict: {
      kind: 'refused',
      code: 'refused',
      fault: { code: 'refused', status: 422 },
      said: undefined,
      surelyNot: true,
    },
    reached: 'server',
  },
  {
    verdict: {
      kind: 'refused',
      code: 'repeat',
      fault: { code: 'repeat', status: 409 },
      said: undefined,
      surelyNot: true,
    },
    reached: 'server',
  },
  {
    verdict: { kind: 'retry', fault: { code: 'network' }, retryAfterMs: undefined, surelyNot: false },
    reached: 'nobody',
  },
  {
    verdict: { kind: 'retry', fault: { code: 'server-error', status: 503 }, retryAfterMs: 9_000, surelyNot: false },
    reached: 'server',
  },
  {
    verdict: { kind: 'retry', fault: { code: 'unauthorised' }, retryAfterMs: undefined, surelyNot: true },
    reached: 'unknown',
  },
  {
    verdict: { kind: 'retry', fault: { code: 'not-json', status: 404 }, retryAfterMs: undefined, surelyNot: false },
    reached: 'page',
  },
  { verdict: { kind: 'unclear', fault: { code: 'unclear-answer', status: 402 } }, reached: 'server' },
];

/** What a run does next; numbers choose among what is possible then. */
const move = fc.record({
  kind: fc.constantFrom(
    'add',
    'reply',
    'reply',
    'reply',
    'reply',
    'tick',
    'retry',
    'discard',
    'pause',
    'resume',
    'connected',
    'stale',
    'hinted',
    'authorised',
  ),
  pick: fc.nat(1_000),
  how: fc.nat(1_000),
  afterMs: fc.constantFrom(0, 1, 500, 5_000, 61_000),
});

test('O5, O6, O7, O34: whatever comes in whatever order, the machine keeps its promises', () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 10, maxLength: 120 }), (moves) => {
      let nowMs = 0;
      let added = 0;
      const moment = () => ({ nowMs, wallMs: nowMs, serverMs: nowMs, random: 0.5 });
      let state: OutboxState = initialOutbox(options, [], [], moment());
      /** Questions to store, server and network that were not answered yet. */
      const open: Exclude<OutboxEffect, { kind: 'abort' }>[] = [];
      const claimed = new Set<string>();
      const answered: OutboxInput[] = [];

      const feed = (input: OutboxInput): void => {
        const after = step(options, state, input, moment());
        state = after.state;
        for (const effect of after.effects) {
          if (effect.kind === 'store' && effect.record?.state === 'inflight') claimed.delete(effect.id);
          if (effect.kind === 'send') {
            if (!claimed.has(effect.id) || effect.record.request === undefined)
              throw new Error('sent before it was stored');
          }
          if (effect.kind === 'store' || effect.kind === 'send' || effect.kind === 'verify' || effect.kind === 'probe')
            open.push(effect);
        }
        check();
      };

      const check = (): void => {
        expect(state.places.size).toBeLessThanOrEqual(4);
        const busyLanes = [...state.places].map(({ lane }) => lane);
        expect(new Set(busyLanes).size).toBe(busyLanes.length);
        let parked = 0;
        for (const item of state.items.values()) {
          if (item.phase.name === 'parked') parked += 1;
          expect(item.isQueued).toBe(item.phase.name !== 'parked');
          expect(state.lanes.get(item.lane)?.items.includes(item) ?? false).toBe(item.isQueued);
        }
        expect(state.parked).toBe(parked);
        for (const lane of state.lanes.values()) {
          expect(lane.items.length).toBeGreaterThan(0);
          expect(lane.items.map(({ order }) => order)).toEqual(
            lane.items.map(({ order }) => order).toSorted((a, b) => a - b),
          );
        }
        // Nobody who is under way is forgotten.
        expect(state.busy.size === 0 || dueAtMs(state, options) < Number.POSITIVE_INFINITY).toBe(true);
      };

      const item = (id: string, input: ItemInput): OutboxInput => ({ kind: 'item', id, input });

      const reply = (pick: number, how: number): void => {
        const [effect] = open.splice(pick % Math.max(open.length, 1), 1);
        if (effect === undefined) return;
        let input: OutboxInput | undefined;
        if (effect.kind === 'store') {
          const isStored = how % 5 !== 0;
          if (isStored && effect.record?.state === 'inflight') claimed.add(effect.id);
          const { turn } = effect;
          input = item(
            effect.id,
            isStored ? { kind: 'stored', turn } : { kind: 'notStored', turn, fault: how % 2 === 0 ? 'full' : 'failed' },
          );
        } else if (effect.kind === 'send') {
          const read = reads[how % reads.length];
          if (read !== undefined) input = item(effect.id, { kind: 'answered', turn: effect.turn, read });
        } else if (effect.kind === 'verify') {
          const tookEffect = [true, false, undefined][how % 3];
          input = item(effect.id, { kind: 'verified', turn: effect.turn, outcome: { kind: 'read', tookEffect } });
        } else if (effect.kind === 'probe') input = { kind: 'probed', probe: effect.probe, reached: how % 2 === 0 };
        if (input === undefined) return;
        answered.push(input);
        feed(input);
      };

      for (const { kind, pick, how, afterMs } of moves) {
        nowMs += afterMs;
        const ids = [...state.items.keys()];
        const id = ids[pick % Math.max(ids.length, 1)] ?? '';
        if (kind === 'add') {
          added += 1;
          const parent = how % 3 === 0 && added > 1 ? `m${(pick % (added - 1)) + 1}` : undefined;
          const record = recordOf(added, repeats[how % 3] ?? 'key', `lane:${pick % 3}`, parent);
          feed({ kind: 'add', record, replaces: undefined });
        } else if (kind === 'reply') reply(pick, how);
        else if (kind === 'stale') {
          const old = answered[pick % Math.max(answered.length, 1)];
          if (old !== undefined) feed(old);
        } else if (kind === 'retry' || kind === 'discard') feed(item(id, { kind }));
        else if (kind === 'pause' || kind === 'resume') feed({ kind, reason: 'test' });
        else feed({ kind });
      }

      // Everything is answered well from now on: nothing may be left but what a person has to decide.
      feed({ kind: 'resume', reason: 'test' });
      for (let round = 0; round < 3_000 && state.items.size > state.parked; round += 1) {
        while (open.length > 0) {
          const [effect] = open;
          reply(0, effect?.kind === 'send' ? 0 : effect?.kind === 'verify' ? 3 : 6);
        }
        const dueMs = dueAtMs(state, options);
        if (dueMs === Number.POSITIVE_INFINITY) break;
        nowMs = Math.max(nowMs, dueMs);
        feed({ kind: 'tick' });
      }
      for (const { id } of state.items.values()) expect(isHeld(state, id)).toBe(true);
    }),
    runs(150),
  );
});

/** Somewhere up the line somebody is parked. */
function isHeld(state: OutboxState, id: string): boolean {
  const item = state.items.get(id);
  if (item === undefined) return false;
  return (
    item.phase.name === 'parked' || item.parents.some((parent) => isHeld(state, parent)) || isBehindHeld(state, id)
  );
}

/** Or before it in its lane. */
function isBehindHeld(state: OutboxState, id: string): boolean {
  const item = state.items.get(id);
  const first = item === undefined ? undefined : state.lanes.get(item.lane)?.items[0];
  return first !== undefined && first.id !== id && isHeld(state, first.id);
}
