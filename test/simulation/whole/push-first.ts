// What was ordered goes before what is read: by the time a channel is read after it was joined, whatever could be sent at
// once has been answered, unless 3 s have passed or something has failed. And after those 3 s it is read, whatever waits.
import type { WaitingMutation } from '../../../src/contract/mutation.ts';
import type { OutboxChange } from '../../../src/core/outbox/changes.ts';
import type { Signal } from '../../../src/core/signals.ts';
import type { HttpAnswer, HttpRequest } from '../../../src/http/http.ts';
import type { Input } from '../outbox/mutations.ts';
import type { Backend } from './backends.ts';
import { isProbe } from './network.ts';

/** As `drainMs` of the settings. */
const givenMs = 3_000;
/** Timers come a little late. */
const slackMs = 200;
/** Served at the same time; what waits behind as many may be late. */
const lanesAtOnce = 4;

type Pending = readonly WaitingMutation[];

export interface PushFirstOptions {
  readonly backend: Backend;
  readonly nowMs: () => number;
  /** Since when the device neither sleeps nor is throttled. */
  readonly calmSinceMs: () => number;
  /** Otherwise what is in a lost store waits until that is there again. */
  readonly remembers: () => boolean;
  readonly violated: (what: string) => void;
}

export class PushFirst {
  private readonly options: PushFirstOptions;
  private pending: () => Pending = () => [];
  /** When the first channel of this connection was joined: the orders are pushed once for each connection. */
  private first: { wire: string | undefined; readonly atMs: number } | undefined;
  /** Nothing but its turn and its answer keeps it. */
  private readonly due = new Set<number>();
  /** Had their turn before: what keeps them since may be a wait of their own. */
  private readonly triedAtMs = new Map<number, number>();
  private failedAtMs = Number.NEGATIVE_INFINITY;
  /** Joined and not read since. */
  private readonly unread = new Set<string>();
  private readonly reading = new Set<HttpRequest>();
  private isStopped = false;

  constructor(options: PushFirstOptions) {
    this.options = options;
  }

  /** The connection is over. */
  parted(): void {
    this.first = undefined;
    this.unread.clear();
  }

  /** The client is told that it is in a channel. */
  joined(wire: string, pending: () => Pending): void {
    this.pending = pending;
    if (this.first === undefined) {
      this.first = { wire, atMs: this.options.nowMs() };
      this.noteDue(pending());
    } else if (this.first.wire === wire) this.first.wire = undefined;
    this.unread.add(wire);
  }

  private noteDue(pending: Pending): void {
    this.due.clear();
    if (this.isStopped || pending.length > lanesAtOnce || !this.options.remembers()) return;
    const inputs = pending.map(({ input, state }) => ({ ...(input as Input), state }));
    for (const { n, order, lane, state } of inputs) {
      const isFirst = inputs.every((other) => other.n >= n || other.lane !== lane || lane === 'own');
      // What is in doubt is asked about, and not sent.
      const triedAtMs = this.triedAtMs.get(n);
      const isNext =
        state === 'inflight' ? (triedAtMs ?? 0) > this.failedAtMs : state === 'pending' && triedAtMs === undefined;
      if (order === undefined && isFirst && isNext) this.due.add(n);
    }
  }

  /** Nobody has to wait for what may fail again. */
  failed(): void {
    this.failedAtMs = this.options.nowMs();
    this.due.clear();
  }

  changed({ id, state }: OutboxChange, pending: Pending): void {
    const item = state === 'inflight' ? pending.find((one) => one.id === id) : undefined;
    if (item !== undefined) this.triedAtMs.set((item.input as Input).n, this.options.nowMs());
  }

  told(signal: Signal): void {
    if (signal.kind === 'outbox' && signal.what === 'stopped') this.isStopped = true;
    if (signal.kind === 'outbox' && signal.what === 'went-on') this.isStopped = false;
  }

  /** A request leaves the device. What is to be called when it is answered. */
  leaves(request: HttpRequest): (answer: HttpAnswer) => void {
    const wire = request.method === 'GET' ? this.wireOf(request.path) : undefined;
    if (wire !== undefined) {
      if (this.unread.delete(wire)) this.check(wire);
      this.reading.add(request);
    }
    return (answer) => {
      this.reading.delete(request);
      if (answer.kind === 'failure' || answer.status >= 300 || answer.media === 'other') this.failed();
    };
  }

  private check(wire: string): void {
    const { first } = this;
    const { nowMs, calmSinceMs, violated } = this.options;
    if (first === undefined) return;
    const forMs = nowMs() - first.atMs;
    if (forMs < givenMs && this.options.remembers()) {
      const waiting = new Set(this.pending().map(({ input }) => (input as Input).n));
      for (const n of this.due) if (waiting.has(n)) violated(`${wire} is read before order ${n} was answered`);
    }
    const isFree = calmSinceMs() < first.atMs && this.reading.size === 0;
    if (forMs > givenMs + slackMs && wire === first.wire && isFree)
      violated(`${wire} is read ${forMs} ms after it was joined`);
    if (wire === first.wire) first.wire = undefined;
  }

  private wireOf(path: string): string | undefined {
    const { pathname, searchParams } = new URL(path, 'http://office.test');
    if (searchParams.has('cursor') || isProbe(searchParams)) return undefined;
    const { lists, topics } = this.options.backend;
    const listed = lists.find((list) => list.path === pathname)?.topic.wire;
    return listed ?? topics.find(({ wire }) => wire === searchParams.get('channel'))?.wire;
  }
}
