// Drives one channel's stream machine: performs what it decides, over handlers, reads, storage and time. Decides nothing.
import type { HeardEvent } from '../../contract/event.ts';
import type { DerivedEvent } from '../../contract/resource.ts';
import type { Host, Release } from '../../host/host.ts';
import type { Consumers } from '../consume/consumers.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { Signal } from '../signals.ts';
import type { Arrival } from '../stream/held.ts';
import { dueAtMs, isCalm } from '../stream/due.ts';
import { advance, type StreamInput } from '../stream/machine.ts';
import type { KnownRows, RowRef } from '../stream/rows.ts';
import type { StreamCommit, StreamEffect, StreamState } from '../stream/state.ts';
import type { Agenda } from './agenda.ts';
import { derivedEvent } from './derived.ts';
import type { Forgetting } from './forgetting.ts';
import { urgencyOf, type Place } from './place.ts';
import type { Reads } from './reads.ts';
import type { StreamTurn } from './stream-turn.ts';
import type { Backlog, Turns } from './turns.ts';

/** What all streams of a session have around them. */
export interface StreamSurroundings {
  readonly host: Host;
  readonly reads: Reads;
  readonly turns: Turns;
  readonly agenda: Agenda;
  /** Each step of any of them. */
  readonly turn: StreamTurn;
  readonly serverNowMs: () => number;
  /** To every handler; undefined when all are done with it. */
  readonly deliver: (event: DeliveredEvent, audience: Audience) => Promise<void> | undefined;
  /** Resolves when the outbox is empty, or cannot go on. */
  readonly drain: () => Promise<void>;
  readonly commit: (wire: string, commit: StreamCommit, rows: KnownRows) => void;
  /** Stores a row as it is shown now. */
  readonly keep: (wire: string, row: RowRef, rows: KnownRows) => void;
  /** Takes a row out of the store, with the next commit. */
  readonly forget: (key: string) => void;
  readonly signal: (signal: Signal) => void;
  /** What is told about a channel has changed. */
  readonly changed: () => void;
}

/** Who listens to one channel alone. */
export interface Audience {
  /** Mostly it is one, which needs no list. */
  readonly first: Consumers | undefined;
  readonly others: readonly Consumers[];
}

export interface ChannelStreamOptions {
  readonly place: Place;
  readonly state: StreamState;
  readonly audience: Audience;
  /** Positions up to this one may have been handed out by a run that ended in the middle. */
  readonly doubtfulTo: number;
  readonly derive: (list: string, previous: unknown, row: unknown) => readonly DerivedEvent[];
  readonly forgetting: Forgetting;
}

type Deliver = Extract<StreamEffect, { readonly kind: 'deliver' }>;
type TellRow = Extract<StreamEffect, { readonly kind: 'row' }>;

export interface ChannelStream {
  readonly place: Place;
  readonly state: Readonly<StreamState>;
  readonly backlog: number;
  /** It has been live since it began, and nothing that a run before it may have handed out waits behind a hole any more. */
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
const nobody: readonly (() => void)[] = [];

export const createChannelStream = (around: StreamSurroundings, options: ChannelStreamOptions): ChannelStream =>
  new Driver(around, options);

/**
 * A class and no bundle of functions: with a thousand channels that are all in use, every function of such a bundle is one more
 * thing that the processor does not have at hand. What each event needs stands first, and together, for the same reason.
 */
class Driver implements ChannelStream, Backlog {
  readonly state: StreamState;
  private readonly around: StreamSurroundings;
  private busy = false;
  /** The timer is set for the next commit or for something sooner. */
  private isCommitTimed = false;
  private isOver = false;
  /** Rows of which an event told that it is no newer than what is known. */
  private uncertain: Set<string> | undefined;
  /** What was read when it was looked at last what may be forgotten. */
  private sweptMs = Number.NEGATIVE_INFINITY;
  /** What is caused while an input is taken. Mostly it is one, which needs no list. */
  private next: StreamInput | undefined;
  private later: StreamInput[] | undefined;
  /** How many wait to be handed out. */
  size = 0;
  private timer: { readonly forMs: number; readonly release: Release } | undefined;
  private whenRead = nobody;
  private whenSettled = nobody;
  private readonly audience: Audience;
  private readonly doubtfulTo: number;

  readonly place: Place;
  readonly urgency: number;
  isCaughtUp = false;
  private hasBeenLive = false;
  private readonly options: ChannelStreamOptions;
  private isDenied = false;
  private drains = 0;
  /** From `firstWaiting` on. */
  private waiting: (Deliver | TellRow)[] = [];
  private firstWaiting = 0;
  /** Only those whose handlers returned a promise. */
  private readonly beingHandled = new Map<number, HeardEvent>();

  constructor(around: StreamSurroundings, options: ChannelStreamOptions) {
    const { state, place, audience, doubtfulTo } = options;
    this.state = state;
    this.around = around;
    this.audience = audience;
    this.doubtfulTo = doubtfulTo;
    this.place = place;
    this.urgency = urgencyOf(place.priority);
    this.options = options;
  }

  get backlog(): number {
    return this.size;
  }

  takeOne(): void {
    const effect = this.waiting[this.firstWaiting];
    this.firstWaiting += 1;
    this.size -= 1;
    if (this.size === 0) this.clearWaiting();
    if (effect !== undefined) this.handOut(effect);
  }

  private clearWaiting(): void {
    this.waiting = [];
    this.firstWaiting = 0;
    this.size = 0;
  }

  /** One input at a time: what a handler causes while it is told waits its turn. */
  private dispatch(input: StreamInput): void {
    if (!this.busy) this.run(input);
    else if (this.next === undefined) this.next = input;
    else (this.later ??= []).push(input);
  }

  private takeNext(): StreamInput | undefined {
    const { next } = this;
    this.next = this.later?.shift();
    return next;
  }

  private run(first: StreamInput): void {
    let isOfEvents = true;
    this.busy = true;
    for (let input: StreamInput | undefined = first; input !== undefined; input = this.takeNext()) {
      isOfEvents &&= input.kind === 'live' || input.kind === 'settled';
      this.step(input);
    }
    this.busy = false;
    if (!this.isCaughtUp && this.hasBeenLive) this.isCaughtUp = this.state.held.count === 0;
    if (this.size > 0) this.around.turns.serve(this);
    // Of a channel's own moments each is a number somewhere else in memory: what cannot have moved is not looked at.
    if (!isOfEvents || !this.isCommitTimed || !isCalm(this.state)) this.setTimer();
    if (this.whenRead !== nobody && this.isRead()) this.tellRead();
    // Neither is what only an answer of the server moves.
    if (!isOfEvents && this.isSweepDue()) this.sweep();
    if (this.whenSettled !== nobody && this.beingHandled.size === 0) this.tellSettled();
  }

  private step(input: StreamInput): void {
    const { turn } = this.around;
    const { effects } = turn;
    const first = effects.count;
    turn.moment.pass();
    advance(this.state, input, turn);
    const behind = effects.count;
    const isMuch = behind - first > atOnce;
    for (let at = first; at < behind; at += 1) {
      const effect = effects.at(at);
      if (effect !== undefined) this.perform(effect, isMuch);
    }
    effects.dropFrom(first);
  }

  /** What no list bounds is looked at whenever more of it may be forgotten. */
  private isSweepDue(): boolean {
    const { sweptMs } = this;
    if (this.state.readToEndMs === sweptMs) return false;
    return sweptMs === Number.NEGATIVE_INFINITY || this.place.tables.size > 0;
  }

  sweep(): void {
    const { state, forgetting } = this.options;
    this.sweptMs = state.readToEndMs;
    const keys = forgetting(state.rows.entries, this.around.host.clock.monotonicMs());
    if (keys.length > 0) this.dispatch({ kind: 'forget', keys });
  }

  private isRead(): boolean {
    const { phase, read, retryAtMs } = this.state;
    return phase !== 'draining' && read === undefined && retryAtMs === undefined;
  }

  private tellRead(): void {
    const told = this.whenRead;
    this.whenRead = nobody;
    for (const listener of told) listener();
  }

  private tellSettled(): void {
    const told = this.whenSettled;
    this.whenSettled = nobody;
    for (const listener of told) listener();
  }

  private perform(effect: StreamEffect, isMuch: boolean): void {
    const { around, place } = this;
    switch (effect.kind) {
      case 'deliver':
      case 'row':
        if (isMuch || this.size > 0) {
          this.waiting.push(effect);
          this.size += 1;
        } else this.handOut(effect);
        return;
      case 'row-gone':
        this.state.rows.show(effect.key, undefined);
        return;
      case 'row-forgotten':
        around.forget(effect.key);
        return;
      case 'drain-outbox':
        this.drainOutbox();
        return;
      case 'read-replay':
        if (!this.isDenied) this.answerWith(around.reads.replay(place, effect.from, effect.limit, effect.read));
        return;
      case 'read-snapshot':
        if (!this.isDenied) this.answerWith(around.reads.snapshot(place, effect.since, effect.read));
        return;
      case 'commit':
        this.isCommitTimed = false;
        around.commit(place.wire, effect.commit, this.state.rows);
        return;
      case 'signal':
        this.tellSignal(effect.signal);
        return;
      case 'continuity':
        this.tellContinuity(effect.told);
        return;
      case 'status':
        this.hasBeenLive ||= effect.word === 'live';
        around.changed();
    }
  }

  /** What was sent over a connection of before says nothing of what this one has to send first. */
  private drainOutbox(): void {
    this.drains += 1;
    const own = this.drains;
    const over = (): void => (own === this.drains ? this.dispatch({ kind: 'drained' }) : undefined);
    this.around.drain().then(over, over);
  }

  private answerWith(answer: Promise<StreamInput>): void {
    answer.then(
      (input) => (this.isOver ? undefined : this.dispatch(input)),
      (error: unknown) => this.around.signal({ kind: 'callback', error }),
    );
  }

  private handOut(effect: Deliver | TellRow): void {
    if (effect.kind === 'row') return this.handOutRow(effect);
    const { arrival, ticket } = effect;
    const { row, told: heard } = arrival;
    if (!effect.stale) this.show(arrival);
    // Two changes in one second, where a backend counts seconds: nobody knows which of them the row shows.
    if (row !== undefined && effect.stale) (this.uncertain ??= new Set()).add(row.key);
    else if (row !== undefined) this.uncertain?.delete(row.key);
    if (heard === undefined || this.isOver) return this.settle(ticket, undefined);
    const { seq, occurredAt } = heard;
    const { around } = this;
    const redelivered = seq !== undefined && seq <= this.doubtfulTo && effect.origin === 'replay';
    const ageMs = occurredAt === undefined ? undefined : Math.max(0, around.serverNowMs() - occurredAt);
    const handling = around.deliver(
      deliveredEvent(
        heard,
        arrival.known === true,
        effect.origin,
        effect.replayed,
        redelivered,
        effect.continuity,
        ageMs,
      ),
      this.audience,
    );
    if (handling !== undefined) this.beingHandled.set(ticket, heard);
    this.settle(ticket, handling);
  }

  /** What the row is now that it is the event's turn: what came before it may have changed since it arrived. */
  private show({ row, rowValue, rowPatch }: Arrival): void {
    const { rows } = this.state;
    if (rowPatch === undefined) {
      if (row !== undefined) rows.show(row.key, rowValue);
      return;
    }
    const { key, before, fields } = rowPatch;
    const known = rows.get(key);
    if (known === undefined || known.deleted || typeof known.value !== 'object' || known.value === null) return;
    rows.show(key, known.value === before ? rowValue : { ...known.value, ...fields });
    // Nothing else stores what makes no version.
    if (row === undefined) this.around.keep(this.place.wire, { key, version: known.version }, rows);
  }

  private handOutRow({ ticket, resource, row }: TellRow): void {
    const { around, place } = this;
    const { rows } = this.state;
    const previous = rows.get(row.key)?.value;
    rows.show(row.key, row.value);
    if (ticket === undefined) return;
    const events = this.isOver ? [] : this.options.derive(resource, previous, row.value);
    let handling: Promise<unknown> | undefined;
    for (const [index, event] of events.entries()) {
      const heard = derivedEvent(place, row, event, index);
      const { occurredAt } = heard;
      const ageMs = occurredAt === undefined ? undefined : Math.max(0, around.serverNowMs() - occurredAt);
      const one = around.deliver(deliveredEvent(heard, true, 'snapshot', true, false, 'kept', ageMs), this.audience);
      if (one !== undefined) handling = handling === undefined ? one : Promise.all([handling, one]);
    }
    if (handling !== undefined && events[0] !== undefined)
      this.beingHandled.set(ticket, derivedEvent(place, row, events[0], 0));
    this.settle(ticket, handling);
  }

  private settle(ticket: number, handling: Promise<unknown> | undefined): void {
    if (handling === undefined) this.dispatch({ kind: 'settled', ticket });
    else {
      const over = (): void => this.handled(ticket);
      handling.then(over, over);
    }
  }

  private handled(ticket: number): void {
    this.beingHandled.delete(ticket);
    this.dispatch({ kind: 'settled', ticket });
  }

  private tellSignal(told: Extract<StreamEffect, { readonly kind: 'signal' }>['signal']): void {
    const { signal } = this.around;
    const { channel } = this.place;
    switch (told.kind) {
      case 'gap':
        return signal({ kind: 'gap', channel, from: told.from, to: told.to, as: told.as });
      case 'resync':
        return signal({ kind: 'resync', channel, reason: told.reason });
      case 'overflow':
        return signal({ kind: 'overflow', channel });
      case 'anomaly':
        return signal({ kind: 'anomaly', channel, id: told.id, seq: told.seq });
      case 'handler-slow': {
        const heard = this.beingHandled.get(told.ticket);
        return signal({ kind: 'handler', because: 'slow', channel, name: heard?.name ?? '', id: heard?.id });
      }
      case 'sparse':
      case 'no-replay':
      case 'no-progress':
        return signal({ kind: 'config', because: told.kind, channel, remediation: remediations[told.kind] });
    }
  }

  private tellContinuity({ continuity, reason, replayed, compacted }: ContinuityTold): void {
    const { place, around } = this;
    // A list that covers only some events proves nothing about the others.
    const isPartial = continuity === 'kept' && around.reads.covers(place) === 'some';
    around.signal({
      kind: 'continuity',
      channel: place.channel,
      continuity: isPartial ? 'unproven' : continuity,
      reason: isPartial ? 'not-covered' : reason,
      replayed,
      compacted,
    });
  }

  /** A timer that is too early is harmless and left alone; only an earlier moment sets it anew. */
  private setTimer(): void {
    const { timer } = this;
    const forMs = this.isOver ? Number.POSITIVE_INFINITY : dueAtMs(this.state);
    if (timer === undefined || timer.forMs > forMs || forMs === Number.POSITIVE_INFINITY) {
      timer?.release();
      this.timer =
        forMs === Number.POSITIVE_INFINITY
          ? undefined
          : { forMs, release: this.around.agenda.at(forMs, () => this.tick()) };
    }
    this.isCommitTimed = this.timer !== undefined && this.state.commitDueAtMs !== undefined;
  }

  private tick(): void {
    this.timer = undefined;
    this.isCommitTimed = false;
    this.dispatch({ kind: 'tick' });
  }

  joined(generation: number): void {
    this.dispatch({ kind: 'joined', generation });
  }

  left(): void {
    this.dispatch({ kind: 'left' });
  }

  hear(arrival: Arrival, generation: number): void {
    this.dispatch({ kind: 'live', generation, arrival });
  }

  refresh(): Promise<void> {
    if (this.isDenied) return Promise.resolve();
    const answered = new Promise<void>((resolve) => {
      this.whenRead = [...this.whenRead, resolve];
    });
    this.dispatch({ kind: 'refresh' });
    return answered;
  }

  deny(denied: boolean): void {
    this.isDenied = denied;
    if (denied) this.tellRead();
  }

  flush(): void {
    this.dispatch({ kind: 'flush' });
  }

  shown(key: string): unknown {
    const { phase, front, top, held, position, rows } = this.state;
    // Behind a hole there may be what changed it.
    const isWhole = held.count === 0 && (position !== 'dense' || front === undefined || top <= front);
    const row = phase === 'live' && isWhole && this.uncertain?.has(key) !== true ? rows.get(key) : undefined;
    return row?.deleted === false && !row.isPart && !row.isCut ? row.value : undefined;
  }

  stop(): void {
    this.isOver = true;
    this.clearWaiting();
    this.dispatch({ kind: 'stop' });
    this.tellRead();
  }

  settled(): Promise<void> {
    if (this.beingHandled.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenSettled = [...this.whenSettled, resolve];
    });
  }
}

/** Spelt out: copying an object of which nobody knows the shape costs ten times as much. */
const deliveredEvent = (
  heard: HeardEvent,
  known: boolean,
  origin: DeliveredEvent['origin'],
  replayed: boolean,
  redelivered: boolean,
  continuity: DeliveredEvent['continuity'],
  ageMs: number | undefined,
): DeliveredEvent => ({
  name: heard.name,
  data: heard.data,
  channel: heard.channel,
  params: heard.params,
  id: heard.id,
  seq: heard.seq,
  epoch: heard.epoch,
  previousSeq: heard.previousSeq,
  headSeq: heard.headSeq,
  occurredAt: heard.occurredAt,
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
  ageMs,
});

type ContinuityTold = Extract<StreamEffect, { readonly kind: 'continuity' }>['told'];

const remediations = {
  sparse: 'This channel skips positions. Declare it as "monotonic" in the contract or by the option "sequence".',
  'no-replay': 'The server has no log to replay from; lists are read instead. Upgrade it to have intermediate events.',
  'no-progress': 'The server’s pages do not move on. Look at its "next_seq" and "has_more".',
} as const;
