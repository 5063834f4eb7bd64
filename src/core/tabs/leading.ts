// The tab that has the socket: it tells the others what it hears and how things stand, and does what they ask for.
import type { ContractData } from '../../contract/contract.ts';
import { listAloneOf } from '../../contract/feeding.ts';
import { createConsumers } from '../consume/consumers.ts';
import type { Tables, ToldRow } from '../collections/tables.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { Settled } from '../outbox/handles.ts';
import type { Session } from '../session/session.ts';
import type { Signal } from '../signals.ts';
import type { OpenChannel } from '../session/heard-channels.ts';
import type { Host, Release } from '../../host/host.ts';
import type { Call, TabMessage, ToLeader, View, Wanted } from './messages.ts';
import { createToldLog } from './told-log.ts';

export interface LeadingOptions {
  readonly host: Host;
  readonly reign: string;
  readonly rank: number;
  readonly contract: ContractData;
  readonly tables: Tables | undefined;
  readonly post: (message: TabMessage) => void;
  readonly report: (error: unknown) => void;
}

export interface Leading {
  readonly reign: string;
  /** An event is handed out. */
  told(event: DeliveredEvent, isFirst: boolean): void;
  signal(signal: Signal): void;
  changed(): void;
  begin(session: Session): void;
  hear(message: Exclude<ToLeader, { kind: 'call' | 'borrowing' }>): void;
  /** A tab is gone, and what was heard for it is not any more. */
  gone(tab: string): void;
  /** `settled` is told how a mutation ends that the call is about. */
  perform(call: Call, settled: (id: string, settled: Settled) => void): Promise<unknown>;
  stop(): void;
}

/** A follower that hears nothing for three of these looks after its leader. */
const beatMs = 3_000;
/** What changes together is told together. */
const viewAfterMs = 20;
/** A long queue is not copied with every step of it. */
const manyItems = 200;
const manyAfterMs = 500;

export function createLeading({ host, reign, rank, contract, tables, post, report }: LeadingOptions): Leading {
  const log = createToldLog();
  /** By tab: the channels that are heard for it. */
  const followers = new Map<string, readonly OpenChannel[]>();
  let rowsTold = 0;
  let changesTold = 0;
  let followsRows = false;
  let session: Session | undefined;
  let beat: Release | undefined;
  let telling: Release | undefined;
  const leave: Release[] = [];

  const view = (of: Session): View => ({
    changes: changesTold,
    rows: rowsTold,
    health: of.health(),
    presences: of.presences(),
    pending: of.outbox.pending(),
    parked: of.outbox.parked(),
    deadLetters: of.inbox.deadLetters(),
  });

  function tellView(): void {
    telling?.();
    telling = undefined;
    if (session !== undefined && followers.size > 0) post({ kind: 'view', reign, view: view(session) });
  }

  function changed(): void {
    if (session === undefined || followers.size === 0) return;
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

  function tellReign(tab: string): void {
    if (session !== undefined) post({ kind: 'reign', tab, reign, rank, count: log.count, view: view(session) });
  }

  function tellRows(rows: readonly ToldRow[]): void {
    rowsTold += 1;
    post({ kind: 'rows', reign, number: rowsTold, rows });
  }

  function tellTables(tab: string, names: readonly string[]): void {
    if (session === undefined || tables === undefined) return;
    if (!followsRows) leave.push(tables.onBase(tellRows));
    followsRows = true;
    for (const name of names) {
      const list = listAloneOf(contract, name);
      if (list !== undefined) session.openList(list);
    }
    const rows = names.flatMap((name) =>
      Array.from(tables.table(name)?.baseRows() ?? [], ([key, { version, row }]) => ({
        collection: name,
        key,
        version,
        row,
      })),
    );
    post({ kind: 'tables-told', tab, reign, count: rowsTold, names, rows });
  }

  function serve(tab: string, wanted: readonly Wanted[]): void {
    const before = followers.get(tab) ?? [];
    const opened: OpenChannel[] = [];
    for (const { channel, params } of wanted) {
      try {
        const open = session?.open(channel, params, createConsumers({ report }));
        if (open !== undefined) opened.push(open);
      } catch (error) {
        report(error);
      }
    }
    followers.set(tab, opened);
    // Afterwards: what it still wants is not left and joined again.
    for (const open of before) open.close();
  }

  return {
    reign,
    told(event, isFirst) {
      log.add({ event, isFirst });
      // Before the event: who hears it looks at the row.
      if (followsRows) tables?.tellBase();
      // Also when nobody is known to follow: a tab that sleeps has not said hello, and hears it when it wakes.
      post({ kind: 'events', reign, rank, first: log.count, events: [{ event, isFirst }] });
    },
    signal(signal) {
      // What a handler of this tab threw is this tab's own affair.
      if (followers.size > 0 && signal.kind !== 'handler' && signal.kind !== 'callback')
        post({ kind: 'signal', reign, signal });
    },
    changed,
    begin(begun) {
      session = begun;
      leave.push(
        begun.outbox.subscribe((change) => {
          if (followers.size > 0) {
            // Before the change: what it covers is there when it is told.
            if (followsRows) tables?.tellBase();
            changesTold += 1;
            post({ kind: 'changed', reign, number: changesTold, change });
          }
          changed();
        }),
      );
      tellReign('');
      beatLater();
    },
    hear(message) {
      switch (message.kind) {
        case 'hello':
          serve(message.tab, message.wanted);
          return tellReign(message.tab);
        case 'missed': {
          if (message.reign !== reign) return;
          const { first, events } = log.after(message.after);
          if (first > message.after + 1) post({ kind: 'forgotten', reign, upTo: first - 1 });
          return post({ kind: 'events', reign, rank, first, events });
        }
        case 'tables':
          return message.reign === reign ? tellTables(message.tab, message.names) : undefined;
        case 'anybody':
          return answer();
      }
    },
    gone(tab) {
      for (const open of followers.get(tab) ?? []) open.close();
      followers.delete(tab);
    },
    async perform(call, settled) {
      if (session === undefined) throw new Error('The leader has not begun.');
      const { outbox, inbox } = session;
      const follow = (id: string, ended: Promise<Settled>): void => void ended.then((how) => settled(id, how));
      switch (call.name) {
        case 'mutate': {
          const [id, name, input] = call.args;
          return follow(id, (await session.enqueue(name, input, id)).settled);
        }
        case 'rebase': {
          const [former, id, input] = call.args;
          return follow(id, (await outbox.rebase(former, input, id)).settled);
        }
        case 'watch':
          return follow(call.args[0], outbox.watch(call.args[0]).settled);
        case 'retry':
          return follow(call.args[0], outbox.retry(call.args[0]).settled);
        case 'discard':
          return outbox.discard(call.args[0]);
        case 'drain':
          return outbox.drain(call.args[0]);
        case 'drained':
          return outbox.drained();
        case 'refresh':
          await session.refresh();
          // Before the answer: who asked shows nothing of its own any more once everything was read.
          if (followsRows) tables?.tellBase();
          return undefined;
        case 'send':
          return session.send(call.args[0], call.args[1]);
        case 'retryWork':
          return inbox.retry(call.args[0]);
        case 'discardWork':
          return inbox.discard(call.args[0]);
        case 'unfinished':
          return session.unfinished();
      }
    },
    stop() {
      session = undefined;
      beat?.();
      telling?.();
      for (const end of leave) end();
      followers.clear();
    },
  };
}
