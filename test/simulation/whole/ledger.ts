// The books: what the server accepted against what the app was told and has handled. Judges by these two alone, and by
// what the client says in public.
import { isDeepStrictEqual } from 'node:util';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';
import type { Signal } from '../../../src/core/signals.ts';
import { isRecord } from '../../../src/lib/json.ts';
import type { Backend, Topic } from './backends.ts';
import type { Reading } from './network.ts';
import type { Accepted, Office } from './office.ts';
import type { WholeScenario } from './scenario.ts';

export interface LedgerOptions {
  readonly scenario: WholeScenario;
  readonly backend: Backend;
  readonly office: Office;
  readonly nowMs: () => number;
  readonly violated: (what: string) => void;
}

/** What was told of a channel in the order of its positions. */
interface Counted {
  highest: number;
  unproven: number;
  /** The first one that was told. */
  first: number | undefined;
  /** Another sequence has begun in this run, or the log could not be read from where it was. */
  isAnew: boolean;
}

/** One run of the app, from start to stop or crash. */
interface Run {
  readonly startedAtMs: number;
  readonly afterCrash: boolean;
  isOver: boolean;
  /** What the run before it may have handed out was read again. */
  isCaughtUp: boolean;
  readonly told: Set<string>;
  readonly versions: Map<string, number>;
  /** Subjects of which more was told than that something about them has changed. */
  readonly wholes: Set<string>;
  readonly order: Map<string, Counted>;
  /** By the channel on the wire: when its log was read for the first time. */
  readonly readAtMs: Map<string, number>;
}

interface ToldSignal {
  readonly atMs: number;
  readonly signal: Signal;
}

export interface Totals {
  readonly attempted: number;
  readonly ok: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly recovered: number;
  readonly compacted: number;
  /** Not handed out, and the app was told so. */
  readonly told: number;
}

interface Loss {
  readonly event: Accepted;
  readonly because: string;
}

export class Ledger {
  /** By channel: what happened before is yesterday's to a device that hears it for the first time. */
  private readonly baselines = new Map<string, number>();
  /** By channel that was caught up for a while for the first time in this run: since when. */
  private readonly settledNow = new Map<string, number>();
  /** When the store last took something. */
  storedAtMs: number = Number.NEGATIVE_INFINITY;
  storeFailedAtMs: number[] = [];
  /** The log's beginning was asked for when it was gone. */
  hasForgotten = false;
  readonly signals: ToldSignal[] = [];
  private run: Run;
  private endedAtWork = false;
  private readonly options: LedgerOptions;
  /** In this run. */
  private readonly handledAtMs = new Map<string, number>();
  private readonly handledKeys = new Set<string>();
  /** Handlers that are not done. */
  private readonly atWork = new Map<string, number>();
  /** When the last handler that took its time was done. */
  private workedMs: number | undefined;
  private readonly handedOut = new Set<string>();
  private readonly durable = new Set<string>();
  /** The newest state of each subject that was handled. */
  private readonly view = new Map<string, number>();
  /** The same, as far as lists told it. */
  private readonly rowView = new Map<string, number>();
  /** Subjects that the device knows for sure. */
  private readonly remembered = new Set<string>();
  /** Subjects that a list showed as finished, with the version. Of finished work that was never heard of nobody is told. */
  private readonly finished = new Map<string, number>();
  private readonly lists = new Map<string, number>();
  private duplicated = 0;
  private unexpected = 0;
  private recovered = 0;

  constructor(options: LedgerOptions) {
    this.options = options;
    this.run = this.freshRun(false);
    this.run.isOver = true;
  }

  private freshRun(afterCrash: boolean): Run {
    return {
      startedAtMs: this.options.nowMs(),
      afterCrash,
      isOver: false,
      isCaughtUp: false,
      told: new Set(),
      versions: new Map(),
      wholes: new Set(),
      order: new Map(),
      readAtMs: new Map(),
    };
  }

  begin(afterCrash: boolean): void {
    this.run = this.freshRun(afterCrash || this.endedAtWork);
    this.atWork.clear();
  }

  /** `slackMs`: how long ago a handled event must have been to be stored for sure. */
  end(isClean: boolean, slackMs: number, remembers: boolean): void {
    this.run.isOver = true;
    this.forgetUnstored();
    this.endedAtWork =
      !remembers ||
      (this.run.afterCrash && !this.run.isCaughtUp) ||
      this.isAtWork() ||
      this.storeFailedAtMs.some((failedMs) => failedMs > this.options.nowMs() - 31_000);
    const nowMs = this.options.nowMs();
    for (const [key, atMs] of this.handledAtMs) {
      if (!remembers || this.durable.has(key) || (!isClean && atMs > nowMs - slackMs)) continue;
      if (this.storeFailedAtMs.some((failedMs) => failedMs >= atMs - 31_000)) continue;
      this.durable.add(key);
      const event = this.options.office.ever.get(key.replace('row ', ''));
      if (event !== undefined && (isWhole(event) || key.startsWith('row '))) this.remembered.add(event.subject);
    }
    this.handledAtMs.clear();
  }

  caughtUp(): void {
    this.run.isCaughtUp = true;
  }

  /** A channel has been caught up for a while: from now on nothing may be missing there. */
  settle(channel: string, sinceMs: number): void {
    if (this.baselines.has(channel)) return;
    this.baselines.set(channel, this.options.nowMs());
    this.settledNow.set(channel, sinceMs);
  }

  /** A device that could store nothing at all since it heard a channel hears it for the first time again. */
  private forgetUnstored(): void {
    for (const [channel, sinceMs] of this.settledNow) {
      if (this.storedAtMs < sinceMs) this.baselines.delete(channel);
    }
    this.settledNow.clear();
  }

  private isBefore({ topic, acceptedAtMs }: Accepted): boolean {
    return acceptedAtMs < (this.baselines.get(topic.channel) ?? Number.POSITIVE_INFINITY);
  }

  /** A handler has begun, and will take until then. */
  works(key: string, untilMs: number): void {
    this.atWork.set(key, untilMs);
  }

  private isAtWork(): boolean {
    const nowMs = this.options.nowMs();
    // At the same moment their time is over: who wakes up hears of both at once.
    return this.workedMs === nowMs || [...this.atWork.values()].some((untilMs) => untilMs >= nowMs);
  }

  /** A page of a log has come. */
  logRead({ of, atMs }: Reading): void {
    const { readAtMs } = this.run;
    if (!readAtMs.has(of)) readAtMs.set(of, atMs);
  }

  /** A list was read to its end; it shows what was there when it began. */
  listed({ of, atMs, rows }: Reading): void {
    this.lists.set(of, Math.max(this.lists.get(of) ?? 0, atMs));
    const isFinished = this.options.backend.lists.find(({ path }) => path === of)?.isFinished;
    for (const { subject, version, row } of rows) {
      if (row !== undefined && isFinished?.(row) === true) this.finished.set(subject, version);
    }
  }

  signal(signal: Signal): void {
    this.signals.push({ atMs: this.options.nowMs(), signal });
    if (signal.kind === 'resync') this.countAnew(signal.channel, beginsAnew.has(signal.reason));
    if (signal.kind === 'quarantined' && signal.because === 'callback') this.violate(`a contract function failed`);
  }

  /** What was told without proof stays told: what comes from before it is late. */
  private countAnew(channel: string, begins: boolean): void {
    const { order } = this.run;
    const { unproven, first, isAnew } = order.get(channel) ?? { unproven: 0, first: undefined, isAnew: false };
    order.set(channel, { highest: 0, unproven, first: begins ? undefined : first, isAnew: isAnew || begins });
  }

  private violate(what: string): void {
    this.options.violated(what);
  }

  acceptedOf(event: DeliveredEvent): Accepted | undefined {
    const { office, backend } = this.options;
    if (event.origin !== 'snapshot' && backend.log !== undefined) return office.ever.get(event.id ?? '');
    const subject = subjectOf(event);
    const version = versionOf(event.data);
    return office.byState.get(`${subject} ${version}`);
  }

  private keyOf(event: DeliveredEvent, accepted: Accepted): string {
    const isRow = event.origin === 'snapshot' && this.options.backend.log !== undefined;
    return isRow ? `row ${accepted.id}` : accepted.id;
  }

  /** An event is handed to the app. The key under which it is handled later; undefined when it is none of ours. */
  heard(event: DeliveredEvent): { readonly key: string; readonly accepted: Accepted } | undefined {
    const { run } = this;
    if (run.isOver) this.violate(`${event.name} ${event.id} was handed out after the client had stopped`);
    if (event.name === 'SomethingNew') return undefined;
    const accepted = this.acceptedOf(event);
    if (accepted === undefined || accepted.topic.channel !== event.channel) {
      this.unexpected += 1;
      this.violate(`unexpected: ${event.name} ${event.id} on ${event.channel}`);
      return undefined;
    }
    const { office, backend } = this.options;
    const isSame = accepted.name === event.name && isDeepStrictEqual(event.data, accepted.data);
    if (event.origin !== 'snapshot' && backend.log !== undefined && !isSame) {
      this.unexpected += 1;
      this.violate(`${event.id} is not what the server said`);
    }
    const key = this.keyOf(event, accepted);
    const isRow = event.origin === 'snapshot' || backend.log === undefined;
    // Of what is forgotten, and a list alone had told, an old frame is as good as new.
    const mayRepeat =
      isRow && (office.restores > 0 || this.isOvertaken(event, accepted) || office.isForgotten(accepted));
    if (run.told.has(key) && !mayRepeat) {
      this.duplicated += 1;
      this.violate(`${key} was handed out twice in one run`);
    } else if (this.durable.has(key) && !mayRepeat) {
      this.duplicated += 1;
      this.violate(`${key} was handed out again after it was handled and stored`);
    } else if (this.handledKeys.has(key)) this.recovered += 1;
    this.checkMark(event, key);
    const isLate = this.checkOrder(event, accepted);
    this.checkVersion(event, accepted, isLate);
    run.told.add(key);
    this.handedOut.add(key);
    return { key, accepted };
  }

  /** An old frame of something that a list has told meanwhile, and that has changed again: the two have no common id. */
  private isOvertaken({ origin }: DeliveredEvent, { subject, version }: Accepted): boolean {
    return origin === 'live' && (this.run.versions.get(subject) ?? 0) > version;
  }

  private checkMark(event: DeliveredEvent, key: string): void {
    const { run } = this;
    if (event.redelivered && !run.afterCrash) this.violate(`${key} is called redelivered after a clean end`);
    if (!this.handedOut.has(key) || event.origin !== 'replay' || event.redelivered || !run.afterCrash) return;
    if (run.startedAtMs > (this.baselines.get(event.channel) ?? Number.POSITIVE_INFINITY))
      this.violate(`${key} comes again and is not called redelivered`);
  }

  /** True when it comes late, and may. */
  private checkOrder({ seq, continuity, channel }: DeliveredEvent, { topic, id }: Accepted): boolean {
    if (topic.position !== 'dense' || seq === undefined) return false;
    const before = this.run.order.get(channel) ?? { highest: 0, unproven: 0, first: undefined, isAnew: false };
    before.first ??= seq;
    this.run.order.set(channel, before);
    if (continuity === 'unproven') before.unproven = Math.max(before.unproven, seq);
    if (seq >= before.highest) {
      before.highest = seq;
      // An event for a position that was told as a hole is late, also when the order is counted anew since.
      return before.unproven > seq || this.isInTold(channel, seq);
    }
    const { startFrom, tellsAsOfSeq } = this.options.scenario;
    // Counting began with an event, because nobody had said where: at the first start, in another sequence, or in a log that
    // was trimmed.
    const isNamed = topic.isListed && tellsAsOfSeq;
    const isUncounted = seq < before.first && (startFrom === 'now' || before.isAnew) && !isNamed;
    const mayBeLate = before.unproven > seq || this.isInTold(channel, seq) || this.isSparse(channel) || isUncounted;
    if (!mayBeLate) this.violate(`${id} at ${seq} of ${channel} came after ${before.highest}`);
    return true;
  }

  private checkVersion(event: DeliveredEvent, accepted: Accepted, isLate: boolean): void {
    const { versions } = this.run;
    const { subject, version, topic } = accepted;
    const known = versions.get(subject);
    // What arrives in the wrong order where there are no positions is told in that order.
    const isAsItCame = topic.position !== 'dense' && event.origin === 'live';
    if (known !== undefined && version < known && !isLate && !isAsItCame && this.options.office.restores === 0) {
      this.violate(`${subject} went back from version ${known} to ${version} (${event.origin})`);
    }
    versions.set(subject, version);
    if (isWhole(accepted) || event.origin === 'snapshot') this.run.wholes.add(subject);
  }

  private isInTold(channel: string, seq: number): boolean {
    return this.signals.some(
      ({ signal }) =>
        (signal.kind === 'gap' && signal.channel === channel && signal.from <= seq && seq <= signal.to) ||
        (signal.kind === 'quarantined' && signal.channel === channel && signal.seq === seq),
    );
  }

  private isQuarantined({ id, seq, topic }: Accepted): boolean {
    return this.signals.some(
      ({ signal }) =>
        signal.kind === 'quarantined' &&
        signal.channel === topic.channel &&
        (signal.id === id || (signal.seq === seq && topic.position !== 'none')),
    );
  }

  private isSparse(channel: string): boolean {
    return this.signals.some(
      ({ signal }) => signal.kind === 'config' && signal.because === 'sparse' && signal.channel === channel,
    );
  }

  /** Where there is no list and nothing was ever heard, there is nothing to go on from. */
  isPlaced({ channel, isListed }: Topic, before?: Accepted): boolean {
    if (isListed || this.options.scenario.startFrom === 'earliest') return true;
    return this.options.office.accepted.some(
      ({ id, topic, number }) =>
        topic.channel === channel && number < (before?.number ?? Number.POSITIVE_INFINITY) && this.durable.has(id),
    );
  }

  handled(key: string, accepted: Accepted): void {
    this.handledAtMs.set(key, this.options.nowMs());
    this.handledKeys.add(key);
    if (this.atWork.delete(key)) this.workedMs = this.options.nowMs();
    const { subject, version } = accepted;
    this.view.set(subject, Math.max(this.view.get(subject) ?? 0, version));
    if (key.startsWith('row ')) this.rowView.set(subject, Math.max(this.rowView.get(subject) ?? 0, version));
  }

  wasTold(accepted: Accepted): boolean {
    const { run } = this;
    if (this.isQuarantined(accepted) || this.isBefore(accepted) || this.excuse(accepted) !== undefined) return true;
    const known = Math.max(run.versions.get(accepted.subject) ?? 0, this.finished.get(accepted.subject) ?? 0);
    return run.told.has(accepted.id) || this.isHandled(accepted) || known >= accepted.version;
  }

  isHandled({ id }: Accepted): boolean {
    return this.handledKeys.has(id);
  }

  /** What became of an event that no handler has finished with; undefined when it was lost in silence. */
  private excuse(event: Accepted): 'compacted' | 'told' | undefined {
    const { topic } = event;
    if (this.isCompacted(event)) return 'compacted';
    if (this.isBefore(event) || this.isUnknowable(event)) return 'compacted';
    return this.isToldLoss(event, topic) ? 'told' : undefined;
  }

  /**
   * What `What is open` in the SPEC of the stream says: a position was given out twice under one name, the device had not
   * handled anything there that it could compare, and was started anew since, or has not looked since it was.
   */
  private isUnknowable(event: Accepted): boolean {
    const { office } = this.options;
    const lookedAtMs = this.run.readAtMs.get(event.topic.wire) ?? Number.POSITIVE_INFINITY;
    return event.acceptedAtMs < lookedAtMs && office.isReused(event) && !this.canCompare(event);
  }

  /** An event of that channel from before is stored: what lists told has no position. */
  private canCompare({ topic, number }: Accepted): boolean {
    return [...this.durable].some((id) => {
      const stored = this.options.office.ever.get(id);
      return stored !== undefined && stored.topic === topic && stored.number < number;
    });
  }

  private isCompacted(event: Accepted): boolean {
    const { backend, office } = this.options;
    const listing = backend.lists.find(({ kind }) => kind === event.kind);
    if (listing === undefined) return false;
    const told = Math.max(this.rowView.get(event.subject) ?? 0, this.finished.get(event.subject) ?? 0);
    if (told >= event.version) return true;
    if ((this.lists.get(listing.path) ?? -1) < event.visibleAtMs) return false;
    const now = office.rows(event.kind, this.options.nowMs()).get(event.rowId);
    // Where there is a log, what is heard later makes nothing good, unless the app was told that lists had to be read.
    const mayCompact = backend.log === undefined || this.mayCompact(event);
    if (mayCompact && (this.view.get(event.subject) ?? 0) >= event.version) return true;
    // Gone before it was heard of, or finished before: nobody is told.
    return now === undefined || (now.row !== undefined && listing.isFinished(now.row) && !this.isKnown(event.subject));
  }

  /** What was heard shortly before a crash may be forgotten. */
  private isKnown(subject: string): boolean {
    return this.remembered.has(subject) || this.run.wholes.has(subject);
  }

  private mayCompact({ topic, acceptedAtMs }: Accepted): boolean {
    return this.signals.some(({ atMs, signal }) => {
      if (atMs < acceptedAtMs && !(signal.kind === 'config' && signal.because === 'no-replay')) return false;
      if (!('channel' in signal) || signal.channel !== topic.channel) return false;
      if (signal.kind === 'gap') return signal.as === 'compacted';
      return (
        signal.kind === 'resync' ||
        (signal.kind === 'continuity' && signal.compacted) ||
        (signal.kind === 'config' && signal.because === 'no-replay')
      );
    });
  }

  /** Only where the server has really let go of it. */
  private isToldLoss(event: Accepted, topic: Topic): boolean {
    const { office, scenario } = this.options;
    const { channel } = topic;
    const isPlaced = this.isPlaced(topic, event);
    const isGone = event.isGone || (this.hasForgotten && !scenario.tellsFloor);
    const mayBeLost = isGone || office.restores > 0 || scenario.logIs404 || !isPlaced;
    const hasNoSource = !isPlaced || (scenario.logIs404 && !topic.isListed);
    if (this.isQuarantined(event)) return true;
    return this.signals.some(({ atMs, signal }) => {
      if (
        !mayBeLost ||
        (!hasNoSource && atMs < event.acceptedAtMs) ||
        !('channel' in signal) ||
        signal.channel !== channel
      )
        return false;
      if (signal.kind === 'gap') return signal.as === 'lost' && signal.from <= event.seq && event.seq <= signal.to;
      return signal.kind === 'resync' || (signal.kind === 'continuity' && signal.continuity !== 'kept');
    });
  }

  /** What no handler has finished with, and why that is a loss. */
  losses(): readonly Loss[] {
    const losses: Loss[] = [];
    for (const event of this.options.office.accepted) {
      if (this.isHandled(event) || this.excuse(event) !== undefined) continue;
      losses.push({ event, because: `${event.id} (${event.name} ${event.seq} of ${event.topic.channel}) was lost` });
    }
    return losses;
  }

  /** Where the app stands and the server does not. */
  differences(): readonly string[] {
    const { backend, office } = this.options;
    const differences: string[] = [];
    for (const { kind, isFinished } of backend.lists) {
      for (const [id, event] of office.rows(kind, this.options.nowMs())) {
        const view = this.view.get(event.subject);
        if (this.isBefore(event) || view === event.version) continue;
        // A list showed it as finished, and nobody is told of finished work that was not known then.
        if ((this.finished.get(event.subject) ?? 0) >= event.version) continue;
        if (!this.isKnown(event.subject) && event.row !== undefined && isFinished(event.row)) continue;
        if (office.restores > 0 || (this.excuse(event) !== undefined && !this.isCompacted(event))) continue;
        differences.push(`${kind} ${id} is ${view} here and ${event.version} there`);
      }
    }
    return differences;
  }

  totals(): Totals {
    const { accepted } = this.options.office;
    const counts = { ok: 0, lost: 0, compacted: 0, told: 0 };
    for (const event of accepted) {
      const excuse = this.isHandled(event) ? 'ok' : (this.excuse(event) ?? 'lost');
      counts[excuse] += 1;
    }
    const { duplicated, unexpected, recovered } = this;
    return { attempted: accepted.length, ...counts, duplicated, unexpected, recovered };
  }
}

const beginsAnew: ReadonlySet<string> = new Set(['epoch', 'restored', 'position-reused', 'gone']);

/** Events that only say what has changed: of a subject that the device does not know they make no row. */
const partial: ReadonlySet<string> = new Set([
  'OrderUpdated',
  'OrderStatusChanged',
  'PrintJobCompleted',
  'PrintJobFailed',
]);

const isWhole = ({ name }: Accepted): boolean => !partial.has(name);

function subjectOf({ subject }: DeliveredEvent): string {
  return subject === undefined ? '' : `${subject.type} ${subject.id}`;
}

/** Everything that happens has its own moment, which its event and its row say somewhere. */
function versionOf(data: unknown): number | undefined {
  if (!isRecord(data)) return undefined;
  const inner = data['order'] ?? data['print_job'];
  const moment = (isRecord(inner) ? inner['updated_at'] : undefined) ?? data['updated_at'] ?? data['at'];
  return typeof moment === 'string' ? Date.parse(moment) : undefined;
}
