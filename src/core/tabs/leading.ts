// The tab that has the socket: it tells the others what it hears and how things stand, and does what they ask for.
import type { Release } from '../../host/host.ts';
import { createConsumers } from '../consume/consumers.ts';
import type { Parting } from '../outbox/handles.ts';
import type { OpenChannel } from '../session/heard-channels.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import { faultOf as storeFaultOf } from '../session/steady-database.ts';
import { faultOf } from './faults.ts';
import type { Call, TabMessage, ToLeader, View, Wanted } from './messages.ts';
import { perform } from './perform.ts';
import type { Questions } from './questions.ts';
import { createRowsTold } from './rows-told.ts';
import type { TabWork } from './tab-work.ts';
import { createToldLog } from './told-log.ts';

export type StartSession = (options: SessionOptions) => Promise<Session>;

export interface LeadingOptions {
  readonly tab: string;
  readonly rank: number;
  /** Of its session. */
  readonly options: SessionOptions;
  readonly startSession: StartSession;
  readonly work: TabWork;
  readonly post: (message: TabMessage) => void;
}

/** Who has asked: what this leader has not done when it ends is asked of the next one. */
interface Asker extends Pick<Questions, 'answered' | 'tellSettled'> {
  refused(id: string, error: Error): void;
}

export interface Leading {
  readonly session: Session;
  /** It introduces itself. */
  begin(): void;
  hear(message: ToLeader): void;
  perform(id: string, call: Call, asker: Asker): void;
  /** A tab is gone, and what was heard for it is not any more. */
  gone(tab: string): void;
  /** Tells nobody anything more, and ends its session. */
  stop(as?: Parting): Promise<void>;
}

/** A follower that hears nothing for three of these looks after its leader. */
const beatMs = 3_000;
/** What changes together is told together. */
const viewAfterMs = 20;
/** A long queue is not copied with every step of it. */
const manyItems = 200;
const manyAfterMs = 500;

export async function startLeading(leadingOptions: LeadingOptions): Promise<Leading> {
  const { tab, rank, options, startSession, work, post } = leadingOptions;
  const { host, contract, tables, signal } = options;
  const report = (error: unknown): void => signal({ kind: 'callback', error });
  const reign = `${tab} ${rank}`;
  const log = createToldLog();
  /** By tab: the channels that are heard for it. There are none before it has introduced itself, and when it is over. */
  const followers = new Map<string, readonly OpenChannel[]>();
  let changesTold = 0;
  let isOver = false;
  let beat: Release | undefined;
  let telling: Release | undefined;
  let leaveOutbox: Release | undefined;

  const rows = createRowsTold({ reign, contract, tables, post, openList: (list) => session.openList(list) });
  const lending = await work.rise(reign, rank);
  const session = await startSession({
    ...options,
    elsewhere: lending.elsewhere,
    told(event, isFirst) {
      log.add({ event, isFirst });
      // Before the event: who hears it looks at the row.
      tables?.tellBase();
      // Also when nobody is known to follow: a tab that sleeps has not said hello, and hears it when it wakes.
      post({ kind: 'events', reign, rank, first: log.count, events: [{ event, isFirst }] });
    },
    signal(told) {
      signal(told);
      // What a handler of this tab threw is this tab's own affair.
      if (followers.size > 0 && told.kind !== 'handler' && told.kind !== 'callback')
        post({ kind: 'signal', reign, signal: told });
    },
    changed() {
      changed();
      options.changed();
    },
  }).catch((error: unknown) => {
    lending.stop();
    throw error;
  });

  const view = (): View => ({
    changes: changesTold,
    rows: rows.count,
    health: session.health(),
    presences: session.presences(),
    pending: session.outbox.pending(),
    parked: session.outbox.parked(),
    deadLetters: session.inbox.deadLetters(),
  });

  function tellView(): void {
    telling?.();
    telling = undefined;
    if (followers.size > 0) post({ kind: 'view', reign, view: view() });
  }

  function changed(): void {
    if (followers.size === 0) return;
    const { waiting, parked } = session.health().outbox;
    telling ??= host.schedule(waiting + parked > manyItems ? manyAfterMs : viewAfterMs, tellView);
  }

  /**
   * By a timer, never from the question itself: a page that Chromium has frozen hears what is posted, and its timers and its
   * socket stand still. Who could not answer like this does not lead anybody.
   */
  function answer(): void {
    telling ??= host.schedule(0, tellView);
  }

  function beatLater(): void {
    beat = host.schedule(beatMs, () => {
      tellView();
      beatLater();
    });
  }

  const tellReign = (to: string): void => post({ kind: 'reign', tab: to, reign, rank, count: log.count, view: view() });

  function hearFor(follower: string, wanted: readonly Wanted[]): void {
    const before = followers.get(follower) ?? [];
    const opened: OpenChannel[] = [];
    for (const { channel, params } of wanted) {
      try {
        opened.push(session.open(channel, params, createConsumers({ report })));
      } catch (error) {
        report(error);
      }
    }
    followers.set(follower, opened);
    // Afterwards: what it still wants is not left and joined again.
    for (const open of before) open.close();
  }

  async function performFor(asker: Asker, id: string, call: Call): Promise<void> {
    try {
      const result = await perform(session, call, asker.tellSettled);
      // Before the answer: who asked shows nothing of its own any more once everything was read.
      if (call.name === 'refresh') tables?.tellBase();
      asker.answered(id, result);
    } catch (error) {
      if (!isOver && !isRobbed(error)) asker.refused(id, error instanceof Error ? error : new Error(String(error)));
    }
  }

  const askerAt = (follower: string): Asker => ({
    answered: (id, result) => post({ kind: 'answer', reign, tab: follower, id, result }),
    refused: (id, error) => post({ kind: 'refusal', reign, tab: follower, id, fault: faultOf(error) }),
    tellSettled(id, settled) {
      if (!isOver) post({ kind: 'settled', reign, tab: follower, id, settled });
    },
  });

  return {
    session,
    begin() {
      leaveOutbox = session.outbox.subscribe((change) => {
        if (followers.size > 0) {
          // Before the change: what it covers is there when it is told.
          tables?.tellBase();
          changesTold += 1;
          post({ kind: 'changed', reign, number: changesTold, change });
        }
        changed();
      });
      tellReign('');
      beatLater();
      lending.begin();
    },
    hear(message) {
      switch (message.kind) {
        case 'hello':
          lending.learn(message.does);
          hearFor(message.tab, message.wanted);
          return tellReign(message.tab);
        case 'missed': {
          if (message.reign !== reign) return;
          const { first, events } = log.after(message.after);
          if (first > message.after + 1) post({ kind: 'forgotten', reign, upTo: first - 1 });
          return post({ kind: 'events', reign, rank, first, events });
        }
        case 'tables':
          return message.reign === reign ? rows.tellAll(message.tab, message.names) : undefined;
        case 'anybody':
          return answer();
        case 'call':
          return void performFor(askerAt(message.tab), message.id, message.call);
        case 'borrowing':
          return message.reign === reign ? lending.hear(message.tab, message.say) : undefined;
      }
    },
    perform: (id, call, asker) => void performFor(asker, id, call),
    gone(follower) {
      for (const open of followers.get(follower) ?? []) open.close();
      followers.delete(follower);
      lending.gone(follower);
    },
    stop(as) {
      isOver = true;
      beat?.();
      telling?.();
      leaveOutbox?.();
      rows.stop();
      followers.clear();
      lending.stop();
      return session.stop(as);
    },
  };
}

/** Somebody else has the storage, and is asked as soon as it is known who. */
const isRobbed = (error: unknown): boolean => storeFaultOf(error) === 'fenced';
