// Two channels of one client: some orders are told on both, each at a position of its own, and what was heard is shared.
import { HeardIds } from '../../src/core/session/heard-ids.ts';
import { dueAtMs } from '../../src/core/stream/due.ts';
import { step, type StreamInput } from '../../src/core/stream/machine.ts';
import { KnownRows } from '../../src/core/stream/rows.ts';
import { streamRules, type StreamRules } from '../../src/core/stream/rules.ts';
import { defaultStreamSettings } from '../../src/core/stream/settings.ts';
import {
  initialStream,
  type Cursor,
  type StreamCommit,
  type StreamEffect,
  type StreamState,
} from '../../src/core/stream/state.ts';
import type { SeenRecord } from '../../src/core/stream/handled.ts';
import type { ClosedHole } from '../../src/core/stream/gap.ts';
import { Course } from './course.ts';
import { randomOf } from './random.ts';
import { scenarioOf, type Scenario } from './scenario.ts';
import { ModelServer, type Accepted } from './server.ts';

/** How a client tells once what two of its channels carry. */
interface SiblingRules {
  /** What one channel told is not told by the other. */
  readonly tellsOnce: boolean;
  /** And not after a restart either. */
  readonly remembersAll: boolean;
  /** What is told already goes to the machine all the same: its position counts. */
  readonly countsTold: boolean;
  /** What a page shows counts as told, whether it was or not. */
  readonly tellsWhatItSaw: boolean;
  /** A channel that comes to what the other is still handling has handled it when that one has. */
  readonly waitsForOther: boolean;
  readonly stream: StreamRules;
}

const siblingRules: SiblingRules = {
  tellsOnce: true,
  remembersAll: true,
  countsTold: true,
  tellsWhatItSaw: false,
  waitsForOther: true,
  stream: streamRules,
};

const wrong = (
  name: string,
  change: Partial<SiblingRules>,
): { readonly name: string; readonly rules: SiblingRules } => ({
  name,
  rules: { ...siblingRules, ...change },
});

export const wrongSiblingRules: readonly { readonly name: string; readonly rules: SiblingRules }[] = [
  wrong('each channel tells what the other one told', { tellsOnce: false }),
  wrong('after a restart one channel does not know what the other one told', { remembersAll: false }),
  wrong('what the other channel told leaves a hole', { countsTold: false }),
  wrong('what a channel only looks back at counts as told', { tellsWhatItSaw: true }),
  wrong('a channel goes on past what the other one is still handling', { waitsForOther: false }),
];

interface SiblingOutcome {
  /** How often a channel came to what the other had told in the same life. */
  readonly toldByOther: number;
  readonly violations: readonly string[];
}

/** Two logs without lists: whatever is lost by one channel shows. */
function siblingScenarioOf(seed: number): Scenario {
  const scenario = scenarioOf(seed);
  const { position, replay, rates } = scenario;
  return {
    ...scenario,
    position: position === 'none' ? 'dense' : position,
    replay: replay ?? 'commit-ordered',
    replayIs404: false,
    snapshot: false,
    isSparse: false,
    retention: 100_000,
    rates: { ...rates, restored: 0, 'restored-same-name': 0 },
  };
}

type ReadEffect = Extract<StreamEffect, { kind: 'read-replay' }>;
type Happening =
  | { readonly kind: 'act' | 'start' | 'join' }
  | { readonly kind: 'broadcast'; readonly channel: Channel; readonly event: Accepted }
  | { readonly kind: 'input'; readonly life: number; readonly channel: Channel; readonly input: StreamInput }
  | { readonly kind: 'ask'; readonly life: number; readonly channel: Channel; readonly effect: ReadEffect }
  | { readonly kind: 'tick'; readonly channel: Channel }
  | { readonly kind: 'store'; readonly life: number; readonly channel: Channel; readonly commit: StreamCommit };

interface Channel {
  readonly server: ModelServer;
  readonly startsNow: boolean;
  stream: StreamState;
  cursor: Cursor | undefined;
  closed: readonly ClosedHole[];
  /** Where it began to count, as long as no cursor is stored. */
  beganAt: number | undefined;
  readonly stored: SeenRecord[];
  readonly handings: Map<number, string>;
  plannedTickMs: number;
}

/** The first seed that fails, and how often the channels met over all of them. */
export function firstSiblingFailure(
  seeds: number,
  rules?: SiblingRules,
): {
  readonly failure: { readonly seed: number; readonly violations: readonly string[] } | undefined;
  readonly met: number;
} {
  let met = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violations, toldByOther } = simulateSiblings(seed, rules);
    met += toldByOther;
    if (violations.length > 0) return { failure: { seed, violations }, met };
  }
  return { failure: undefined, met };
}

const simulateSiblings = (seed: number, rules: SiblingRules = siblingRules): SiblingOutcome =>
  new Siblings(siblingScenarioOf(seed), rules).run();

class Siblings extends Course<Happening> {
  private readonly rules: SiblingRules;
  private readonly channels: readonly Channel[];
  private readonly orders = new Map<string, readonly Channel[]>();
  private readonly handled = new Set<string>();
  private readonly storedIds: string[] = [];
  /** Came late, below the cursor, and was being handled in a crash: no log tells it again (SPEC.md, what is open). */
  private readonly tooLate = new Set<string>();
  private handedOut = new Set<string>();
  private heard = new HeardIds();
  /** What is being handled, and who else came to it meanwhile. */
  private readonly underWay = new Map<string, { readonly channel: Channel; readonly ticket: number }[]>();
  private isUp = true;
  private isConnected = false;
  private life = 1;
  private generation = 0;
  private actionsLeft: number;
  private toldByOther = 0;

  constructor(scenario: Scenario, rules: SiblingRules) {
    super(scenario);
    this.rules = rules;
    this.actionsLeft = scenario.actions;
    // The second one may be put up later than the first: what it looks back at is still to be told by the other.
    const isLate = randomOf(scenario.seed ^ 0x51ab)() < 0.5;
    this.channels = [false, isLate].map((startsNow) => ({
      server: new ModelServer(scenario, (fault) => this.fires(fault)),
      startsNow,
      stream: this.freshStream(undefined, [], [], startsNow),
      cursor: undefined,
      closed: [],
      beganAt: undefined,
      stored: [],
      handings: new Map(),
      plannedTickMs: Number.POSITIVE_INFINITY,
    }));
  }

  run(): SiblingOutcome {
    for (let index = 0; index < 3; index += 1) this.accept();
    this.nowMs = 5_000;
    this.start();
    this.plan(this.scenario.everyMs, { kind: 'act' });
    this.advance(this.nowMs + (this.scenario.actions + 1) * this.scenario.everyMs + this.scenario.quietMs);
    this.isHealthy = true;
    if (!this.isUp) this.start();
    this.advance(this.nowMs + 250_000);
    this.checkEnd();
    const { toldByOther, violations } = this;
    return { toldByOther, violations };
  }

  protected happen(happening: Happening): void {
    const isNow = 'life' in happening && happening.life === this.life && this.isUp;
    switch (happening.kind) {
      case 'act':
        this.actionsLeft -= 1;
        this.accept();
        if (this.fires('crash')) this.crash();
        else if (this.isConnected && this.fires('disconnect')) this.disconnect();
        if (this.actionsLeft > 0) this.plan(this.scenario.everyMs, { kind: 'act' });
        return;
      case 'start':
        if (!this.isUp) this.start();
        return;
      case 'join':
        if (this.isUp && !this.isConnected) this.join();
        return;
      case 'broadcast':
        this.broadcast(happening.channel, happening.event);
        return;
      case 'input':
        if (isNow) this.feed(happening.channel, happening.input);
        return;
      case 'ask':
        if (isNow) this.answer(happening.channel, happening.effect);
        return;
      case 'tick':
        happening.channel.plannedTickMs = Number.POSITIVE_INFINITY;
        if (this.isUp) this.feed(happening.channel, { kind: 'tick' });
        return;
      case 'store':
        if (isNow) this.store(happening.channel, happening.commit);
    }
  }

  /** An order: for the counter, for the kitchen, or for both. */
  private accept(): void {
    const { random } = this.scenario;
    const id = `m${this.orders.size + 1}`;
    const drawn = random();
    const carriers = drawn < 0.5 ? this.channels : this.channels.slice(drawn < 0.75 ? 0 : 1, drawn < 0.75 ? 1 : 2);
    this.orders.set(id, carriers);
    for (const channel of carriers) {
      const { event, broadcastAtMs } = channel.server.accept(this.nowMs, id);
      if (broadcastAtMs !== undefined) this.planAt(broadcastAtMs, { kind: 'broadcast', channel, event });
    }
  }

  private broadcast(channel: Channel, event: Accepted): void {
    if (!this.isConnected || !this.isUp || this.fires('loss')) return;
    const arrival = { ...channel.server.arrival(event, this.nowMs, false), row: undefined };
    const input: StreamInput = { kind: 'live', generation: this.generation, arrival };
    const { life } = this;
    this.plan(Math.min(this.delayMs(), 800) + (this.fires('reorder') ? 1_500 : 0), {
      kind: 'input',
      life,
      channel,
      input,
    });
    if (this.fires('duplicate')) this.plan(this.delayMs(), { kind: 'input', life, channel, input });
  }

  private freshStream(
    cursor: Cursor | undefined,
    closed: readonly ClosedHole[],
    positions: readonly SeenRecord[],
    startsNow: boolean,
  ): StreamState {
    const { scenario } = this;
    const seen = new HeardIds().on('');
    for (const { id, isOnlyThere } of positions) if (isOnlyThere !== true) seen.add(id, this.nowMs);
    return initialStream(
      {
        position: scenario.position,
        replay: scenario.replay,
        snapshot: false,
        startFrom: startsNow ? 'now' : 'earliest',
        settings: { ...defaultStreamSettings, pageLimit: scenario.pageSize, maxHeld: scenario.maxHeld },
        rules: this.rules.stream,
      },
      { seen, rows: new KnownRows(), cursor, closed, marks: new Map(), positions },
      this.nowMs,
    );
  }

  private start(): void {
    this.life += 1;
    this.isUp = true;
    this.handedOut = new Set();
    this.heard = new HeardIds();
    this.underWay.clear();
    const remembered = this.rules.remembersAll ? this.channels : this.channels.slice(0, 1);
    for (const { stored } of remembered) {
      for (const { id, isOnlyThere } of stored) if (isOnlyThere !== true) this.heard.tell(this.hear(id));
    }
    for (const channel of this.channels) {
      channel.handings.clear();
      if (channel.cursor === undefined) channel.beganAt = undefined;
      channel.stream = this.freshStream(channel.cursor, channel.closed, channel.stored, channel.startsNow);
    }
    this.plan(this.delayMs(), { kind: 'join' });
  }

  private hear(id: string): string {
    this.heard.on('any').add(id, this.nowMs);
    return id;
  }

  private crash(): void {
    if (!this.isUp) return;
    for (const { cursor, beganAt = -1, handings, server } of this.channels) {
      const passed = cursor?.seq ?? beganAt;
      for (const id of handings.values()) {
        if (server.log.some((event) => event.id === id && event.seq <= passed)) this.tooLate.add(id);
      }
    }
    this.isUp = false;
    this.isConnected = false;
    this.plan(500 + this.delayMs(), { kind: 'start' });
  }

  private disconnect(): void {
    this.isConnected = false;
    for (const channel of this.channels) this.feed(channel, { kind: 'left' });
    this.plan(500 + this.delayMs(), { kind: 'join' });
  }

  private join(): void {
    this.isConnected = true;
    this.generation += 1;
    for (const channel of this.channels) this.feed(channel, { kind: 'joined', generation: this.generation });
  }

  /** What a wrong client does: it drops what was told before the machine can count it. */
  private withoutTold(input: StreamInput): StreamInput | undefined {
    if (this.rules.countsTold) return input;
    const isNew = (id: string | undefined): boolean => id === undefined || !this.handedOut.has(id);
    if (input.kind === 'live') return isNew(input.arrival.event.id) ? input : undefined;
    if (input.kind !== 'page') return input;
    return {
      kind: 'page',
      answer: { ...input.answer, events: input.answer.events.filter(({ event }) => isNew(event.id)) },
    };
  }

  private feed(channel: Channel, given: StreamInput): void {
    const input = this.withoutTold(given);
    if (input === undefined) return;
    if (input.kind === 'live' && input.generation !== this.generation) return;
    if (input.kind === 'settled') this.noteSettled(channel, input.ticket);
    const { effects } = step(channel.stream, input, { nowMs: this.nowMs, random: this.scenario.random() });
    channel.beganAt ??= channel.stream.front;
    if (this.rules.tellsWhatItSaw && input.kind === 'page') {
      for (const { event } of input.answer.events) this.heard.tell(this.hear(event.id ?? ''));
    }
    for (const effect of effects) this.perform(channel, effect);
    const due = Math.max(dueAtMs(channel.stream), this.nowMs);
    if (due >= channel.plannedTickMs || due === Number.POSITIVE_INFINITY) return;
    channel.plannedTickMs = due;
    this.planAt(due, { kind: 'tick', channel });
  }

  private noteSettled(channel: Channel, ticket: number): void {
    const id = channel.handings.get(ticket);
    if (id === undefined) return;
    channel.handings.delete(ticket);
    this.handled.add(id);
    const waiting = this.underWay.get(id) ?? [];
    this.underWay.delete(id);
    for (const other of waiting) this.settle(other.channel, other.ticket, 0);
  }

  private settle(channel: Channel, ticket: number, afterMs: number): void {
    this.plan(afterMs, { kind: 'input', life: this.life, channel, input: { kind: 'settled', ticket } });
  }

  private perform(channel: Channel, effect: StreamEffect): void {
    const { life } = this;
    switch (effect.kind) {
      case 'deliver':
        this.handOut(channel, effect.arrival.event.id ?? '', effect.ticket);
        return;
      case 'drain-outbox':
        this.plan(this.delayMs(), { kind: 'input', life, channel, input: { kind: 'drained' } });
        return;
      case 'read-replay':
        this.plan(this.delayMs() / 2, { kind: 'ask', life, channel, effect });
        return;
      case 'commit':
        this.plan(Math.floor(this.scenario.random() * 4) * 10, { kind: 'store', life, channel, commit: effect.commit });
        return;
      case 'signal':
        if (effect.signal.kind === 'gap') this.checkHole(channel, effect.signal);
        if (effect.signal.kind === 'handler-slow') this.noteSettled(channel, effect.signal.ticket);
        return;
      case 'row':
      case 'row-gone':
      case 'row-forgotten':
      case 'read-snapshot':
      case 'continuity':
      case 'status':
    }
  }

  private handOut(channel: Channel, id: string, ticket: number): void {
    if (this.rules.tellsOnce && !this.heard.tell(this.hear(id))) {
      this.toldByOther += 1;
      const waiting = this.rules.waitsForOther ? this.underWay.get(id) : undefined;
      if (waiting === undefined) this.settle(channel, ticket, 0);
      else waiting.push({ channel, ticket });
      return;
    }
    if (!this.orders.has(id)) this.violations.push(`${id} was never accepted`);
    if (this.handedOut.has(id)) this.violations.push(`${id} was handed out twice in one life`);
    else if (this.storedIds.includes(id)) this.violations.push(`${id} was handed out again after it was stored`);
    this.handedOut.add(id);
    channel.handings.set(ticket, id);
    this.underWay.set(id, []);
    if (this.fires('hanging-handler')) return;
    this.settle(channel, ticket, this.fires('slow-handler') ? Math.floor(this.scenario.random() * 25) * 100 : 0);
  }

  /** A hole is where nothing stands, for all that a log in the order of its commits can tell. */
  private checkHole({ server }: Channel, { from, to, as }: ClosedHole): void {
    if (as !== 'absent' || this.scenario.replay !== 'commit-ordered') return;
    const there = server.log.find(
      ({ seq, visibleAtMs }) => seq >= from && seq <= to && visibleAtMs <= this.nowMs - 10_000,
    );
    if (there !== undefined) this.violations.push(`${there.id} is called a hole`);
  }

  private store(channel: Channel, commit: StreamCommit): void {
    channel.cursor = commit.cursor ?? channel.cursor;
    channel.closed = commit.closed;
    for (const record of commit.seen) {
      channel.stored.push(record);
      if (record.isOnlyThere !== true) this.storedIds.push(record.id);
    }
  }

  private answer(channel: Channel, effect: ReadEffect): void {
    const { life } = this;
    const page = channel.server.page(effect.read, effect.from, this.nowMs);
    const failure = { read: effect.read, failure: 'network', retryAfterMs: undefined, floorSeq: undefined } as const;
    const input: StreamInput =
      page === 'gone' || this.fires('network') ? { kind: 'failed', answer: failure } : { kind: 'page', answer: page };
    this.plan(this.delayMs(), { kind: 'input', life, channel, input });
  }

  private checkEnd(): void {
    if (this.violations.length > 0) return;
    // Where a channel began when it was put up, what lies before is nobody's.
    const isDue = ({ server, beganAt = -1 }: Channel, id: string): boolean =>
      server.log.some((event) => event.id === id && event.seq > beganAt);
    const lost = [...this.orders].filter(
      ([id, carriers]) =>
        !this.handled.has(id) && !this.tooLate.has(id) && carriers.some((carrier) => isDue(carrier, id)),
    );
    if (lost.length > 0) this.violations.push(`lost: ${lost.map(([id]) => id).join(', ')}`);
  }
}
