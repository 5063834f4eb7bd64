// What is true: what the server accepted, in which order it becomes visible, how long its log is, and what a restore took
// back. Knows nothing of sockets and HTTP.
import type { Backend, Listing, Row, Topic } from './backends.ts';
import type { WholeFault } from './faults.ts';
import type { WholeScenario } from './scenario.ts';

export interface Accepted {
  readonly number: number;
  readonly id: string;
  readonly topic: Topic;
  readonly seq: number;
  readonly previousSeq: number;
  readonly name: string;
  readonly data: object;
  /** `Order 5`: what later states are compared by. */
  readonly subject: string;
  readonly kind: string;
  readonly rowId: number;
  /** Grows with everything that happens. The server's clock in ms. */
  readonly version: number;
  readonly row: Row | undefined;
  readonly acceptedAtMs: number;
  readonly visibleAtMs: number;
  /** The server says that it has no log of it any more. */
  isGone: boolean;
}

interface Deletion {
  readonly kind: string;
  readonly rowId: number;
  readonly version: number;
}

interface TopicState {
  head: number;
  lastVisibleMs: number;
  /** Positions up to here were given out before a restore under the same name, and are given out again. */
  reusedTo: number;
  log: Accepted[];
}

export interface LogPage {
  readonly events: readonly Accepted[];
  readonly head: number;
  readonly floor: number;
  readonly hasMore: boolean;
}

export interface OfficeOptions {
  readonly scenario: WholeScenario;
  readonly backend: Backend;
  readonly nowMs: () => number;
  readonly fires: (fault: WholeFault) => boolean;
}

const clockBaseMs = 1_800_000_000_000;

export class Office {
  epoch = 'e1';
  /** Everything that was ever accepted, by id. */
  readonly ever: Map<string, Accepted> = new Map();
  /** The same by what it is about and its version. */
  readonly byState: Map<string, Accepted> = new Map();
  /** Everything that is true now, in its order. */
  accepted: Accepted[] = [];
  deletions: Deletion[] = [];
  restores = 0;
  private readonly options: OfficeOptions;
  private readonly topics = new Map<string, TopicState>();
  private lastVersion = 0;
  private ids = 0;
  private epochs = 1;
  private numbered = 0;

  constructor(options: OfficeOptions) {
    this.options = options;
    for (const { wire } of options.backend.topics)
      this.topics.set(wire, { head: 0, lastVisibleMs: 0, reusedTo: 0, log: [] });
  }

  get clockMs(): number {
    return clockBaseMs + this.options.scenario.serverAheadMs + this.options.nowMs();
  }

  private stateOf(wire: string): TopicState {
    const state = this.topics.get(wire);
    if (state === undefined) throw new Error(`no topic ${wire}`);
    return state;
  }

  private tick(): number {
    this.lastVersion = Math.max(this.lastVersion + 1, Math.floor(this.clockMs));
    return this.lastVersion;
  }

  /** Something happens. `broadcastAtMs`: when everybody who listens is told; undefined: never. */
  accept(): { readonly event: Accepted; readonly broadcastAtMs: number | undefined } {
    const { scenario, backend, fires } = this.options;
    const { random } = scenario;
    const nowMs = this.options.nowMs();
    const version = this.tick();
    const happening = backend.happen({
      random,
      moment: new Date(version).toISOString(),
      nextId: () => (this.ids += 1),
      rows: (kind) => [...this.rows(kind, Number.POSITIVE_INFINITY).values()].flatMap(({ row }) => row ?? []),
    });
    const { topic } = happening;
    const state = this.stateOf(topic.wire);
    const previousSeq = state.head;
    // A transaction that took a position and was rolled back; on sparse channels events of other devices.
    if (topic.position === 'monotonic') state.head += Math.floor(random() * 3);
    else if (fires('rolled-back')) state.head += 1;
    state.head += 1;
    let visibleAtMs = nowMs;
    if (fires('late-commit')) visibleAtMs += Math.floor(random() * 15) * 100;
    let broadcastAtMs: number | undefined = visibleAtMs;
    if (fires('broadcast-before-commit')) visibleAtMs += Math.floor(random() * 10) * 100;
    if (backend.log !== 'unordered') {
      state.lastVisibleMs = Math.max(state.lastVisibleMs, visibleAtMs);
      visibleAtMs = state.lastVisibleMs;
    }
    if (fires('never-broadcast')) broadcastAtMs = undefined;
    this.numbered += 1;
    const event: Accepted = {
      number: this.numbered,
      id: `m${this.numbered}`,
      topic,
      seq: state.head,
      previousSeq,
      name: happening.name,
      data: happening.data,
      subject: `${happening.kind} ${happening.id}`,
      kind: happening.kind,
      rowId: happening.id,
      version,
      row: happening.row,
      acceptedAtMs: nowMs,
      visibleAtMs,
      isGone: false,
    };
    state.log.push(event);
    this.accepted.push(event);
    this.ever.set(event.id, event);
    this.byState.set(`${event.subject} ${version}`, event);
    return { event, broadcastAtMs };
  }

  /** A row disappears. No event tells of it. */
  deleteSomething(): boolean {
    const { backend, scenario } = this.options;
    const candidates = backend.lists.flatMap(({ kind }) => [...this.rows(kind, this.options.nowMs()).values()]);
    const victim = candidates[Math.floor(scenario.random() * candidates.length)];
    if (victim === undefined) return false;
    this.deletions.push({ kind: victim.kind, rowId: victim.rowId, version: this.tick() });
    return true;
  }

  isDeleted(kind: string, rowId: number): boolean {
    return this.deletions.some((one) => one.kind === kind && one.rowId === rowId);
  }

  /** The database comes back from a backup: the last changes never happened. */
  restore(renames: boolean): void {
    const { random } = this.options.scenario;
    const nowMs = this.options.nowMs();
    const taken = Math.floor(random() * 5);
    const from = this.accepted[Math.max(0, this.accepted.length - taken)];
    const isKept = (event: Accepted): boolean =>
      (from === undefined || event.version < from.version) && event.visibleAtMs <= nowMs;
    this.accepted = this.accepted.filter(isKept);
    this.deletions = this.deletions.filter(({ version }) => from === undefined || version < from.version);
    for (const state of this.topics.values()) {
      if (!renames) state.reusedTo = Math.max(state.reusedTo, state.head);
      state.log = state.log.filter(isKept);
      state.head = state.log.at(-1)?.seq ?? 0;
      state.lastVisibleMs = nowMs;
    }
    this.restores += 1;
    if (!renames) return;
    this.epochs += 1;
    this.epoch = `e${this.epochs}`;
  }

  /** The newest visible state of each row. */
  rows(kind: string, nowMs: number): ReadonlyMap<number, Accepted> {
    const rows = new Map<number, Accepted>();
    for (const event of this.accepted) {
      if (event.kind !== kind || event.visibleAtMs > nowMs || this.isDeleted(kind, event.rowId)) continue;
      const known = rows.get(event.rowId);
      if (known === undefined || known.version < event.version) rows.set(event.rowId, event);
    }
    return rows;
  }

  /** By now nobody needs to know of this any more: it was the last state of something, or there is a last one since. */
  isForgotten({ subject, version }: Accepted): boolean {
    const { scenario, backend, nowMs } = this.options;
    const forgottenMs = nowMs() - (scenario.finishedForMs ?? Number.POSITIVE_INFINITY);
    return this.accepted.some((event) => {
      if (event.subject !== subject || event.version < version || event.acceptedAtMs >= forgottenMs) return false;
      const list = backend.lists.find(({ kind }) => kind === event.kind);
      return event.row !== undefined && list?.isFinished(event.row) === true;
    });
  }

  /** Everything up to here is committed. */
  settledSeq(wire: string): number {
    const nowMs = this.options.nowMs();
    const { log, head } = this.stateOf(wire);
    return log.reduce((lowest, event) => (event.visibleAtMs > nowMs ? Math.min(lowest, event.seq - 1) : lowest), head);
  }

  isReused({ topic, seq }: Accepted): boolean {
    return seq <= this.stateOf(topic.wire).reusedTo;
  }

  headOf(wire: string): number {
    const nowMs = this.options.nowMs();
    return this.stateOf(wire).log.reduce((head, event) => (event.visibleAtMs <= nowMs ? event.seq : head), 0);
  }

  /** The lowest position that is still in the log. */
  floorOf(wire: string): number {
    const page = this.page(wire, Number.MAX_SAFE_INTEGER, 0);
    return page === 'gone' ? 1 : page.floor;
  }

  page(wire: string, from: number, limit: number): LogPage | 'gone' {
    const { retention } = this.options.scenario;
    const nowMs = this.options.nowMs();
    const visible = this.stateOf(wire)
      .log.filter((event) => event.visibleAtMs <= nowMs)
      .sort((left, right) => left.seq - right.seq);
    const firstKept = Math.max(0, visible.length - retention);
    for (const event of visible.slice(0, firstKept)) event.isGone = true;
    const floor = visible[firstKept]?.seq ?? 1;
    if (firstKept > 0 && from + 1 < floor) return 'gone';
    const behind = visible.filter((event) => event.seq > from);
    const events = behind.slice(0, limit);
    return { events, head: visible.at(-1)?.seq ?? 0, floor, hasMore: behind.length > events.length };
  }

  /** The rows of a list that changed since, the oldest change first, with what was deleted since. */
  changed(
    { kind }: Listing,
    sinceMs: number,
  ): { readonly rows: readonly Accepted[]; readonly deleted: readonly Deletion[] } {
    const rows = [...this.rows(kind, this.options.nowMs()).values()]
      .filter((event) => event.version >= sinceMs)
      .sort((left, right) => left.version - right.version);
    return { rows, deleted: this.deletions.filter((one) => one.kind === kind && one.version >= sinceMs) };
  }
}
