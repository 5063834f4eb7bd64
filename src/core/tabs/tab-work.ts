// Work in one of several tabs: what it does for whoever leads, and, while it leads, what it lends to the others.
import type { ContractData } from '../../contract/contract.ts';
import type { Host, Release } from '../../host/host.ts';
import type { Store } from '../../storage/store.ts';
import { lentBy, type Elsewhere, type InboxParts } from '../inbox/elsewhere.ts';
import type { Processor } from '../inbox/inbox.ts';
import type { Signal } from '../signals.ts';
import { createBorrowing } from './borrowing.ts';
import { noteDoes, readDoes } from './does.ts';
import { createLending, type Lending } from './lending.ts';
import type { LenderSays } from './lending-messages.ts';
import { createLiving } from './living.ts';
import type { TabMessage } from './messages.ts';
import type { TabLocks } from './tab-host.ts';

type Said<Kind extends TabMessage['kind']> = Extract<TabMessage, { readonly kind: Kind }>;

export interface TabWorkOptions {
  readonly host: Host;
  readonly tab: string;
  readonly contract: ContractData;
  readonly processors: ReadonlyMap<string, Processor>;
  readonly store: Store;
  readonly storeName: string;
  readonly locks: TabLocks | undefined;
  /** The name of this device among tabs. */
  readonly name: string;
  readonly post: (message: TabMessage) => void;
  /** Of whoever leads in another tab. */
  readonly reign: () => string | undefined;
  readonly signal: (signal: Signal) => void;
}

export interface TabWork {
  /** Notes what this tab does. */
  declare(): Promise<void>;
  /** The client was started: its handlers may be called. */
  begin(): Promise<void>;
  /** This tab is about to lead. */
  rise(reign: string, rank: number): Promise<LeadersWork>;
  /** Another tab leads that is not known yet, or this one has slept. */
  introduce(): void;
  hear(message: Said<'lending'>): void;
  /** Something runs here for another tab. */
  readonly isBusy: boolean;
  /** What runs here has its time to end. */
  end(): Promise<void>;
  /** The others may know that this tab is gone. */
  leave(): void;
}

interface LeadersWork extends Pick<Lending, 'begin' | 'learn' | 'hear' | 'gone' | 'stop'> {
  readonly elsewhere: (inbox: InboxParts) => Elsewhere;
}

/** So that a tab which is open for weeks is not forgotten. */
const noteEveryMs = 86_400_000;

export function createTabWork(options: TabWorkOptions): TabWork {
  const { host, tab, contract, processors, store, storeName, post, signal } = options;
  const living = createLiving(options.locks, options.name);
  const wallMs = (): number => host.clock.wallMs();
  const report = (error: unknown): void => signal({ kind: 'callback', error });
  let lending: Lending | undefined;
  let isOver = false;
  let next: Release | undefined;

  const borrowing = createBorrowing({
    host,
    tab,
    contract,
    processors,
    signal,
    say(say) {
      const reign = options.reign();
      if (lending !== undefined) lending.hear(tab, say);
      else if (reign !== undefined) post({ kind: 'borrowing', tab, reign, say });
    },
  });

  /** What cannot be noted is done all the same while this tab is open. */
  async function note(): Promise<void> {
    await noteDoes(store, storeName, [...processors.keys()], wallMs()).catch(report);
    if (!isOver && processors.size > 0) next = host.schedule(noteEveryMs, () => void note());
  }

  return {
    declare: note,
    async begin() {
      if (processors.size === 0 || isOver) return;
      await living.hold(tab);
      if (isOver) living.release();
      else borrowing.begin();
    },
    async rise(reign, rank) {
      const names = await readDoes(store, storeName, wallMs()).catch(() => []);
      // What a leader says to all tabs it says to itself, too: it may have begun something for the one before.
      const say = (said: LenderSays): void => {
        post({ kind: 'lending', reign, say: said });
        borrowing.hear(said);
      };
      const lends = createLending({ host, rank, names, living, say });
      return {
        ...lends,
        elsewhere: lentBy(lends),
        begin() {
          lending = lends;
          lends.begin();
        },
        stop() {
          if (lending === lends) lending = undefined;
          lends.stop();
        },
      };
    },
    introduce: borrowing.introduce,
    hear: ({ say }) => borrowing.hear(say),
    get isBusy() {
      return borrowing.isBusy;
    },
    end() {
      isOver = true;
      next?.();
      return borrowing.stop();
    },
    // A handler that does not stop is still at work in this page.
    leave: () => borrowing.whenIdle(living.release),
  };
}
