// Another tab of the same device: it hears of the first one what that one hears, over messages that may be slow or lost.
import type { ContractData } from '../../../src/contract/contract.ts';
import { collectionOf, type Collection } from '../../../src/core/collections/collection.ts';
import { createTables } from '../../../src/core/collections/tables.ts';
import { createConsumers } from '../../../src/core/consume/consumers.ts';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';
import { LeadersRows } from '../../../src/core/tabs/leaders-rows.ts';
import type { ToFollowers, ToLeader } from '../../../src/core/tabs/messages.ts';
import { contract, type Order } from './backend.ts';
import type { Screen } from './screen.ts';

export interface Tab {
  readonly rows: Collection<Order>;
  readonly errors: readonly unknown[];
  /** Nothing was lost since it was opened: it shows what the first one shows. */
  readonly isInStep: boolean;
  /** What was sent arrives, or is lost with all that is on its way. */
  hear(isLost: boolean): void;
  /** It is told how things stand, as every tab is now and then. */
  catchUp(): void;
  dispose(): void;
}

export function openTab(screen: Screen, reread: () => void): Tab {
  const errors: unknown[] = [];
  const report = (error: unknown): void => void errors.push(error);
  const consumers = createConsumers({ report });
  const tables = createTables({
    host: screen.host,
    contract: contract as ContractData,
    scope: {},
    consumers,
    reread() {
      reread();
      // The leader tells its rows before it answers.
      hear(false);
      return Promise.resolve(true);
    },
    report,
  });
  let sent: (() => void)[] = [];
  let isInStep = true;
  let told = 0;
  const release = screen.tables.onBase((rows) => {
    told += 1;
    const message: Extract<ToFollowers, { kind: 'rows' }> = { kind: 'rows', reign: 'one', number: told, rows };
    sent.push(() => leaders.take(message));
  });
  screen.onTold((what) => {
    // What the channels say is told before what the outbox says, as it came.
    screen.tables.tellBase();
    sent.push(() => {
      if ('change' in what) tables.sent(what.change);
      else
        void consumers.deliver({ name: 'Changed', correlationId: what.correlationId, known: true } as DeliveredEvent);
    });
  });

  function answer(message: ToLeader): void {
    if (message.kind !== 'tables') return;
    screen.tables.tellBase();
    const rows = Array.from(screen.tables.table('orders')?.baseRows() ?? [], ([key, { version, row }]) => ({
      collection: 'orders',
      key,
      version,
      row,
    }));
    const { names, tab } = message;
    const all = { kind: 'tables-told', tab, reign: 'one', count: told, names, rows } as const;
    sent.push(() => leaders.takeAll(all));
  }

  const leaders = new LeadersRows('other', 'one', answer);
  const table = tables.table('orders');
  if (table === undefined) throw new Error('no table');
  tables.open(leaders);
  // Of what is asked for before the rows are there, nobody knows which version it was asked of.
  hear(false);
  tables.begin([...screen.waiting.values()]);

  function hear(isLost: boolean): void {
    screen.tables.tellBase();
    if (isLost) {
      isInStep &&= sent.length === 0;
      sent = [];
    }
    // What is asked for meanwhile is answered, too.
    while (sent.length > 0) for (const act of sent.splice(0)) act();
  }

  return {
    rows: collectionOf(table) as unknown as Collection<Order>,
    errors,
    get isInStep() {
      return isInStep;
    },
    hear,
    catchUp() {
      hear(false);
      // Twice, for a question or an answer that was lost.
      for (let time = 0; time < 2; time += 1) {
        leaders.told(told);
        hear(false);
      }
      tables.begin([...screen.waiting.values()]);
    },
    dispose() {
      release();
      tables.dispose();
    },
  };
}
