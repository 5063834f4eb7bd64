// What the app hears of its mutations: each change, how each ended, and what it has to know although it did not ask.
import { validate } from '../../contract/schema.ts';
import type { Changes } from './changes.ts';
import type { WaitingMutation } from '../../contract/mutation.ts';
import type { Mutations } from './contract-functions.ts';
import type { Drains } from './drain.ts';
import type { Handles, Settled } from './handles.ts';
import { parkedMutation, type ParkedMutation } from './parked-mutation.ts';
import type { OutboxSignal } from './signal.ts';
import type { End, Item, PhaseName } from './state.ts';
import type { UntouchedRecord } from './stored-records.ts';

interface TellingOptions {
  readonly mutations: Mutations;
  /** As the app sees it. */
  readonly asWaiting: (item: Item) => WaitingMutation;
  readonly changes: Changes;
  readonly handles: Handles;
  readonly drains: Drains;
  readonly onSignal: ((signal: OutboxSignal) => void) | undefined;
  readonly report: (error: unknown) => void;
}

interface Telling {
  signal(signal: OutboxSignal): void;
  /** What stood in the store: what is left as it is, and what the contract does not know any more. */
  found(untouched: Iterable<UntouchedRecord>, items: Iterable<Item>): void;
  changed(item: Item, phase: PhaseName): void;
  /** The machine has forgotten it already, unless it is parked. */
  ended(id: string, end: Exclude<End, { kind: 'parked' }>): void;
  parked(item: Item): void;
  asParked(item: Item): ParkedMutation;
}

export function createTelling(options: TellingOptions): Telling {
  const { mutations, asWaiting, changes, handles, drains, report } = options;

  function signal(told: OutboxSignal): void {
    try {
      options.onSignal?.(told);
    } catch (error) {
      report(error);
    }
  }

  const asParked = (item: Item): ParkedMutation => parkedMutation(item, mutations, report);

  function done(id: string, { by }: Extract<End, { kind: 'done' }>): Settled {
    const isAnswer = by.kind === 'answer';
    const answer = isAnswer ? answerOf(id, by.body) : undefined;
    return { outcome: 'done', answer, status: isAnswer ? by.status : undefined, by: by.kind };
  }

  /** O12. */
  function answerOf(id: string, body: unknown): unknown {
    const name = changes.nameOf(id);
    const answer = mutations.get(name)?.answer;
    if (answer === undefined || answer === 'empty') return undefined;
    const checked = validate<unknown>(answer, body);
    if (checked.ok) return checked.value;
    const because = checked.mismatches.map(({ path, because }) => (path === '' ? because : `${path}: ${because}`));
    signal({ kind: 'answer-misfit', id, name, because });
    return undefined;
  }

  return {
    signal,
    found(untouched, items) {
      for (const { key, because } of untouched) signal({ kind: 'untouched', key, because });
      for (const { id, facts, record } of items) {
        const { name, attempts } = record;
        changes.know(id, name);
        if (facts !== undefined) continue;
        signal({
          kind: 'parked',
          id,
          name,
          code: 'unknown-mutation',
          status: undefined,
          mayHaveHappened: attempts > 0,
        });
      }
    },
    changed(item, phase) {
      // What is being written is told once it is.
      if (phase === 'settling' || phase === 'removing') return;
      const mutation = asWaiting(item);
      changes.tell({ id: item.id, name: mutation.name, state: mutation.state, mutation });
    },
    ended(id, end) {
      if (end.kind === 'done') drains.sent(id);
      const settled: Settled = end.kind === 'done' ? done(id, end) : { outcome: end.kind };
      const answer = settled.outcome === 'done' ? settled.answer : undefined;
      changes.tellEnd(id, end.kind === 'done' ? 'acked' : end.kind, answer);
      handles.settle(id, settled);
    },
    parked: (item) => handles.settle(item.id, { outcome: 'parked', parked: asParked(item) }),
    asParked,
  };
}
