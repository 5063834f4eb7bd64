// The manager's page in React, with the hooks that the document of this backend names.
import { createClient } from 'heard';
import { restaurantOs, restaurantOsTransport } from 'heard/contracts/restaurant-os';
import { restaurantOsHooks, useKitchenEvents, useStorageEvents, useTableEvents } from 'heard/react/restaurant-os';
import { none } from 'heard/transports/none';
import { pusher } from 'heard/transports/pusher';
import { webSocket } from 'heard/transports/websocket';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';

const { Provider, useCollection } = restaurantOsHooks;

const createManager = () =>
  createClient(restaurantOs, {
    role: 'manager',
    scope: {},
    // Pusher where its key and cluster are set; here, the plain WebSocket of development.
    transport: restaurantOsTransport({ NEXT_PUBLIC_WS_URL: 'ws://127.0.0.1:3001/ws' }, { pusher, webSocket, none }),
    api: { baseUrl: 'http://127.0.0.1:3001/restaurant-os' },
  });

/** The newest first, and no more than anybody reads. */
function useNews() {
  const [news, setNews] = useState<readonly string[]>([]);
  return { news, tell: (text: string) => setNews((before) => [text, ...before].slice(0, 20)) };
}

function News({ label, news }: { readonly label: string; readonly news: readonly string[] }) {
  return (
    <ul aria-label={label}>
      {news.map((text, index) => (
        <li key={news.length - index}>{text}</li>
      ))}
    </ul>
  );
}

function Table({ tableNumber }: { readonly tableNumber: string | number }) {
  const { news, tell } = useNews();
  const { isConnected } = useTableEvents(tableNumber, {
    onOrderCreated: ({ payload }) => tell(`order ${payload.orderNumber ?? payload.documentId} is new`),
    onOrderUpdated: ({ payload }) => tell(`order ${payload.orderNumber ?? payload.documentId} is ${payload.status}`),
    onItemStatusChanged: ({ payload }) => tell(`${payload.name ?? 'a dish'} is ${payload.status}`),
    onTableStatusChanged: ({ payload }) => tell(`the table is ${payload.status}`),
  });
  return (
    <section>
      <h1>
        Table {tableNumber} {isConnected ? '' : '(not connected)'}
      </h1>
      <News label="Table" news={news} />
    </section>
  );
}

function Kitchen() {
  const { news, tell } = useNews();
  const open = useCollection('tickets', { where: { status: ['queued', 'in_progress'] } });
  useKitchenEvents({
    onTicketCreated: ({ payload }) => tell(`${payload.station ?? 'the kitchen'} has ticket ${payload.ticketNumber}`),
    onSlaWarning: ({ payload }) => tell(payload.message),
  });
  return (
    <section>
      <h1>Kitchen: {open.length} open</h1>
      <News label="Kitchen" news={news} />
    </section>
  );
}

function Storage() {
  const { news, tell } = useNews();
  useStorageEvents(undefined, {
    onLowStock: ({ payload }) => tell(`${payload.ingredientName}: ${payload.currentStock} ${payload.unit} left`),
    onBatchReceived: ({ payload }) => tell(`${payload.ingredientName} came in`),
  });
  return (
    <section>
      <h1>Storage</h1>
      <News label="Storage" news={news} />
    </section>
  );
}

function Manager() {
  const [tableNumber, setTableNumber] = useState<string | number>(3);
  const tables = useCollection('tables', { orderBy: 'number' });
  return (
    <>
      <nav aria-label="Tables">
        {tables.map(({ number, status }) => (
          <button key={number} aria-pressed={number === tableNumber} onClick={() => setTableNumber(number)}>
            {number} {status}
          </button>
        ))}
      </nav>
      <Table key={tableNumber} tableNumber={tableNumber} />
      <Kitchen />
      <Storage />
    </>
  );
}

const main = document.querySelector('main');
if (main !== null) {
  createRoot(main).render(
    <Provider create={createManager}>
      <Manager />
    </Provider>,
  );
}
