// The side of a tab that does work which another one has: it begins what it has just said that it would begin, and nothing
// else, says how that ended until it is understood, and stops what is not lent to it any more.
import type { ContractData } from '../../contract/contract.ts';
import type { Host, Release } from '../../host/host.ts';
import { createAsking } from '../inbox/asking.ts';
import type { Ending, LentWork } from '../inbox/elsewhere.ts';
import { errorClass } from '../inbox/error-class.ts';
import type { Processor } from '../inbox/inbox.ts';
import { defaultInboxSettings } from '../inbox/settings.ts';
import type { Signal } from '../signals.ts';
import type { BorrowerSays, LenderSays } from './lending-messages.ts';

export interface BorrowingOptions {
  readonly host: Host;
  readonly tab: string;
  readonly contract: ContractData;
  readonly processors: ReadonlyMap<string, Processor>;
  readonly say: (say: BorrowerSays) => void;
  readonly signal: (signal: Signal) => void;
}

export interface Borrowing {
  /** From now on work is done. */
  begin(): void;
  /** Whoever leads does not know it, or not that it is awake. */
  introduce(): void;
  hear(say: LenderSays): void;
  /** Something runs. */
  readonly isBusy: boolean;
  /** Begins nothing more. Resolves when nothing runs, or what runs has had its time. */
  stop(): Promise<void>;
  /** Calls when nothing runs any more, at once where nothing does. */
  whenIdle(listener: () => void): void;
}

/** Time enough to store who does it, and far less than a run has: what was said longer ago was said before this page slept. */
const freshMs = 10_000;
/** Whoever leads asks within seconds, whoever led before. */
const mostEndings = 1_000;
const lost: Ending = { how: 'lost', error: undefined };

export function createBorrowing({ host, tab, contract, processors, say, signal }: BorrowingOptions): Borrowing {
  const report = (error: unknown): void => signal({ kind: 'callback', error });
  const asking = createAsking({ contract, report, unique: () => '' });
  /** When this tab said that it would begin, by the offer. */
  const taken = new Map<string, number>();
  const running = new Map<string, AbortController>();
  const endings = new Map<string, Ending>();
  let isBegun = false;
  let isStopped = false;
  let answering: Release | undefined;
  const whenIdle: (() => void)[] = [];

  const nowMs = (): number => host.clock.monotonicMs();

  function introduce(): void {
    if (isBegun && processors.size > 0) say({ kind: 'does', names: [...processors.keys()] });
  }

  function end(claim: string, ending: Ending): void {
    running.delete(claim);
    endings.delete(claim);
    endings.set(claim, ending);
    const [oldest] = endings.keys();
    if (endings.size > mostEndings && oldest !== undefined) endings.delete(oldest);
    say({ kind: 'ended', claim, ...ending });
    if (running.size === 0) for (const listener of whenIdle.splice(0)) listener();
  }

  function tellLanes({ name, round, works }: Extract<LenderSays, { kind: 'found' }>): void {
    const processor = processors.get(name);
    if (!isBegun || isStopped || processor === undefined) return;
    const lanes = works.map(({ id, event }) => ({ id, lane: asking.laneOf(event, processor.lane) }));
    say({ kind: 'lanes', name, round, lanes });
  }

  function take(offer: string, name: string): void {
    if (!isBegun || isStopped || !processors.has(name)) return;
    for (const [old, atMs] of taken) if (nowMs() - atMs > freshMs) taken.delete(old);
    taken.set(offer, nowMs());
    say({ kind: 'take', offer });
  }

  function go(claim: string, work: LentWork): void {
    if (running.has(claim)) return;
    const offer = claim.slice(claim.indexOf(' ') + 1);
    const tookAtMs = taken.get(offer);
    taken.delete(offer);
    const processor = processors.get(work.event.name);
    const isFresh = tookAtMs !== undefined && nowMs() - tookAtMs <= freshMs;
    if (!isFresh || isStopped || processor === undefined) return end(claim, lost);
    void run(claim, work, processor);
  }

  async function run(claim: string, work: LentWork, processor: Processor): Promise<void> {
    const { id, key } = work;
    const controller = new AbortController();
    running.set(claim, controller);
    // One that outlived the run of this client in which it began.
    const before = [...processor.runs].find(([, one]) => one.key === key);
    if (before !== undefined) {
      const how = await before[1].ended;
      if (before[0] === id && how === 'done') return end(claim, { how, error: undefined });
    }
    const ended = handle(work, processor, controller.signal);
    processor.runs.set(id, { key, ended: ended.then(({ how }) => (how === 'done' ? how : 'failed')) });
    const ending = await ended;
    processor.runs.delete(id);
    end(claim, ending);
  }

  async function handle(work: LentWork, { handler }: Processor, aborted: AbortSignal): Promise<Ending> {
    const { event, attempt, redelivered } = work;
    // Later, as in the tab that leads: whoever hands out messages is not held up.
    await Promise.resolve();
    if (aborted.aborted) return lost;
    try {
      await handler(event, { signal: aborted, attempt, redelivered });
      return { how: 'done', error: undefined };
    } catch (error) {
      signal({ kind: 'handler', because: 'threw', event, error });
      // Whoever leads has asked for it, or this tab has stopped: either way it was interrupted.
      return { how: aborted.aborted ? 'lost' : 'failed', error: errorClass(error) };
    }
  }

  function look(claims: Extract<LenderSays, { kind: 'claims' }>['claims']): void {
    const own = new Map(claims.filter((one) => one.tab === tab).map((one) => [one.claim, one]));
    if (own.size > 0) say({ kind: 'here' });
    for (const claim of own.keys()) {
      // Told to a leader that is gone, or it never came here.
      if (!running.has(claim)) end(claim, endings.get(claim) ?? lost);
    }
    for (const [claim, controller] of running) if (own.get(claim)?.isAborted !== false) controller.abort();
  }

  function onceIdle(listener: () => void): void {
    if (running.size === 0) listener();
    else whenIdle.push(listener);
  }

  function idleWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const over = host.schedule(ms, resolve);
      onceIdle(() => {
        over();
        resolve();
      });
    });
  }

  return {
    introduce,
    begin() {
      isBegun = true;
      introduce();
    },
    hear(said) {
      switch (said.kind) {
        case 'roll':
          // Once for all that have waited while this page slept.
          answering ??= host.schedule(0, () => {
            answering = undefined;
            introduce();
          });
          return;
        case 'found':
          return tellLanes(said);
        case 'offer':
          return take(said.offer, said.name);
        case 'go':
          if (said.tab === tab) go(said.claim, said.work);
          return;
        case 'claims':
          look(said.claims);
      }
    },
    get isBusy() {
      return running.size > 0;
    },
    async stop() {
      isStopped = true;
      answering?.();
      const { stopMs, stopAbortMs } = defaultInboxSettings;
      await idleWithin(stopMs);
      for (const controller of running.values()) controller.abort();
      await idleWithin(stopAbortMs);
    },
    whenIdle: onceIdle,
  };
}
