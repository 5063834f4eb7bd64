// One seed: a server, a network and a device that crashes, until everything is healed, and then the question whether the
// device knows what the server knows.
import { SeenIds } from '../../src/core/stream/dedupe.ts';
import type { Arrival } from '../../src/core/stream/held.ts';
import { dueAtMs, step, type StreamInput } from '../../src/core/stream/machine.ts';
import type { FailedAnswer } from '../../src/core/stream/reading.ts';
import { KnownRows, type RowVersion } from '../../src/core/stream/rows.ts';
import { streamRules, type ReadFailure, type StreamRules } from '../../src/core/stream/rules.ts';
import { defaultStreamSettings } from '../../src/core/stream/settings.ts';
import {
  initialStream,
  type Cursor,
  type SeenRecord,
  type StreamCommit,
  type StreamEffect,
  type StreamState,
} from '../../src/core/stream/state.ts';
import type { ClosedHole } from '../../src/core/stream/gap.ts';
import type { Watermark } from '../../src/core/stream/watermark.ts';
import { Agenda } from './agenda.ts';
import { noFaults, scenarioOf, type FaultCounts, type FaultName, type Scenario } from './scenario.ts';
import { ModelServer, type Accepted } from './server.ts';

export interface Outcome {
  readonly seed: number;
  readonly attempted: number;
  readonly ok: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Handed out although no server ever accepted it. */
  readonly unexpected: number;
  /** Handed out again after a crash before it was stored that it was handled. */
  readonly recovered: number;
  /** Never handed out, because a list told a later state of its subject. */
  readonly compacted: number;
  readonly faults: FaultCounts;
  /** What must never happen, in words; empty when all is well. */
  readonly violations: readonly string[];
}

/** What is wrong beside the machine: the driver's part of the rules. */
export interface WorldRules {
  /** What a restart knows of the ids that it has handled. */
  readonly remembersIds: boolean;
}

type Happening =
  | { readonly kind: 'act' }
  | { readonly kind: 'broadcast'; readonly event: Accepted }
  | { readonly kind: 'input'; readonly life: number; readonly input: StreamInput }
  | { readonly kind: 'ask'; readonly life: number; readonly effect: ReadEffect }
  | { readonly kind: 'join'; readonly life: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'tick' }
  | { readonly kind: 'store'; readonly life: number; readonly commit: StreamCommit };

type ReadEffect = Extract<StreamEffect, { kind: 'read-replay' | 'read-snapshot' }>;

interface Durable {
  cursor: Cursor | undefined;
  closed: readonly ClosedHole[];
  readonly marks: Map<string, Watermark>;
  readonly seen: SeenRecord[];
  readonly rows: Map<string, { version: RowVersion; deleted: boolean }>;
}

interface Handing {
  readonly id: string | undefined;
  readonly seq: number | undefined;
  readonly epoch: string;
  readonly hangs: boolean;
}

const lagLimitMs = defaultStreamSettings.holdMs + 600;
const healMs = 110_000;

export function simulate(
  seed: number,
  rules: StreamRules = streamRules,
  world: WorldRules = { remembersIds: true },
  trace?: (line: string) => void,
  scenario: (seed: number) => Scenario = scenarioOf,
): Outcome {
  return new World(scenario(seed), rules, world, trace).run();
}

class World {
  private readonly scenario: Scenario;
  private readonly rules: StreamRules;
  private readonly worldRules: WorldRules;
  private readonly faults: FaultCounts = noFaults();
  private readonly agenda = new Agenda<Happening>();
  private readonly server: ModelServer;
  private readonly violations: string[] = [];
  private readonly durable: Durable = {
    cursor: undefined,
    closed: [],
    marks: new Map(),
    seen: [],
    rows: new Map(),
  };
  private readonly accepted = new Map<string, Accepted>();
  private readonly handled = new Set<string>();
  private readonly storedIds = new Set<string>();
  private readonly handings = new Map<number, Handing>();
  private readonly view = new Map<string, { version: RowVersion; deleted: boolean }>();
  private readonly waiting = new Map<string, number>();
  private readonly listed = new Set<string>();
  /** Told by a list that was read because there was no position to read from. */
  private readonly firstListed = new Set<string>();
  private handedOut = new Set<string>();
  private stream: StreamState;
  private life = 0;
  private isUp = false;
  private generation = 0;
  private isConnected = false;
  private isHealthy = false;
  private nowMs = 0;
  private plannedTickMs = Number.POSITIVE_INFINITY;
  private duplicated = 0;
  private unexpected = 0;
  private recovered = 0;
  private actionsLeft: number;
  private isListForced: boolean;

  private readonly trace: ((line: string) => void) | undefined;

  constructor(scenario: Scenario, rules: StreamRules, worldRules: WorldRules, trace?: (line: string) => void) {
    this.scenario = scenario;
    this.trace = trace;
    trace?.(JSON.stringify(scenario));
    this.rules = rules;
    this.worldRules = worldRules;
    this.server = new ModelServer(scenario, (fault) => this.fires(fault));
    this.actionsLeft = scenario.actions;
    this.isListForced = scenario.replay === undefined || scenario.replayIs404;
    this.stream = this.freshStream();
  }

  run(): Outcome {
    // Yesterday's changes: nobody wants to be told of them, and a log from the beginning has them.
    for (let index = 0; index < 3; index += 1) this.accept();
    if (this.scenario.snapshot) for (const event of this.server.log) this.listed.add(event.id);
    this.nowMs = 5_000;
    this.start();
    this.plan(this.scenario.everyMs, { kind: 'act' });
    this.advance(this.nowMs + (this.scenario.actions + 1) * this.scenario.everyMs + this.scenario.quietMs);
    this.heal();
    this.checkEnd();
    return this.outcome();
  }

  private fires(fault: FaultName): boolean {
    if (this.isHealthy || this.scenario.random() >= this.scenario.rates[fault]) return false;
    this.faults[fault] += 1;
    return true;
  }

  private plan(afterMs: number, happening: Happening): void {
    this.agenda.plan(this.nowMs + afterMs, happening);
  }

  private delayMs(): number {
    return this.isHealthy ? 50 : Math.floor(this.scenario.random() * (this.scenario.delayMs + 100));
  }

  private advance(untilMs: number): void {
    while (this.agenda.nextAtMs <= untilMs) {
      const next = this.agenda.next();
      if (next === undefined) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.happen(next.item);
      if (this.violations.length > 0) return;
    }
    this.nowMs = untilMs;
  }

  private happen(happening: Happening): void {
    switch (happening.kind) {
      case 'act':
        this.actionsLeft -= 1;
        this.act();
        this.checkLag();
        if (this.actionsLeft > 0) this.plan(this.scenario.everyMs, { kind: 'act' });
        return;
      case 'broadcast':
        if (this.server.log.includes(happening.event)) this.broadcast(happening.event);
        return;
      case 'input':
        if (happening.life === this.life && this.isUp) this.feed(happening.input);
        return;
      case 'ask':
        if (happening.life === this.life && this.isUp) this.answer(happening.effect);
        return;
      case 'join':
        if (happening.life === this.life && this.isUp && !this.isConnected) this.join();
        return;
      case 'start':
        if (!this.isUp) this.start();
        return;
      case 'tick':
        this.plannedTickMs = Number.POSITIVE_INFINITY;
        if (this.isUp) this.feed({ kind: 'tick' });
        return;
      case 'store':
        if (happening.life === this.life) this.store(happening.commit);
    }
  }

  // The server.

  private accept(): Accepted {
    const { event, broadcastAtMs } = this.server.accept(this.nowMs);
    this.accepted.set(event.id, event);
    this.trace?.(`${this.nowMs} accepted ${JSON.stringify(event)}`);
    if (broadcastAtMs !== undefined) this.agenda.plan(broadcastAtMs, { kind: 'broadcast', event });
    return event;
  }

  private broadcast(event: Accepted): void {
    if (!this.isConnected || !this.isUp) return;
    if (this.fires('loss')) return;
    const arrival = this.server.arrival(event, this.nowMs, false);
    this.send(arrival, this.fires('reorder') ? 1_500 : 0);
    if (this.fires('duplicate')) this.send(arrival, this.delayMs());
    if (this.fires('redelivery')) {
      const old = this.server.log[Math.floor(this.scenario.random() * this.server.log.length)];
      if (old !== undefined && old.visibleAtMs <= this.nowMs) {
        this.send(this.server.arrival(old, this.nowMs, false), this.delayMs());
      }
    }
  }

  private send(arrival: Arrival, extraMs: number): void {
    const input: StreamInput = { kind: 'live', generation: this.generation, arrival };
    this.plan(Math.min(this.delayMs(), 800) + extraMs, { kind: 'input', life: this.life, input });
  }

  private act(): void {
    if (this.scenario.tellsEpoch && this.fires('restored')) this.restore();
    this.accept();
    if (this.fires('crash')) this.crash();
    else if (this.fires('disconnect') && this.isConnected) this.disconnect();
  }

  private restore(): void {
    for (const event of this.server.restore(this.nowMs)) {
      this.accepted.delete(event.id);
    }
    const kept = new Set(this.server.log);
    for (const event of this.accepted.values()) if (!kept.has(event)) this.accepted.delete(event.id);
    this.isListForced = true;
    this.waiting.clear();
  }

  // The device.

  private freshStream(): StreamState {
    const { scenario, durable } = this;
    const seen = new SeenIds();
    const rows = new KnownRows();
    if (this.worldRules.remembersIds) for (const { id } of durable.seen) seen.add(id, this.nowMs);
    for (const [key, { version, deleted }] of durable.rows) rows.put({ key, version }, deleted, false, 0);
    return initialStream(
      {
        position: scenario.position,
        replay: scenario.replay,
        snapshot: scenario.snapshot,
        startFrom: scenario.snapshot ? 'now' : 'earliest',
        settings: { ...defaultStreamSettings, pageLimit: scenario.pageSize },
        rules: this.rules,
        seen,
        rows,
      },
      { cursor: durable.cursor, closed: durable.closed, marks: durable.marks, positions: durable.seen },
      this.nowMs,
    );
  }

  private start(): void {
    this.life += 1;
    this.isUp = true;
    this.stream = this.freshStream();
    this.handedOut = new Set();
    this.handings.clear();
    this.waiting.clear();
    this.view.clear();
    for (const [key, row] of this.durable.rows) this.view.set(key, { ...row });
    this.plan(this.isHealthy ? 0 : this.delayMs(), { kind: 'join', life: this.life });
  }

  private crash(): void {
    if (!this.isUp) return;
    this.life += 1;
    this.isUp = false;
    this.isConnected = false;
    this.waiting.clear();
    this.plan(500 + this.delayMs(), { kind: 'start' });
  }

  private disconnect(): void {
    this.isConnected = false;
    this.feed({ kind: 'left' });
    this.plan(500 + this.delayMs(), { kind: 'join', life: this.life });
  }

  private join(): void {
    this.isConnected = true;
    this.generation += 1;
    this.feed({ kind: 'joined', generation: this.generation });
  }

  private feed(input: StreamInput): void {
    if (input.kind === 'live' && input.generation !== this.generation) return;
    if (input.kind === 'live') this.noteArrival(input.arrival);
    if (input.kind === 'settled') this.noteSettled(input.ticket);
    if (input.kind === 'snapshot' && this.stream.read?.number === input.answer.read) {
      // A list that the machine takes now holds everything that was visible when it was made.
      const hasNoPosition = this.stream.front === undefined || this.stream.blind !== undefined;
      for (const id of this.listings.get(input.answer.read) ?? []) {
        this.listed.add(id);
        if (hasNoPosition) this.firstListed.add(id);
      }
    }
    const { effects } = step(this.stream, input, { nowMs: this.nowMs, random: this.scenario.random() });
    if (this.trace !== undefined) {
      const { phase, front, top } = this.stream;
      const heldSeqs = this.stream.held.all.map((held) => held.seq ?? '-').join(' ');
      this.trace(`${this.nowMs} ${JSON.stringify(input)}\n    ${phase} front ${front} top ${top} held [${heldSeqs}]`);
      for (const effect of effects) this.trace(`      ${JSON.stringify(effect)}`);
    }
    for (const effect of effects) this.perform(effect);
    const due = dueAtMs(this.stream);
    if (due < this.plannedTickMs) {
      this.plannedTickMs = Math.max(due, this.nowMs);
      this.agenda.plan(this.plannedTickMs, { kind: 'tick' });
    }
  }

  private readonly listings = new Map<number, readonly string[]>();

  private perform(effect: StreamEffect): void {
    const { life } = this;
    switch (effect.kind) {
      case 'deliver':
        this.handOut(effect);
        return;
      case 'row':
        this.apply(effect.row.key, effect.row.version, false, true);
        if (effect.ticket !== undefined) {
          this.handings.set(effect.ticket, { id: undefined, seq: undefined, epoch: '', hangs: false });
          this.plan(this.handlerMs(), { kind: 'input', life, input: { kind: 'settled', ticket: effect.ticket } });
        }
        return;
      case 'row-gone': {
        const known = this.view.get(effect.key);
        if (known !== undefined) known.deleted = true;
        return;
      }
      case 'drain-outbox':
        if (!this.fires('outbox-stuck')) {
          this.plan(this.isHealthy ? 20 : this.delayMs(), { kind: 'input', life, input: { kind: 'drained' } });
        }
        return;
      case 'read-replay':
      case 'read-snapshot':
        this.plan(this.delayMs() / 2, { kind: 'ask', life, effect });
        return;
      case 'commit':
        this.checkCursor(effect.commit.cursor);
        this.plan(this.isHealthy ? 0 : Math.floor(this.scenario.random() * 4) * 10, {
          kind: 'store',
          life,
          commit: effect.commit,
        });
        return;
      case 'signal':
        if (effect.signal.kind === 'handler-slow') this.noteSettled(effect.signal.ticket);
        if (effect.signal.kind === 'resync') {
          this.waiting.clear();
          if (effect.signal.reason === 'no-progress') this.isListForced = true;
        }
        return;
      case 'continuity':
      case 'status':
    }
  }

  private handlerMs(): number {
    if (this.fires('slow-handler')) return Math.floor(this.scenario.random() * 25) * 100;
    this.fires('throwing-handler');
    return 0;
  }

  private handOut(effect: Extract<StreamEffect, { kind: 'deliver' }>): void {
    const { arrival, ticket, stale } = effect;
    const id = arrival.event.id ?? '';
    const event = this.accepted.get(id);
    if (!id.startsWith('m')) this.unexpected += 1;
    if (this.handedOut.has(id)) {
      this.duplicated += 1;
      this.violations.push(`${id} was handed out twice in one life`);
    } else if (this.storedIds.has(id)) {
      this.duplicated += 1;
      this.violations.push(`${id} was handed out again after it was stored as handled`);
    } else if (this.handled.has(id)) this.recovered += 1;
    this.handedOut.add(id);
    this.waiting.delete(id);
    if (!stale && arrival.row !== undefined) {
      this.apply(arrival.row.key, arrival.row.version, event?.deletes ?? false, false);
    }
    const hangs = this.fires('hanging-handler');
    this.handings.set(ticket, { id, seq: arrival.event.seq, epoch: arrival.event.epoch ?? '', hangs });
    if (hangs) return;
    this.plan(this.handlerMs(), { kind: 'input', life: this.life, input: { kind: 'settled', ticket } });
  }

  private noteSettled(ticket: number): void {
    const handing = this.handings.get(ticket);
    if (handing?.id !== undefined) this.handled.add(handing.id);
    this.handings.delete(ticket);
  }

  private apply(key: string, version: RowVersion, deleted: boolean, isRow: boolean): void {
    const known = this.view.get(key);
    const isBack = known !== undefined && Number(version) < Number(known.version);
    // After a restore the server's older truth is the truth, and a list tells it.
    if (isBack && !(isRow && this.server.restores > 0)) {
      this.violations.push(`${JSON.stringify(key)} went back from version ${known.version} to ${version}`);
    }
    this.view.set(key, { version, deleted });
  }

  private noteArrival(arrival: Arrival): void {
    const id = arrival.event.id ?? '';
    if (this.handedOut.has(id) || this.storedIds.has(id) || this.waiting.has(id)) return;
    this.waiting.set(id, this.nowMs);
  }

  private checkLag(): void {
    for (const [id, sinceMs] of this.waiting) {
      if (this.nowMs - sinceMs <= lagLimitMs) continue;
      if (!this.stream.held.all.some(({ arrival }) => arrival.event.id === id)) this.waiting.delete(id);
      else this.violations.push(`${id} arrived ${this.nowMs - sinceMs} ms ago and still waits`);
    }
  }

  private checkCursor(cursor: Cursor | undefined): void {
    if (cursor === undefined || this.server.restores > 0) return;
    for (const { id, seq } of this.handings.values()) {
      if (id !== undefined && seq !== undefined && seq <= cursor.seq) {
        this.violations.push(`the cursor ${cursor.seq} passed ${id}, which is not handled`);
      }
    }
  }

  private store(commit: StreamCommit): void {
    const { durable } = this;
    if (commit.cursor !== undefined) durable.cursor = commit.cursor;
    durable.closed = commit.closed;
    for (const [resource, mark] of commit.marks) durable.marks.set(resource, mark);
    for (const record of commit.seen) {
      durable.seen.push(record);
      this.storedIds.add(record.id);
    }
    for (const { row, deleted } of commit.rows) {
      durable.rows.set(row.key, { version: row.version, deleted: deleted || this.isDeletion(row.version) });
    }
  }

  private isDeletion(version: RowVersion): boolean {
    return this.accepted.get(`m${version}`)?.deletes ?? false;
  }

  // HTTP.

  private answer(effect: ReadEffect): void {
    const input = this.answerTo(effect);
    const delayMs = this.delayMs();
    if (this.stream.read?.number !== effect.read) this.faults['stale-answer'] += 1;
    this.plan(delayMs, { kind: 'input', life: this.life, input });
  }

  private answerTo(effect: ReadEffect): StreamInput {
    const { read } = effect;
    if (effect.kind === 'read-replay' && this.scenario.replayIs404) {
      this.faults['not-found'] += 1;
      return failed(read, 'not-found');
    }
    if (this.fires('network')) return failed(read, 'network');
    if (this.fires('unreadable')) return failed(read, 'unreadable');
    if (this.fires('busy')) return failed(read, 'busy', Math.floor(this.scenario.random() * 4) * 1_000);
    if (effect.kind === 'read-snapshot') {
      const rows = this.server.rows(this.nowMs);
      const isTold = (event: Accepted): boolean => (rows.get(event.key)?.version ?? 0) >= event.version;
      this.listings.set(
        read,
        this.server.log.filter(isTold).map((event) => event.id),
      );
      return { kind: 'snapshot', answer: this.server.snapshot(read, effect.since, this.nowMs) };
    }
    const page = this.server.page(read, effect.from, this.nowMs);
    if (page === 'gone') {
      this.faults['retention-gone'] += 1;
      this.isListForced = true;
      return failed(read, 'gone');
    }
    if (page.hasMore) this.faults.paged += 1;
    if (this.fires('no-progress')) {
      return { kind: 'page', answer: { ...page, events: [], hasMore: true, nextSeq: effect.from } };
    }
    return { kind: 'page', answer: page };
  }

  // The end.

  private heal(): void {
    if (this.violations.length > 0) return;
    this.checkLag();
    this.isHealthy = true;
    if (!this.isUp) this.start();
    else if (this.scenario.random() < 0.5) {
      // A new connection catches up at once; without one only the periodic look can.
      if (this.isConnected) this.disconnect();
    }
    this.advance(this.nowMs + healMs);
    // One frame is dropped and the next arrives: a dense channel with a log notices within seconds.
    if (this.violations.length > 0) return;
    const { position, replay, replayIs404 } = this.scenario;
    if (!this.isConnected) this.violations.push('it never came back');
    const isAsked = position === 'dense' && this.stream.position === 'dense' && replay !== undefined && !replayIs404;
    this.isConnected = false;
    const dropped = this.accept();
    this.advance(this.nowMs + 10);
    this.isConnected = true;
    this.accept();
    this.advance(this.nowMs + 9_000);
    this.checkLag();
    if (isAsked && !this.handled.has(dropped.id) && !this.isCompacted(dropped)) {
      this.violations.push(`${dropped.id} was lost on the way and nobody asked for it`);
    }
    // A frame is dropped and none follows: the periodic look finds it.
    this.isConnected = false;
    this.accept();
    this.advance(this.nowMs + 10);
    this.isConnected = true;
    this.advance(this.nowMs + (this.scenario.tombstones ? 0 : defaultStreamSettings.fullListMs) + healMs);
  }

  private isCompacted(event: Accepted): boolean {
    const { snapshot } = this.scenario;
    if (!snapshot || !this.listed.has(event.id)) return false;
    const view = this.view.get(event.key);
    // A thing that was gone before it was ever heard of.
    if (view === undefined) return this.server.rows(this.nowMs).get(event.key)?.deletes ?? false;
    return view.deleted || Number(view.version) >= event.version;
  }

  private lostEvents: readonly string[] = [];
  private compactedCount = 0;

  private checkEnd(): void {
    if (this.violations.length > 0) return;
    const lost: string[] = [];
    for (const event of this.accepted.values()) {
      if (this.handled.has(event.id)) continue;
      const wasBefore = this.scenario.snapshot && event.version <= 3;
      if (this.isCompacted(event) && (this.isListForced || wasBefore || this.firstListed.has(event.id)))
        this.compactedCount += 1;
      else lost.push(event.id);
    }
    this.lostEvents = lost;
    if (lost.length > 0) this.violations.push(`lost: ${lost.join(', ')}`);
    for (const [key, row] of this.server.rows(this.nowMs)) {
      // A log alone does not tell what a restore took back.
      if (!this.scenario.snapshot && this.server.restores > 0) break;
      const view = this.view.get(key);
      const isSame = view === undefined ? row.deletes : view.version === row.version && view.deleted === row.deletes;
      const isUnknowable = view?.deleted === true && row.deletes;
      if (!isSame && !isUnknowable) {
        this.violations.push(
          `${JSON.stringify(key)} is ${JSON.stringify(view)} here and ${row.version}${row.deletes ? ', deleted' : ''} there`,
        );
      }
    }
    if (this.stream.phase !== 'live') this.violations.push(`it ends ${this.stream.phase}`);
  }

  private outcome(): Outcome {
    const attempted = this.accepted.size;
    return {
      seed: this.scenario.seed,
      attempted,
      ok: attempted - this.lostEvents.length - this.compactedCount,
      lost: this.lostEvents.length,
      duplicated: this.duplicated,
      unexpected: this.unexpected,
      recovered: this.recovered,
      compacted: this.compactedCount,
      faults: this.faults,
      violations: this.violations,
    };
  }
}

const failed = (read: number, failure: ReadFailure, retryAfterMs?: number): StreamInput => {
  const answer: FailedAnswer = { read, failure, retryAfterMs, floorSeq: undefined };
  return { kind: 'failed', answer };
};
