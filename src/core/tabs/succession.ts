// Whether this tab leads, and the turn from following to leading and back: it rises when nobody leads, and steps down for whoever leads instead.
import type { Parting } from '../outbox/handles.ts';
import type { SessionOptions } from '../session/session.ts';
import type { Following } from './following.ts';
import type { Leading } from './leading.ts';
import type { TabMessage } from './messages.ts';
import { nextRank } from './rank.ts';
import type { TabWork } from './tab-work.ts';
import type { Throne, ThroneListener } from './throne.ts';
import { watchLeader } from './watch.ts';

export interface SuccessionOptions extends Pick<SessionOptions, 'host' | 'store' | 'storeName' | 'changed'> {
  readonly throne: (listener: ThroneListener) => Throne;
  readonly following: Following;
  readonly work: TabWork;
  /** Makes this tab one that leads. */
  readonly lead: (rank: number) => Promise<Leading>;
  /** It leads: what was asked elsewhere until now is its own affair. */
  readonly risen: (leading: Leading) => void;
  /** Another tab leads. */
  readonly fallen: () => void;
  readonly sayHello: () => void;
  readonly post: (message: TabMessage) => void;
  readonly report: (error: unknown) => void;
}

export interface Succession {
  /** While this tab leads. */
  readonly leading: Leading | undefined;
  /** Of the last leader that was heard of, this tab among them. */
  readonly rank: number;
  /** From now on it neither rises nor steps down. */
  readonly isOver: boolean;
  /** Until a leader is heard or this tab leads; or for a while, because a leader that says nothing must not keep an app from starting. */
  begin(): Promise<void>;
  /** Somebody says that they lead. */
  recognise(message: Extract<TabMessage, { kind: 'reign' }>): void;
  /** A timer of the leader has run. */
  heard(): void;
  /** A tab is gone, perhaps the one that led. */
  gone(tab: string): void;
  /** This tab leads from now on. */
  lead(): Promise<void>;
  /** Resolves when it is neither about to lead nor about to step down. */
  end(): Promise<void>;
  /** Another tab may lead as soon as the session of this one has ended. */
  leave(as: Parting): Promise<void>;
}

/** Then the client is started, whoever leads. */
const startWithinMs = 3_000;
const againMs = 5_000;

export function createSuccession(options: SuccessionOptions): Succession {
  const { host, store, storeName, following, work, sayHello, report } = options;
  let rank = 0;
  let leading: Leading | undefined;
  /** One at a time: rising and stepping down take their time. */
  let turn: Promise<void> = Promise.resolve();
  let isOver = false;
  /** As long as the start has not come to its end. */
  let starting: { resolve(): void; reject(error: unknown): void } | undefined;
  let whenLeading: (() => void)[] = [];

  const throne = options.throne({ granted: () => void inTurn(rise), lost: () => void inTurn(stepDown) });
  const watch = watchLeader({
    host,
    isFollowing: () => leading === undefined,
    ask: () => options.post({ kind: 'anybody' }),
    silent: () => throne.rob(),
  });

  function inTurn(action: () => Promise<void>): Promise<void> {
    turn = turn.then(action).catch(report);
    return turn;
  }

  async function rise(): Promise<void> {
    if (isOver || leading !== undefined) return;
    // A store that cannot be asked is told by the session.
    rank = await nextRank(store, storeName, rank).catch(() => rank + 1);
    try {
      leading = await options.lead(rank);
    } catch (error) {
      await throne.leave();
      if (starting !== undefined) return starting.reject(error);
      // Somebody else may have better luck; and this tab tries again.
      report(error);
      host.schedule(againMs, () => {
        if (!isOver && leading === undefined) throne.ask();
      });
      return;
    }
    following.leaderless();
    options.risen(leading);
    for (const resolve of whenLeading.splice(0)) resolve();
    known();
    options.changed();
  }

  /** Somebody else leads now. What was under way here ends; what was not stored, the other one does again. */
  async function stepDown(): Promise<void> {
    const last = leading;
    leading = undefined;
    options.fallen();
    if (!isOver) options.changed();
    await last?.stop();
    if (isOver) return;
    throne.ask();
    sayHello();
  }

  function known(): void {
    starting?.resolve();
    starting = undefined;
  }

  return {
    get leading() {
      return leading;
    },
    get rank() {
      return rank;
    },
    get isOver() {
      return isOver;
    },
    async begin() {
      const late = host.schedule(startWithinMs, known);
      const begun = new Promise<void>((resolve, reject) => {
        starting = { resolve, reject };
      });
      sayHello();
      throne.ask();
      await begun.finally(late);
    },
    recognise(message) {
      // One that was robbed in its sleep and does not know it yet.
      if (message.rank < rank) return;
      rank = message.rank;
      if (leading !== undefined) {
        void inTurn(stepDown);
        return;
      }
      if (following.recognise(message, starting !== undefined)) work.introduce();
      known();
    },
    heard: watch.heard,
    gone(other) {
      leading?.gone(other);
      following.leaderless(other);
      throne.vacated(other);
    },
    async lead() {
      if (leading !== undefined) return;
      const led = new Promise<void>((resolve) => whenLeading.push(resolve));
      throne.rob();
      await led;
    },
    end() {
      isOver = true;
      watch.stop();
      return turn;
    },
    async leave(as) {
      const last = leading;
      leading = undefined;
      await last?.stop(as);
      await throne.leave();
    },
  };
}
