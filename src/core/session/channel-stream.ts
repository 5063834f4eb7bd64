// Drives one channel's stream machine: performs what it decides, over handlers, reads, storage and time. Decides nothing.
import type { HeardEvent } from '../../contract/event.ts';
import type { DerivedEvent } from '../../contract/resource.ts';
import type { Host, Release } from '../../host/host.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { Signal } from '../signals.ts';
import type { Arrival } from '../stream/held.ts';
import { dueAtMs, step, type StreamInput } from '../stream/machine.ts';
import type { StreamCommit, StreamEffect, StreamState } from '../stream/state.ts';
import type { Agenda } from './agenda.ts';
import { derivedEvent } from './derived.ts';
import type { IsForgettable } from './forgetting.ts';
import { urgencyOf, type Place } from './place.ts';
import type { Reads } from './reads.ts';
import type { Backlog, Turns } from './turns.ts';

export interface ChannelStreamOptions {
  readonly host: Host;
  readonly place: Place;
  readonly state: StreamState;
  /** The rows that are known, as they were last seen. */
  readonly values: Map<string, unknown>;
  readonly reads: Reads;
  readonly turns: Turns;
  readonly agenda: Agenda;
  readonly serverNowMs: () => number;
  /** Positions up to this one may have been handed out by a run that ended in the middle. */
  readonly doubtfulTo: number;
  readonly derive: (list: string, previous: unknown, row: unknown) => readonly DerivedEvent[];
  /** To every handler; undefined when all are done with it. */
  readonly deliver: (event: DeliveredEvent) => Promise<void> | undefined;
  /** Resolves when the outbox is empty, or cannot go on. */
  readonly drain: () => Promise<void>;
  readonly commit: (commit: StreamCommit, values: ReadonlyMap<string, unknown>) => void;
  readonly isForgettable: IsForgettable;
  /** Takes a row out of the store, with the next commit. */
  readonly forget: (key: string) => void;
  readonly signal: (signal: Signal) => void;
  /** What is told about the channel has changed. */
  readonly changed: () => void;
}

type Deliver = Extract<StreamEffect, { readonly kind: 'deliver' }>;
type TellRow = Extract<StreamEffect, { readonly kind: 'row' }>;

export interface ChannelStream {
  readonly place: Place;
  readonly state: Readonly<StreamState>;
  readonly backlog: number;
  /** It has been live since it began. */
  readonly isCaughtUp: boolean;
  joined(generation: number): void;
  left(): void;
  hear(arrival: Arrival, generation: number): void;
  /** Asks now; resolves when it was answered. */
  refresh(): Promise<void>;
  /** Nothing is asked on behalf of a channel that this device may not hear. */
  deny(isDenied: boolean): void;
  /** Stores what is handled. */
  flush(): void;
  /** Forgets rows that nobody needs any more. */
  sweep(): void;
  /** What it knows of a row, where that is what is so now. */
  shown(key: string): unknown;
  /** Hands out nothing more and asks nothing more. What was handed out may still settle. */
  stop(): void;
  /** No handler is at work any more. */
  settled(): Promise<void>;
}

/** Beyond this many at once, they are handed out in slices. */
const atOnce = 8;

export function createChannelStream(options: ChannelStreamOptions): ChannelStream {
  const { host, place, values, reads, turns, deliver, signal, serverNowMs } = options;
  const { channel } = place;
  let { state } = options;
  /** Slots are used again, because a list that is emptied for each event is made anew for each event. */
  const inputs: (StreamInput | undefined)[] = [];
  let inputCount = 0;
  let busy = false;
  let timer: { readonly forMs: number; readonly release: Release } | undefined;
  let isDenied = false;
  let hasSwept = false;
  let isCaughtUp = false;
  let isOver = false;
  let drains = 0;
  const waiting: (Deliver | TellRow)[] = [];
  let firstWaiting = 0;
  /** Only those whose handlers returned a promise. */
  const beingHandled = new Map<number, HeardEvent>();
  let whenRead: (() => void)[] = [];
  let whenSettled: (() => void)[] = [];

  const backlog: Backlog = {
    urgency: urgencyOf(place.priority),
    get size() {
      return waiting.length - firstWaiting;
    },
    takeOne() {
      const effect = waiting[firstWaiting];
      firstWaiting += 1;
      if (firstWaiting === waiting.length) {
        waiting.length = 0;
        firstWaiting = 0;
      }
      if (effect !== undefined) handOut(effect);
    },
  };

  /** One input at a time: what a handler causes while it is told waits its turn. */
  function dispatch(input: StreamInput): void {
    inputs[inputCount] = input;
    inputCount += 1;
    if (!busy) run();
  }

  function run(): void {
    busy = true;
    for (let index = 0; index < inputCount; index += 1) {
      const next = inputs[index];
      inputs[index] = undefined;
      if (next === undefined) break;
      const moment = { nowMs: host.clock.monotonicMs(), random: host.random() };
      const { state: after, effects } = step(state, next, moment);
      state = after;
      const isMuch = effects.length > atOnce;
      for (const effect of effects) perform(effect, isMuch);
    }
    if (inputCount > 64) inputs.length = 0;
    inputCount = 0;
    busy = false;
    if (backlog.size > 0) turns.serve(backlog);
    setTimer();
    if (whenRead.length > 0 && isRead()) whenRead = told(whenRead);
    if (!hasSwept && state.readToEndMs !== Number.NEGATIVE_INFINITY) sweep();
    if (whenSettled.length > 0 && beingHandled.size === 0) whenSettled = told(whenSettled);
  }

  function sweep(): void {
    hasSwept = true;
    const nowMs = host.clock.monotonicMs();
    const keys: string[] = [];
    for (const [key, row] of state.options.rows.entries) {
      if (options.isForgettable(key, row, values.get(key), nowMs)) keys.push(key);
    }
    if (keys.length > 0) dispatch({ kind: 'forget', keys });
  }

  const isRead = (): boolean => state.phase !== 'draining' && state.read === undefined && state.retryAtMs === undefined;

  const told = (listeners: readonly (() => void)[]): [] => {
    for (const listener of listeners) listener();
    return [];
  };

  function perform(effect: StreamEffect, isMuch: boolean): void {
    switch (effect.kind) {
      case 'deliver':
      case 'row':
        if (isMuch || backlog.size > 0) waiting.push(effect);
        else handOut(effect);
        return;
      case 'row-gone':
        values.delete(effect.key);
        return;
      case 'row-forgotten':
        values.delete(effect.key);
        options.forget(effect.key);
        return;
      case 'drain-outbox':
        drainOutbox();
        return;
      case 'read-replay':
        if (!isDenied) answerWith(reads.replay(place, effect.from, effect.limit, effect.read));
        return;
      case 'read-snapshot':
        if (!isDenied) answerWith(reads.snapshot(place, effect.since, effect.read));
        return;
      case 'commit':
        options.commit(effect.commit, values);
        return;
      case 'signal':
        tellSignal(effect.signal);
        return;
      case 'continuity':
        tellContinuity(effect.told);
        return;
      case 'status':
        isCaughtUp ||= effect.word === 'live';
        options.changed();
    }
  }

  /** What was sent over a connection of before says nothing of what this one has to send first. */
  function drainOutbox(): void {
    drains += 1;
    const own = drains;
    const over = (): void => (own === drains ? dispatch({ kind: 'drained' }) : undefined);
    options.drain().then(over, over);
  }

  const answerWith = (answer: Promise<StreamInput>): void => {
    answer.then(
      (input) => (isOver ? undefined : dispatch(input)),
      (error: unknown) => signal({ kind: 'callback', error }),
    );
  };

  function handOut(effect: Deliver | TellRow): void {
    if (effect.kind === 'row') return handOutRow(effect);
    const { arrival, ticket } = effect;
    if (arrival.row !== undefined && arrival.row.isPart !== true && !effect.stale)
      values.set(arrival.row.key, arrival.rowValue);
    const { told: heard } = arrival;
    if (heard === undefined || isOver) return settle(ticket, undefined);
    const { seq } = heard;
    const redelivered = seq !== undefined && seq <= options.doubtfulTo && effect.origin === 'replay';
    const handling = deliver(
      deliveredEvent(heard, arrival.known === true, effect.origin, effect.replayed, redelivered, effect.continuity),
    );
    if (handling !== undefined) beingHandled.set(ticket, heard);
    settle(ticket, handling);
  }

  function handOutRow({ ticket, resource, row }: TellRow): void {
    const previous = values.get(row.key);
    values.set(row.key, row.value);
    if (ticket === undefined) return;
    const events = isOver ? [] : options.derive(resource, previous, row.value);
    let handling: Promise<unknown> | undefined;
    for (const [index, event] of events.entries()) {
      const heard = derivedEvent(place, row, event, index);
      const one = deliver(deliveredEvent(heard, true, 'snapshot', true, false, 'kept'));
      if (one !== undefined) handling = handling === undefined ? one : Promise.all([handling, one]);
    }
    if (handling !== undefined && events[0] !== undefined)
      beingHandled.set(ticket, derivedEvent(place, row, events[0], 0));
    settle(ticket, handling);
  }

  function settle(ticket: number, handling: Promise<unknown> | undefined): void {
    if (handling === undefined) dispatch({ kind: 'settled', ticket });
    else {
      const over = (): void => settled(ticket);
      handling.then(over, over);
    }
  }

  function settled(ticket: number): void {
    beingHandled.delete(ticket);
    dispatch({ kind: 'settled', ticket });
  }

  /** Spelt out: copying an object of which nobody knows the shape costs ten times as much. */
  function deliveredEvent(
    heard: HeardEvent,
    known: boolean,
    origin: DeliveredEvent['origin'],
    replayed: boolean,
    redelivered: boolean,
    continuity: DeliveredEvent['continuity'],
  ): DeliveredEvent {
    const { occurredAt } = heard;
    return {
      name: heard.name,
      data: heard.data,
      channel: heard.channel,
      params: heard.params,
      id: heard.id,
      seq: heard.seq,
      epoch: heard.epoch,
      previousSeq: heard.previousSeq,
      headSeq: heard.headSeq,
      occurredAt,
      subject: heard.subject,
      sender: heard.sender,
      correlationId: heard.correlationId,
      tenant: heard.tenant,
      tenantId: heard.tenantId,
      replayed,
      known,
      origin,
      redelivered,
      continuity,
      ageMs: occurredAt === undefined ? undefined : Math.max(0, serverNowMs() - occurredAt),
    };
  }

  function tellSignal(told: Extract<StreamEffect, { readonly kind: 'signal' }>['signal']): void {
    switch (told.kind) {
      case 'gap':
        return signal({ kind: 'gap', channel, from: told.from, to: told.to, as: told.as });
      case 'resync':
        return signal({ kind: 'resync', channel, reason: told.reason });
      case 'overflow':
        return signal({ kind: 'overflow', channel });
      case 'anomaly':
        return signal({ kind: 'anomaly', channel, id: told.id, seq: told.seq });
      case 'handler-slow':
        return tellSlow(beingHandled.get(told.ticket));
      case 'sparse':
      case 'no-replay':
      case 'no-progress':
        return signal({ kind: 'config', because: told.kind, channel, remediation: remediations[told.kind] });
    }
  }

  function tellSlow(heard: HeardEvent | undefined): void {
    signal({ kind: 'handler', because: 'slow', channel, name: heard?.name ?? '', id: heard?.id });
  }

  function tellContinuity({ continuity, reason, replayed, compacted }: ContinuityTold): void {
    // A list that covers only some events proves nothing about the others.
    const isPartial = continuity === 'kept' && reads.covers(place) === 'some';
    signal({
      kind: 'continuity',
      channel,
      continuity: isPartial ? 'unproven' : continuity,
      reason: isPartial ? 'not-covered' : reason,
      replayed,
      compacted,
    });
  }

  /** A timer that is too early is harmless and left alone; only an earlier moment sets it anew. */
  function setTimer(): void {
    const forMs = isOver ? Number.POSITIVE_INFINITY : dueAtMs(state);
    if (timer !== undefined && timer.forMs <= forMs && forMs !== Number.POSITIVE_INFINITY) return;
    timer?.release();
    timer = undefined;
    if (forMs === Number.POSITIVE_INFINITY) return;
    timer = { forMs, release: options.agenda.at(forMs, tick) };
  }

  function tick(): void {
    timer = undefined;
    dispatch({ kind: 'tick' });
  }

  return {
    place,
    get state() {
      return state;
    },
    get backlog() {
      return backlog.size;
    },
    get isCaughtUp() {
      return isCaughtUp;
    },
    joined: (generation) => dispatch({ kind: 'joined', generation }),
    left: () => dispatch({ kind: 'left' }),
    hear: (arrival, generation) => dispatch({ kind: 'live', generation, arrival }),
    refresh() {
      if (isDenied) return Promise.resolve();
      const answered = new Promise<void>((resolve) => whenRead.push(resolve));
      dispatch({ kind: 'refresh' });
      return answered;
    },
    deny(denied) {
      isDenied = denied;
      if (denied) whenRead = told(whenRead);
    },
    flush: () => dispatch({ kind: 'flush' }),
    sweep,
    shown(key) {
      const isNow = state.phase === 'live' && state.options.rows.get(key)?.deleted === false;
      return isNow ? values.get(key) : undefined;
    },
    stop() {
      isOver = true;
      waiting.length = 0;
      firstWaiting = 0;
      dispatch({ kind: 'stop' });
      whenRead = told(whenRead);
    },
    settled() {
      if (beingHandled.size === 0) return Promise.resolve();
      return new Promise((resolve) => whenSettled.push(resolve));
    },
  };
}

type ContinuityTold = Extract<StreamEffect, { readonly kind: 'continuity' }>['told'];

const remediations = {
  sparse: 'This channel skips positions. Declare it as "monotonic" in the contract or by the option "sequence".',
  'no-replay': 'The server has no log to replay from; lists are read instead. Upgrade it to have intermediate events.',
  'no-progress': 'The server’s pages do not move on. Look at its "next_seq" and "has_more".',
} as const;
