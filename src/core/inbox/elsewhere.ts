// Work that is done in other pages of this device: what the inbox decides about it is performed by asking them. Only clients
// with several tabs have it.
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { Asking } from './asking.ts';
import { goingOn, handedOver, handled as becomesHandled, unhandled } from './lent-steps.ts';
import type { InboxEffect, InboxInput } from './machine.ts';
import type { DeadRecord, ItemRecord } from './record.ts';

/** What the inbox asks of it. */
export interface Elsewhere {
  /** Whether that is work although nobody here does it. */
  takes(name: string): boolean;
  /** Work has come. */
  came(id: string): void;
  /** Whether another page runs it, though it may not know yet that somebody else leads. */
  goesOn(record: ItemRecord): boolean;
  /** Everything was read back. */
  loaded(): void;
  /** Whether an effect was performed here. */
  performs(effect: InboxEffect): boolean;
  /** What others run goes on, and is for the next leader. */
  stop(): void;
}

/** Work that this page does. */
interface DoneHere {
  readonly lane?: ((event: DeliveredEvent) => string) | undefined;
  /** What runs, by its id. */
  readonly runs: ReadonlyMap<string, unknown>;
}

/** What it has of the inbox. */
export interface InboxParts {
  readonly records: ReadonlyMap<string, ItemRecord>;
  readonly dead: ReadonlyMap<string, DeadRecord>;
  /** What each run threw last. */
  readonly errors: Map<string, string>;
  /** Who does work here, by its name. */
  readonly processors: ReadonlyMap<string, DoneHere>;
  readonly rewrite: (id: string, changes: Partial<ItemRecord>) => void;
  readonly store: { stored(): Promise<void> };
  readonly dispatch: (input: InboxInput) => void;
  /** As a handler is given it. */
  readonly eventOf: (record: ItemRecord, redelivered: boolean) => DeliveredEvent;
  readonly asking: Asking;
}

/** How a run ended in another page. */
export interface Ending {
  /** `lost`: nobody knows how far it came. */
  readonly how: 'done' | 'failed' | 'lost';
  /** The class of what was thrown. */
  readonly error: string | undefined;
}

/** What whoever runs it is given. */
export interface LentWork {
  readonly id: string;
  readonly key: string;
  readonly event: DeliveredEvent;
  readonly attempt: number;
  readonly redelivered: boolean;
}

/** Work that waits for somebody who does it. */
export interface IdleWork {
  readonly id: string;
  readonly event: DeliveredEvent;
}

/** Who knows the other pages. */
export interface Lender {
  /** Here are those that wait, in the order in which they came, and what to say when somebody does one of them. */
  attach(idle: () => readonly IdleWork[], handled: (id: string, lane: string) => void): void;
  /** Whether some page of this device does it, now or lately. */
  knows(name: string): boolean;
  /** Some of it came. */
  came(work: IdleWork): void;
  /** Somebody who will run it now: the name of the claim. Undefined when nobody answers. */
  claim(name: string): Promise<string | undefined>;
  lend(claim: string, work: LentWork): Promise<Ending>;
  /** What was lent by a leader before. */
  adopt(claim: string): Promise<Ending>;
  abort(claim: string): void;
}

const goesOn = (record: ItemRecord): record is ItemRecord & { readonly claim: string } =>
  record.ran && record.claim !== undefined;

export const lentBy =
  (lender: Lender) =>
  ({ records, dead, errors, processors, rewrite, store, dispatch, eventOf, asking }: InboxParts): Elsewhere => {
    /** Nobody who does it is there. */
    const idle = new Set<string>();
    /** It is asked who begins it. */
    const offered = new Set<string>();
    const claims = new Map<string, string>();
    let isStopped = false;

    lender.attach(idleWork, handled);

    /** What was taken in for others is in the lane that this page thought of. */
    const laneNow = (record: ItemRecord): string =>
      processors.has(record.event.name) && !goesOn(record)
        ? asking.laneOf(record.event, processors.get(record.event.name)?.lane)
        : record.lane;

    function idleWork(): readonly IdleWork[] {
      const works: (IdleWork & { readonly order: number })[] = [];
      for (const id of idle) {
        const record = records.get(id);
        // Closed meanwhile.
        if (record === undefined) idle.delete(id);
        else works.push({ id, event: record.event, order: record.order });
      }
      return works.sort((one, other) => one.order - other.order).map(({ id, event }) => ({ id, event }));
    }

    function handled(id: string, lane: string): void {
      if (!idle.delete(id)) return;
      rewrite(id, { lane });
      dispatch(becomesHandled(id, lane));
    }

    function came(id: string): void {
      const record = records.get(id);
      if (record === undefined || processors.has(record.event.name)) return;
      idle.add(id);
      lender.came({ id, event: record.event });
    }

    function claimed(id: string, tries: number, redelivered: boolean): boolean {
      const record = records.get(id);
      if (record === undefined) return false;
      const { name } = record.event;
      if (!processors.has(name)) void claim(id, name, tries, redelivered);
      // Another page may have run it before.
      else if (record.claim !== undefined) rewrite(id, { claim: undefined });
      return !processors.has(name);
    }

    function aborted(id: string): boolean {
      const as = claims.get(id);
      if (as !== undefined) lender.abort(as);
      return as !== undefined;
    }

    async function claim(id: string, name: string, tries: number, redelivered: boolean): Promise<void> {
      offered.add(id);
      const found = await lender.claim(name);
      offered.delete(id);
      if (isStopped) return;
      if (found === undefined) return nobodyDoes(name);
      rewrite(id, { tries, ran: true, redelivered, claim: found });
      await store.stored();
      dispatch({ kind: 'claimed', id });
    }

    /** All of it, so that it keeps its order. */
    function nobodyDoes(name: string): void {
      const ids = [...records].flatMap(([id, { event }]) =>
        event.name !== name || offered.has(id) || claims.has(id) ? [] : [id],
      );
      for (const id of ids) idle.add(id);
      dispatch(unhandled(ids));
    }

    async function follow(id: string, as: string, ended: Promise<Ending>): Promise<void> {
      claims.set(id, as);
      const { how, error } = await ended;
      claims.delete(id);
      if (isStopped) return;
      if (error !== undefined) errors.set(id, error);
      dispatch({ kind: how, id });
      const record = records.get(id);
      // Tried again, and nothing is in its way any more.
      if (record?.claim === as && !record.ran) rewrite(id, { claim: undefined });
    }

    /** It was given up, and its handler goes on, perhaps for ever: until that is known nothing else of its key runs. */
    function awaitEnd(id: string, key: string, as: string): void {
      dispatch({ kind: 'unfinished', id, key });
      void follow(id, as, lender.adopt(as));
    }

    function run(id: string, attempt: number, redelivered: boolean): boolean {
      const record = records.get(id);
      if (record?.claim === undefined || processors.has(record.event.name)) return false;
      const { key, claim: as } = record;
      void follow(id, as, lender.lend(as, { id, key, event: eventOf(record, redelivered), attempt, redelivered }));
      return true;
    }

    return {
      takes: lender.knows,
      came,
      goesOn,
      loaded() {
        const all = [...records].sort(([, one], [, other]) => one.order - other.order);
        dispatch(
          goingOn(all.map(([id, record]) => ({ ...record, id, lane: laneNow(record), goesOn: goesOn(record) }))),
        );
        for (const [id, record] of all) {
          const { key, claim: as, event } = record;
          if (goesOn(record)) void follow(id, record.claim, lender.adopt(record.claim));
          else {
            // Tried again meanwhile. What goes on in this page itself is known.
            if (as !== undefined && processors.get(event.name)?.runs.has(id) !== true) awaitEnd(id, key, as);
            came(id);
          }
        }
        for (const [id, { key, mayHaveRun, claim: as }] of dead) {
          if (mayHaveRun && as !== undefined) awaitEnd(id, key, as);
        }
      },
      // What is kept of work is the same, whoever does it.
      performs: (effect) =>
        effect.kind === 'claim'
          ? claimed(effect.id, effect.tries, effect.redelivered)
          : effect.kind === 'run'
            ? run(effect.id, effect.tries, effect.redelivered)
            : effect.kind === 'abort' && aborted(effect.id),
      stop() {
        isStopped = true;
        for (const id of claims.keys()) dispatch(handedOver(id));
      },
    };
  };
