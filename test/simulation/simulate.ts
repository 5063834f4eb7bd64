// One seed: a server, a network and a device that crashes, until everything is healed, and then the question whether the
// device knows what the server knows.
import { HeardIds } from '../../src/core/session/heard-ids.ts';
import type { Arrival } from '../../src/core/stream/held.ts';
import { dueAtMs } from '../../src/core/stream/due.ts';
import { step, type StreamInput } from '../../src/core/stream/machine.ts';
import type { FailedAnswer } from '../../src/core/stream/answers.ts';
import { KnownRows, type RowVersion } from '../../src/core/stream/rows.ts';
import { streamRules, type ReadFailure, type StreamRules } from '../../src/core/stream/rules.ts';
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
import type { Watermark } from '../../src/core/stream/watermark.ts';
import { Course } from './course.ts';
import { scenarioOf, type FaultCounts, type Scenario } from './scenario.ts';
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
  /** Before the end of the log at which a device without lists began; nobody promised them. */
  readonly earlier: number;
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
  /** How often the server had been restored when the sequence of the cursor began. */
  restores: number;
  closed: readonly ClosedHole[];
  readonly marks: Map<string, Watermark>;
  readonly seen: SeenRecord[];
  readonly rows: Map<string, { version: RowVersion; deleted: boolean; isPart?: true | undefined }>;
}

interface Listing {
  /** How often the server had been restored when it was made. */
  readonly restores: number;
  /** The events whose subjects it shows as they became by them, or later: at which version. */
  readonly told: ReadonlyMap<string, number>;
}

interface Handing {
  readonly id: string | undefined;
  readonly seq: number | undefined;
  readonly epoch: string;
  readonly hangs: boolean;
}

const { holdMs, holdCriticalMs } = defaultStreamSettings;
const lagLimitMs = holdMs + 600;
const healMs = 110_000;
/** After a reconnect, or after the periodic look, everything is known this soon. */
const convergeMs = 30_000;
const reconcileMs = defaultStreamSettings.reconcileMs * (1 + defaultStreamSettings.reconcileSpread);

export function simulate(
  seed: number,
  rules: StreamRules = streamRules,
  world: WorldRules = { remembersIds: true },
  trace?: (line: string) => void,
  scenario: (seed: number) => Scenario = scenarioOf,
): Outcome {
  return new World(scenario(seed), rules, world, trace).run();
}

class World extends Course<Happening> {
  private readonly rules: StreamRules;
  private readonly worldRules: WorldRules;
  private readonly server: ModelServer;
  private readonly durable: Durable = {
    cursor: undefined,
    restores: 0,
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
  /** When a page came after which there is more. */
  private pagedMs = Number.NEGATIVE_INFINITY;
  /** What a list told instead of events, and what is known of it even after a crash. */
  private readonly listed = new Set<string>();
  /** The same in this life: a crash before its rows are stored takes it back. */
  private readonly listedNow = new Map<string, number>();
  private readonly listings = new Map<number, Listing>();
  /** What lay before where this life began to count, without lists. */
  private readonly earlier = new Set<string>();
  /** Of these, what was not committed then. */
  private readonly underWay = new Set<string>();
  /** What this life heard by the socket, before a page had it. */
  private readonly heard = new Set<string>();
  private readonly paged = new Set<string>();
  private handedOut = new Set<string>();
  private stream: StreamState;
  private life = 0;
  private isUp = false;
  private generation = 0;
  private isConnected = false;
  private plannedTickMs = Number.POSITIVE_INFINITY;
  private duplicated = 0;
  private unexpected = 0;
  private recovered = 0;
  private actionsLeft: number;
  /** The log was cut, or did not move on: the next list of the present sequence may stand for events. */
  private isListOwed = false;
  private restoresKnown = 0;
  /** There is no position from which a log could be read on. */
  private hasNoPlace = true;

  private readonly trace: ((line: string) => void) | undefined;

  constructor(scenario: Scenario, rules: StreamRules, worldRules: WorldRules, trace?: (line: string) => void) {
    super(scenario);
    this.trace = trace;
    trace?.(JSON.stringify(scenario));
    this.rules = rules;
    this.worldRules = worldRules;
    this.server = new ModelServer(scenario, (fault) => this.fires(fault));
    this.actionsLeft = scenario.actions;
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

  protected happen(happening: Happening): void {
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
    if (broadcastAtMs !== undefined) this.planAt(broadcastAtMs, { kind: 'broadcast', event });
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
    const { tellsEpoch, replay, replayIs404 } = this.scenario;
    if (tellsEpoch && this.fires('restored')) this.restore(true);
    else if (replay !== undefined && !replayIs404 && this.fires('restored-same-name')) {
      this.restore(false);
      // It ends the connections, and what was under way on them.
      this.generation += 1;
      if (this.isConnected && this.isUp) this.disconnect();
    }
    this.accept();
    if (this.fires('crash')) this.crash();
    else if (this.fires('disconnect') && this.isConnected) this.disconnect();
  }

  /** A restore under the same name shows in what stood at a position that it takes back, where the device knows of one. */
  private showsIn(head: number, removed: readonly Accepted[]): boolean {
    const { cursor, seen } = this.durable;
    const { front, positions } = this.stream;
    const isTaken = (seq: number | undefined, upTo: number): boolean => seq !== undefined && seq > head && seq <= upTo;
    // One at a time: what is known during a resync may be of either sequence.
    if (this.restoresKnown !== this.server.restores || this.durable.restores !== this.server.restores) return false;
    // What waits may go out as if it were of the new one, and a crash leaves a cursor that fits both (SPEC.md, what is open).
    if (this.stream.held.count > 0) return false;
    // And not within a minute of the one before (S13).
    if (this.nowMs - this.server.restoredAtMs < 60_000) return false;
    // Before counting has begun there is nothing to compare.
    if (front === undefined || this.stream.blind !== undefined) return false;
    if (this.scenario.rates.crash > 0 || this.scenario.retention < 100) return false;
    // A list without a position may have told more than the device has counted.
    const isRowOnly = ({ id, key, version }: Accepted): boolean =>
      this.view.get(key)?.version === version && !this.handedOut.has(id) && !this.storedIds.has(id);
    if (removed.some(isRowOnly)) return false;
    const isStored = cursor === undefined || cursor.seq <= head || seen.some(({ seq }) => isTaken(seq, cursor.seq));
    return isStored && (front <= head || isTaken(positions.lastUpTo(front), front));
  }

  private restore(renames: boolean): void {
    const { restores } = this.server;
    const taken = this.server.restore(this.nowMs, renames, (head, removed) => this.showsIn(head, removed));
    if (this.server.restores === restores) return;
    for (const event of taken) this.accepted.delete(event.id);
    const kept = new Set(this.server.log);
    for (const event of this.accepted.values()) if (!kept.has(event)) this.accepted.delete(event.id);
    this.isListOwed = true;
    this.waiting.clear();
  }

  // The device.

  private freshStream(): StreamState {
    const { scenario, durable } = this;
    const seen = new HeardIds().on('');
    const rows = new KnownRows();
    const handled = durable.seen.filter(({ isOnlyThere }) => isOnlyThere !== true);
    if (this.worldRules.remembersIds) for (const { id } of handled) seen.add(id, this.nowMs);
    for (const [key, { version, deleted, isPart }] of durable.rows)
      rows.put({ key, version, ...(isPart && { isPart }) }, deleted, false, 0);
    return initialStream(
      {
        position: scenario.position,
        replay: scenario.replay,
        snapshot: scenario.snapshot,
        startFrom: scenario.snapshot || scenario.startsNow ? 'now' : 'earliest',
        settings: { ...defaultStreamSettings, pageLimit: scenario.pageSize, maxHeld: scenario.maxHeld },
        rules: this.rules,
      },
      { seen, rows, cursor: durable.cursor, closed: durable.closed, marks: durable.marks, positions: durable.seen },
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
    this.listings.clear();
    this.heard.clear();
    this.paged.clear();
    this.underWay.clear();
    this.hasNoPlace = this.durable.cursor === undefined;
    this.isListOwed = !this.hasNoPlace && this.durable.restores !== this.server.restores;
    this.restoresKnown = this.hasNoPlace ? this.server.restores : this.durable.restores;
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
    for (const [id, shown] of this.listedNow) {
      if (this.isStored(id) || this.isToldByEvent(id, shown) || this.isToldByRow(id, shown)) this.listed.add(id);
    }
    this.listedNow.clear();
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
    if (input.kind === 'page' && input.answer.hasMore) this.pagedMs = this.nowMs;
    const isAsked = input.kind === 'snapshot' && this.stream.read?.number === input.answer.read;
    const isUnplaced = this.hasNoPlace && (this.stream.front === undefined || this.stream.blind !== undefined);
    const hasBegun = !this.scenario.startsNow || this.stream.front !== undefined;
    const isHead = input.kind === 'page' && this.stream.read?.isHead === true;
    const { effects } = step(this.stream, input, { nowMs: this.nowMs, random: this.scenario.random() });
    if (this.trace !== undefined) {
      const { phase, front, top } = this.stream;
      const heldSeqs = this.stream.held.all.map((held) => held.seq ?? '-').join(' ');
      this.trace(`${this.nowMs} ${JSON.stringify(input)}\n    ${phase} front ${front} top ${top} held [${heldSeqs}]`);
      for (const effect of effects) this.trace(`      ${JSON.stringify(effect)}`);
    }
    if (!hasBegun && this.stream.front !== undefined) this.noteBeginning(isHead ? input.answer.headSeq : undefined);
    if (input.kind === 'page') for (const { event } of input.answer.events) this.paged.add(event.id ?? '');
    if (input.kind === 'live') this.noteTaken(input.arrival.event.id ?? '');
    if (isAsked && input.answer.epoch === this.stream.epoch) this.noteListed(input.answer.read, isUnplaced);
    for (const effect of effects) this.perform(effect);
    const due = dueAtMs(this.stream);
    if (due < this.plannedTickMs) {
      this.plannedTickMs = Math.max(due, this.nowMs);
      this.planAt(this.plannedTickMs, { kind: 'tick' });
    }
  }

  /** A list stands for events only where no log tells them, and for what was committed when it was made. */
  private noteListed(read: number, isUnplaced: boolean): void {
    const listing = this.listings.get(read);
    if (listing === undefined || listing.restores !== this.server.restores) return;
    const { replay, replayIs404 } = this.scenario;
    if (replay === undefined || replayIs404 || this.isListOwed || isUnplaced) {
      for (const [id, shown] of listing.told) this.listedNow.set(id, shown);
    }
    // In another sequence it counts from what such a list says, or does not know the place.
    if (listing.restores !== this.restoresKnown) this.hasNoPlace = true;
    this.isListOwed = false;
    this.restoresKnown = listing.restores;
  }

  /** An event had told what the list shows, or something later: it is handled, or comes again from the log. */
  private isToldByEvent(id: string, version: number): boolean {
    const key = this.accepted.get(id)?.key;
    const placed = this.durable.cursor?.seq ?? 0;
    for (const event of this.accepted.values()) {
      if (event.key !== key || event.version < version || !this.handedOut.has(event.id)) continue;
      if (this.storedIds.has(event.id) || (this.scenario.replay !== undefined && event.seq > placed)) return true;
    }
    return false;
  }

  /** A row of a list told it, or something later that this list shows, too, and was stored as handled. */
  private isToldByRow(id: string, shown: number): boolean {
    const { key, version = shown } = this.accepted.get(id) ?? {};
    for (let told = version; told <= shown; told += 1) if (this.storedIds.has(`${key}\n${told}`)) return true;
    return false;
  }

  private isStored(id: string): boolean {
    const event = this.accepted.get(id);
    const row = event === undefined ? undefined : this.durable.rows.get(event.key);
    // Nothing is stored of what was gone before it was ever heard of.
    return event !== undefined && (row === undefined || row.deleted || Number(row.version) >= event.version);
  }

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
        // What waited is let go, and waits anew when it is read again.
        if (effect.signal.kind === 'overflow') this.waiting.clear();
        if (effect.signal.kind === 'sparse' || effect.signal.kind === 'overflow') this.faults[effect.signal.kind] += 1;
        if (effect.signal.kind === 'handler-slow') this.noteSettled(effect.signal.ticket);
        if (effect.signal.kind === 'resync') {
          this.waiting.clear();
          // The machine gave up what waited, and the log with it.
          if (effect.signal.reason === 'overflow') this.isListOwed = true;
        }
        return;
      case 'row-forgotten':
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
    if (!this.paged.has(id)) this.heard.add(id);
    if (this.handedOut.has(id) || this.storedIds.has(id) || this.waiting.has(id)) return;
    this.waiting.set(id, this.nowMs);
  }

  /** What was taken for a duplicate does not wait. */
  private noteTaken(id: string): void {
    if (this.waiting.has(id) && !this.isHeld(id)) this.waiting.delete(id);
  }

  private isHeld(id: string): boolean {
    return this.stream.held.all.some(({ arrival }) => arrival.event.id === id);
  }

  private checkLag(): void {
    for (const [id, sinceMs] of this.waiting) {
      // Page after page brings what lies before it, and none of them may take longer than something critical waits.
      if (this.nowMs - Math.max(sinceMs, this.pagedMs - holdMs + holdCriticalMs) <= lagLimitMs) continue;
      if (!this.isHeld(id)) this.waiting.delete(id);
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
    if (commit.cursor !== undefined) {
      durable.cursor = commit.cursor;
      durable.restores = this.restoresKnown;
    }
    durable.closed = commit.closed;
    for (const [resource, mark] of commit.marks) durable.marks.set(resource, mark);
    for (const record of commit.seen) {
      durable.seen.push(record);
      if (record.isOnlyThere !== true) this.storedIds.add(record.id);
    }
    for (const { row, deleted } of commit.rows) {
      const { key, version, isPart } = row;
      durable.rows.set(key, { version, deleted: deleted || this.isDeletion(version), isPart });
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
      const answer = this.server.snapshot(read, effect.since, this.nowMs);
      this.listings.set(read, { restores: this.server.restores, told: this.server.toldBy(answer, this.nowMs) });
      return { kind: 'snapshot', answer };
    }
    const page = this.server.page(read, effect.from, this.nowMs);
    if (page === 'gone') {
      this.faults['retention-gone'] += 1;
      this.isListOwed = true;
      this.hasNoPlace = true;
      return failed(read, 'gone');
    }
    if (page.hasMore) this.faults.paged += 1;
    if (this.fires('no-progress')) {
      this.isListOwed = true;
      return { kind: 'page', answer: { ...page, events: [], hasMore: true, nextSeq: effect.from } };
    }
    return { kind: 'page', answer: page };
  }

  /** Who begins where the log ends wants nothing of what lies before, but all from the first that it heard on. */
  private noteBeginning(headSeq: number | undefined): void {
    if (headSeq !== undefined) this.faults['begins-at-head'] += 1;
    let from = headSeq === undefined ? Number.POSITIVE_INFINITY : headSeq + 1;
    for (const { id, seq } of this.accepted.values()) if (this.heard.has(id) && seq < from) from = seq;
    this.earlier.clear();
    for (const { id, seq, visibleAtMs } of this.accepted.values()) {
      if (seq >= from) continue;
      this.earlier.add(id);
      if (visibleAtMs > this.nowMs) this.underWay.add(id);
    }
  }

  /** What was still under way then is told when it is heard. */
  private isEarlier({ id }: Accepted): boolean {
    return this.earlier.has(id) && !(this.underWay.has(id) && this.heard.has(id));
  }

  // The end.

  private heal(): void {
    if (this.violations.length > 0) return;
    this.checkLag();
    this.isHealthy = true;
    // A new connection catches up at once; without one only the periodic look can.
    const isReconnecting = !this.isUp || !this.isConnected || this.scenario.random() < 0.5;
    if (!this.isUp) this.start();
    else if (isReconnecting && this.isConnected) this.disconnect();
    const healedMs = this.nowMs;
    this.advance(healedMs + (isReconnecting ? 0 : reconcileMs) + convergeMs);
    this.checkConverged(this.nowMs - healedMs);
    this.advance(healedMs + healMs);
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
    const fullListMs = this.scenario.tombstones ? 0 : defaultStreamSettings.fullListMs;
    this.advance(this.nowMs + fullListMs + reconcileMs + convergeMs);
  }

  /** Soon after everything is healed the device knows what there is; what is still being handled counts. */
  private checkConverged(afterMs: number): void {
    if (this.violations.length > 0) return;
    const rows = this.server.rows(this.nowMs);
    // Without tombstones a deletion that nobody heard of shows in the next whole list, and so does what came before it.
    // What was still under way when everything was healed waits for the periodic look.
    const isKnowable = (key: string): boolean => {
      const row = rows.get(key);
      if (row === undefined) return true;
      return row.visibleAtMs <= this.nowMs - afterMs && (this.scenario.tombstones || !row.deletes);
    };
    const late = [...this.accepted.values()].filter(
      (event) =>
        event.visibleAtMs <= this.nowMs - afterMs &&
        isKnowable(event.key) &&
        !this.handled.has(event.id) &&
        !this.handedOut.has(event.id) &&
        !this.isEarlier(event) &&
        !this.isCompacted(event),
    );
    const different = this.differences().filter(({ row }) => isKnowable(row.key));
    if (late.length === 0 && different.length === 0) return;
    const what = [...late.map(({ id }) => id), ...different.map(({ text }) => text)];
    this.violations.push(`${afterMs} ms after everything was healed: ${what.join(', ')}`);
  }

  private differences(): readonly { readonly row: Accepted; readonly text: string }[] {
    // A log alone does not tell what a restore took back.
    if (!this.scenario.snapshot && this.server.restores > 0) return [];
    return [...this.server.rows(this.nowMs)].flatMap(([key, row]) => {
      const view = this.view.get(key);
      const isSame = view === undefined ? row.deletes : view.version === row.version && view.deleted === row.deletes;
      const isUnknowable = (view?.deleted === true && row.deletes) || this.isEarlier(row);
      if (isSame || isUnknowable) return [];
      const there = `${row.version}${row.deletes ? ', deleted' : ''}`;
      return [{ row, text: `${JSON.stringify(key)} is ${JSON.stringify(view)} here and ${there} there` }];
    });
  }

  private isCompacted(event: Accepted): boolean {
    const { snapshot } = this.scenario;
    if (!snapshot || !(this.listed.has(event.id) || this.listedNow.has(event.id))) return false;
    const view = this.view.get(event.key);
    // A thing that was gone before it was ever heard of.
    if (view === undefined) return this.server.rows(this.nowMs).get(event.key)?.deletes ?? false;
    return view.deleted || Number(view.version) >= event.version;
  }

  private lostEvents: readonly string[] = [];
  private compactedCount = 0;
  private earlierCount = 0;

  private checkEnd(): void {
    if (this.violations.length > 0) return;
    const lost: string[] = [];
    for (const event of this.accepted.values()) {
      if (this.handled.has(event.id)) continue;
      if (this.isEarlier(event)) this.earlierCount += 1;
      else if (this.isCompacted(event)) this.compactedCount += 1;
      else lost.push(event.id);
    }
    this.lostEvents = lost;
    if (lost.length > 0) this.violations.push(`lost: ${lost.join(', ')}`);
    for (const { text } of this.differences()) this.violations.push(text);
    if (this.stream.phase !== 'live') this.violations.push(`it ends ${this.stream.phase}`);
  }

  private outcome(): Outcome {
    const attempted = this.accepted.size;
    return {
      seed: this.scenario.seed,
      attempted,
      ok: attempted - this.lostEvents.length - this.compactedCount - this.earlierCount,
      lost: this.lostEvents.length,
      duplicated: this.duplicated,
      unexpected: this.unexpected,
      recovered: this.recovered,
      compacted: this.compactedCount,
      earlier: this.earlierCount,
      faults: this.faults,
      violations: this.violations,
    };
  }
}

const failed = (read: number, failure: ReadFailure, retryAfterMs?: number): StreamInput => {
  const answer: FailedAnswer = { read, failure, retryAfterMs, floorSeq: undefined };
  return { kind: 'failed', answer };
};
