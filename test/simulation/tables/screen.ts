// One screen: the tables of a client without the client, with everything that feeds them in hand.
import type { ContractData } from '../../../src/contract/contract.ts';
import type { WaitingMutation } from '../../../src/contract/mutation.ts';
import { collectionOf, type Collection } from '../../../src/core/collections/collection.ts';
import type { RowFeed } from '../../../src/core/collections/row-source.ts';
import { createTables, type Tables } from '../../../src/core/collections/tables.ts';
import { createConsumers } from '../../../src/core/consume/consumers.ts';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';
import { createFakeHost, type FakeHost } from '../../../src/testing/fake-host.ts';
import type { OutboxChange } from '../../../src/core/outbox/changes.ts';
import { contract, type MutationName, type Order } from './backend.ts';

/** What every tab of the device is told. */
type ScreenTold = { readonly change: OutboxChange } | { readonly correlationId: string };

export interface Screen {
  readonly host: FakeHost;
  readonly tables: Tables;
  readonly rows: Collection<Order>;
  readonly errors: readonly unknown[];
  /** What has been taken in and has no end yet. */
  readonly waiting: ReadonlyMap<string, WaitingMutation>;
  /** How often everything was read again. */
  rereads(): number;
  show(order: Order, on?: string): void;
  gone(id: number, on?: string): void;
  /** Everybody is told of an event that shows what a mutation did. */
  correlate(mutation: string): void;
  ask(name: MutationName, input: unknown): string;
  ends(mutation: string, state: 'acked' | 'parked' | 'discarded' | 'replaced', order?: Order): void;
  onTold(listener: (told: ScreenTold) => void): void;
}

/** `reread`: what the server says when it is asked. */
export function openScreen(channels: readonly string[] = ['here'], reread: () => void = () => undefined): Screen {
  const host = createFakeHost({ seed: 1 });
  const errors: unknown[] = [];
  const report = (error: unknown): void => void errors.push(error);
  const consumers = createConsumers({ report });
  let rereads = 0;
  const tables = createTables({
    host,
    contract: contract as ContractData,
    scope: {},
    consumers,
    reread() {
      rereads += 1;
      reread();
      return Promise.resolve(true);
    },
    report,
  });
  const feeds = new Map<string, RowFeed>();
  const table = tables.table('orders');
  if (table === undefined) throw new Error('no table');
  for (const name of channels) {
    tables.open({
      name,
      follow(_, __, feed) {
        feed.begin();
        feed.end();
        feeds.set(name, feed);
      },
    });
  }
  let asked = 0;
  const others: ((told: ScreenTold) => void)[] = [];
  function sent(change: OutboxChange): void {
    tables.sent(change);
    for (const other of others) other({ change });
  }
  const waiting = new Map<string, WaitingMutation>();
  return {
    host,
    tables,
    rows: collectionOf(table) as unknown as Collection<Order>,
    errors,
    waiting,
    rereads: () => rereads,
    show: (order, on = 'here') => feeds.get(on)?.show(String(order.id), order.at ?? 'none', order),
    gone: (id, on = 'here') => feeds.get(on)?.show(String(id), Number.MAX_SAFE_INTEGER, undefined),
    correlate(correlationId) {
      void consumers.deliver({ name: 'Changed', correlationId, known: true } as DeliveredEvent);
      for (const other of others) other({ correlationId });
    },
    ask(name, input) {
      asked += 1;
      const id = `${String(asked).padStart(8, '0')}-0000-4000-8000-000000000000`;
      const mutation: WaitingMutation = { id, name, input, createdAt: 0, state: 'pending' };
      waiting.set(id, mutation);
      sent({ id, name, state: 'pending', mutation });
      return id;
    },
    ends(id, state, order) {
      const name = waiting.get(id)?.name ?? '';
      waiting.delete(id);
      sent({ id, name, state, ...(order !== undefined && { answer: { order } }) });
    },
    onTold: (listener) => void others.push(listener),
  };
}
