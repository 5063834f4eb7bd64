// A till in React: takes orders with and without a network, serves them, and has failed receipts printed again.
import { createClient, guardUnload } from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { createHooks } from 'heard/react';
import { indexedDb } from 'heard/storage/indexed-db';
import { webSocket } from 'heard/transports/websocket';
import { useState, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';

const { Provider, useClient, useCollection, useMutation, useOutbox, useStatus } = createHooks(laravelPos, 'pos');

function createTill() {
  const till = createClient(laravelPos, {
    role: 'pos',
    scope: { sku: 'pizza-bab-el-oued', deviceId: 11 },
    transport: webSocket({ url: 'ws://127.0.0.1:3001/socket' }),
    api: { baseUrl: 'http://127.0.0.1:3001/laravel-pos' },
    token: () => 'dev-pos',
    storage: indexedDb(),
  });
  // An order that was not sent yet is kept. Whoever closes the page should know.
  guardUnload(till);
  return till;
}

// The backend has no list of what is sold; a till has one of its own.
const menu = [
  { id: 11, name: 'Margherita' },
  { id: 12, name: 'Quatre Fromages' },
  { id: 1, name: 'Classic Burger' },
  { id: 22, name: 'Thé à la menthe' },
];

function NewOrder() {
  const [cart, setCart] = useState<readonly number[]>([]);
  const { mutate, error } = useMutation('order.create');
  const items = menu.flatMap(({ id, name }) => {
    const qty = cart.filter((item) => item === id).length;
    return qty === 0 ? [] : [{ item_id: id, name, qty }];
  });
  function take(): void {
    void mutate({ channel: 'pos', items: items.map(({ item_id, qty }) => ({ item_id, qty })) });
    setCart([]);
  }
  return (
    <section aria-label="New order">
      {menu.map(({ id, name }) => (
        <button key={id} onClick={() => setCart([...cart, id])}>
          {name}
        </button>
      ))}
      <p>{items.map(({ name, qty }) => `${qty} × ${name}`).join(', ')}</p>
      <button disabled={items.length === 0} onClick={take}>
        Take the order
      </button>
      {error instanceof Error && <p role="alert">{error.message}</p>}
    </section>
  );
}

function Orders() {
  const { waitingKeys } = useClient().collection('orders');
  const waiting = useSyncExternalStore(waitingKeys.subscribe, waitingKeys.get);
  const orders = useCollection('orders', { orderBy: '-created_at', limit: 10 });
  const setStatus = useMutation('order.setStatus');
  return (
    <ul aria-label="Orders">
      {orders.map(({ id, number, status, totals_cents }) => (
        <li key={id}>
          {number ?? 'new'} {status} {((totals_cents?.total ?? 0) / 100).toFixed(2)} DA
          {waiting.has(String(id)) && ' (not sent yet)'}
          {status === 'ready' && (
            <button onClick={() => void setStatus.mutate({ orderId: id, to: 'served' })}>Served</button>
          )}
        </li>
      ))}
    </ul>
  );
}

function FailedReceipts() {
  const failed = useCollection('printJobs', { where: { status: 'failed' } });
  const retry = useMutation('print.retry');
  return failed.map(({ id, order_id }) => (
    <p key={id}>
      The receipt of order {order_id} was not printed.
      <button onClick={() => void retry.mutate({ printJobId: id })}>Print it again</button>
    </p>
  ));
}

function Till() {
  const { word, reason } = useStatus();
  const { pending, parked, retry, discard } = useOutbox();
  return (
    <>
      <p role="status">
        {word} {reason} {pending.length > 0 && `(${pending.length} to send)`}
      </p>
      {parked.map(({ id, mayHaveHappened }) => (
        <p key={id} role="alert">
          {mayHaveHappened ? 'Nobody knows whether this was taken: look at the orders.' : 'The server refused this.'}
          <button onClick={() => retry(id)}>Send it again</button>
          <button onClick={() => void discard(id)}>Discard it</button>
        </p>
      ))}
      <NewOrder />
      <FailedReceipts />
      <Orders />
    </>
  );
}

const main = document.querySelector('main');
if (main !== null) {
  createRoot(main).render(
    <Provider create={createTill}>
      <Till />
    </Provider>,
  );
}
