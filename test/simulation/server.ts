// A server that accepts events, broadcasts them, keeps a log for a while, lists rows, and is restored from backups.
import type { Arrival } from '../../src/core/stream/held.ts';
import type { ReplayAnswer, SnapshotAnswer } from '../../src/core/stream/answers.ts';
import type { Row, SnapshotPart } from '../../src/core/stream/state.ts';
import type { FaultName, Scenario } from './scenario.ts';

export interface Accepted {
  readonly id: string;
  readonly seq: number;
  readonly epoch: string;
  readonly previousSeq: number;
  readonly key: string;
  readonly version: number;
  readonly deletes: boolean;
  readonly stampedAtMs: number;
  readonly visibleAtMs: number;
  readonly critical: boolean;
}

const resource = 'things';
const keys = Array.from({ length: 6 }, (_, index) => `${resource}\n${index}`);
const clockBase = 1_800_000_000_000;

export class ModelServer {
  /** What is true: what a restore took back is not in it. */
  log: Accepted[] = [];
  epoch = 'e1';
  restores = 0;
  restoredAtMs: number = Number.NEGATIVE_INFINITY;
  goneAnswers = 0;
  private readonly scenario: Scenario;
  private readonly fired: (fault: FaultName) => boolean;
  private head = 0;
  private versions = 0;
  private epochs = 1;
  private lastVisibleMs = 0;
  private readonly lockedUntilMs = new Map<string, number>();

  constructor(scenario: Scenario, fired: (fault: FaultName) => boolean) {
    this.scenario = scenario;
    this.fired = fired;
  }

  /** A change is accepted; another channel may carry the same id. It says when to broadcast it; `undefined`: never. */
  accept(nowMs: number, id?: string): { readonly event: Accepted; readonly broadcastAtMs: number | undefined } {
    const { random, position, isSparse, replay, critical, lateTenths } = this.scenario;
    const previousSeq = this.head;
    // A transaction that took a position and was rolled back.
    if (this.fired('rolled-back')) this.head += 1 + Math.floor(random() * 2);
    else if (position === 'monotonic' || isSparse) this.head += Math.floor(random() * 3);
    this.head += 1;
    this.versions += 1;
    const key = this.unlockedKey(nowMs);
    let visibleAtMs = Math.max(nowMs, this.lockedUntilMs.get(key) ?? 0);
    if (this.fired('late-commit')) visibleAtMs += Math.floor(random() * lateTenths) * 100;
    const leadMs = this.fired('broadcast-before-commit') ? Math.floor(random() * 10) * 100 : 0;
    visibleAtMs += leadMs;
    if (replay !== 'unordered') {
      // One after the other becomes visible.
      this.lastVisibleMs = Math.max(this.lastVisibleMs, visibleAtMs);
      visibleAtMs = this.lastVisibleMs;
    }
    let broadcastAtMs: number | undefined = visibleAtMs - leadMs;
    this.lockedUntilMs.set(key, visibleAtMs);
    if (this.fired('never-broadcast')) broadcastAtMs = undefined;
    const event: Accepted = {
      id: id ?? `m${this.versions}`,
      seq: this.head,
      epoch: this.epoch,
      previousSeq,
      key,
      version: this.versions,
      deletes: this.fired('deleted-row'),
      stampedAtMs: nowMs,
      visibleAtMs,
      critical: random() < critical,
    };
    this.log.push(event);
    return { event, broadcastAtMs };
  }

  /** A row is locked by whoever changes it: its changes become visible one after the other. */
  private unlockedKey(nowMs: number): string {
    const first = Math.floor(this.scenario.random() * keys.length);
    const order = [...keys.slice(first), ...keys.slice(0, first)];
    return order.find((key) => (this.lockedUntilMs.get(key) ?? 0) <= nowMs) ?? order[0] ?? '';
  }

  /** The database comes back from a backup: the last changes never happened. */
  restore(
    nowMs: number,
    renames: boolean,
    shows: (head: number, taken: readonly Accepted[]) => boolean,
  ): readonly Accepted[] {
    const { random } = this.scenario;
    const kept = Math.max(0, this.log.length - 1 - Math.floor(random() * 4));
    const taken = this.log.slice(kept);
    const left = this.log.slice(0, kept).filter((event) => event.visibleAtMs <= nowMs);
    if (!renames && !shows(left.at(-1)?.seq ?? 0, taken)) return [];
    this.log = left;
    this.head = this.log.at(-1)?.seq ?? 0;
    this.restores += 1;
    this.restoredAtMs = nowMs;
    this.lastVisibleMs = nowMs;
    this.lockedUntilMs.clear();
    if (renames) {
      this.epochs += 1;
      this.epoch = `e${this.epochs}`;
    }
    return taken;
  }

  private visible(nowMs: number): readonly Accepted[] {
    return this.log.filter((event) => event.visibleAtMs <= nowMs);
  }

  arrival(event: Accepted, nowMs: number, replayed: boolean): Arrival {
    const { position, tellsHead, tellsPrevious, tellsEpoch } = this.scenario;
    return {
      event: {
        id: event.id,
        seq: position === 'none' ? undefined : event.seq,
        // The sequence is the server's present one: an old event keeps its position in it.
        epoch: tellsEpoch ? this.epoch : undefined,
        previousSeq: tellsPrevious && position === 'dense' ? event.previousSeq : undefined,
        headSeq: tellsHead && !replayed && position !== 'none' ? this.headAt(nowMs) : undefined,
        replayed: false,
      },
      priority: event.critical ? 'critical' : 'normal',
      bytes: 500,
      broken: false,
      row: { key: event.key, version: event.version },
    };
  }

  private headAt(nowMs: number): number {
    return this.visible(nowMs).reduce((head, event) => Math.max(head, event.seq), 0);
  }

  page(read: number, from: number, nowMs: number): ReplayAnswer | 'gone' {
    const { pageSize, retention, tellsEpoch } = this.scenario;
    const visible = [...this.visible(nowMs)].sort((left, right) => left.seq - right.seq);
    const floorSeq = visible[Math.max(0, visible.length - retention)]?.seq ?? 1;
    const head = visible.at(-1)?.seq ?? 0;
    if (visible.length > retention && from + 1 < floorSeq) {
      this.goneAnswers += 1;
      return 'gone';
    }
    const behind = visible.filter((event) => event.seq > from);
    const events = behind.slice(0, pageSize);
    const hasMore = behind.length > events.length;
    return {
      read,
      epoch: tellsEpoch ? this.epoch : undefined,
      headSeq: head,
      floorSeq: undefined,
      nextSeq: hasMore ? events.at(-1)?.seq : undefined,
      hasMore,
      events: events.map((event) => this.arrival(event, nowMs, true)),
    };
  }

  rows(nowMs: number): ReadonlyMap<string, Accepted> {
    const rows = new Map<string, Accepted>();
    for (const event of this.visible(nowMs)) {
      const known = rows.get(event.key);
      if (known === undefined || known.version < event.version) rows.set(event.key, event);
    }
    return rows;
  }

  snapshot(read: number, since: ReadonlyMap<string, string>, nowMs: number): SnapshotAnswer {
    const { tombstones, tellsAsOf, tellsAsOfSeq, tellsEpoch, position } = this.scenario;
    const from = since.get(resource);
    const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(from);
    const changed = [...this.rows(nowMs).values()].filter((row) => this.clock(row.stampedAtMs) >= fromMs);
    // Everything up to here is in: a position is not told while one before it is not committed.
    const waiting = this.log.filter((event) => event.visibleAtMs > nowMs);
    const asOfSeq = waiting.reduce((lowest, event) => Math.min(lowest, event.seq - 1), this.head);
    const part: SnapshotPart = {
      resource,
      rows: changed.filter((row) => !row.deletes).map((row) => this.row(row)),
      deleted: tombstones ? changed.filter((row) => row.deletes).map(({ key, version }) => ({ key, version })) : [],
      asOf: tellsAsOf ? new Date(this.clock(nowMs)).toISOString() : undefined,
      tombstones,
      complete: from === undefined,
    };
    return {
      read,
      epoch: tellsEpoch ? this.epoch : undefined,
      asOfSeq: tellsAsOfSeq && position !== 'none' ? asOfSeq : undefined,
      parts: [part],
    };
  }

  /** The events that were committed when a list is made, and at which version it shows what they changed. */
  toldBy({ parts }: SnapshotAnswer, nowMs: number): ReadonlyMap<string, number> {
    const shown = new Map<string, number>();
    for (const { rows, deleted } of parts) {
      for (const { key, version } of [...rows, ...deleted]) shown.set(key, Number(version));
    }
    const isWhole = parts.every(({ complete }) => complete);
    const told = new Map<string, number>();
    for (const { id, key, version } of this.visible(nowMs)) {
      // What a whole list lacks is gone, whatever version that was.
      const seen = shown.get(key) ?? (isWhole ? version : -1);
      if (seen >= version) told.set(id, seen);
    }
    return told;
  }

  private row(event: Accepted): Row {
    return {
      key: event.key,
      version: event.version,
      updatedAt: new Date(this.clock(event.stampedAtMs)).toISOString(),
      openWork: false,
      value: undefined,
    };
  }

  private clock(nowMs: number): number {
    return clockBase + nowMs + this.scenario.serverAheadMs;
  }
}
