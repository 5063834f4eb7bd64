// A waiter's tablet without a framework: the menu and orders with and without a network, and dishes to fetch.
import { createClient } from 'heard';
import {
  brasserie,
  drainSentence,
  orderMutation,
  suggestWine,
  syncState,
  type MenuItem,
  type NewOrder,
} from 'heard/contracts/brasserie';
import { indexedDb } from 'heard/storage/indexed-db';
import { socketIo } from 'heard/transports/socket-io';

// Charlie’s, as `heard dev` prints it.
const token =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOjMsInJvbGUiOiJzZXJ2ZXVyIiwibmFtZSI6IkNoYXJsaWUifQ.EoPW79Y85TCcawJhwAO6XXuO9g7yn2fvHJqbq0ddAS4';

const waiter = createClient(brasserie, {
  role: 'waiter',
  scope: { userId: 3 },
  transport: socketIo({ url: 'http://127.0.0.1:3001' }),
  api: { baseUrl: 'http://127.0.0.1:3001/brasserie' },
  token: () => token,
  // An order that was not sent yet survives everything but the loss of the tablet.
  storage: indexedDb(),
});

/** No event tells of the menu: it is read now and then, and what was read last is there without a network. */
const menu = waiter.collection('menu');
const tables = waiter.collection('tables').query({ orderBy: 'id' });
const orders = waiter.collection('orders').query({ where: { status: ['sent', 'pending_erp'] }, orderBy: '-id' });
const cart = new Map<number, number>();

const find = (selector: string): Element => document.querySelector(selector) ?? document.body;
const table = find('#table') as HTMLSelectElement;
const say = (text: string): void => find('[role=status]').replaceChildren(text);

const button = (text: string, onclick: () => unknown): HTMLElement =>
  Object.assign(document.createElement('button'), { textContent: text, onclick });
function item(text: string, ...buttons: readonly HTMLElement[]): HTMLElement {
  const row = document.createElement('li');
  row.append(text, ...buttons);
  return row;
}

function drawMenu(): void {
  find('#menu').replaceChildren(
    ...menu.get().map((dish) =>
      item(
        `${dish.name} ${dish.price ?? ''} € `,
        button(`+ ${cart.get(dish.id) ?? ''}`, () => add(dish)),
      ),
    ),
  );
}

function add(dish: MenuItem): void {
  cart.set(dish.id, (cart.get(dish.id) ?? 0) + 1);
  (find('#send') as HTMLButtonElement).disabled = false;
  const wine = suggestWine(dish, menu.get());
  find('#wine').textContent = wine === undefined ? '' : `With the ${dish.name}: ${wine.name}?`;
  drawMenu();
}

async function send(): Promise<void> {
  const items = [...cart].map(([dish_id, qty]) => ({ dish_id, qty }));
  cart.clear();
  drawMenu();
  // Chosen now, and kept: an order that was taken offline is recognised by its id when it is sent.
  await waiter.mutate(orderMutation(waiter.status.get().word === 'live'), { table_id: Number(table.value), items });
}

const tableOf = (input: unknown): number => (input as NewOrder).table_id;

function drawOrders(): void {
  const { outbox } = waiter;
  find('#orders').replaceChildren(
    ...outbox.parked().map(({ id, input, explained }) =>
      item(
        explained?.message ?? `Table ${tableOf(input)}: the server refused the order.`,
        button('Send again', () => outbox.retry(id)),
        button('Discard', () => outbox.discard(id)),
      ),
    ),
    ...outbox.pending().map(({ input, state }) => item(`Table ${tableOf(input)}: ${syncState(state)}`)),
    ...orders.get().map(({ id, table_id, status }) => item(`Table ${table_id}: order ${id}, ${status}`)),
  );
}

tables.subscribe((rows) => {
  const { value } = table;
  table.replaceChildren(...rows.map(({ id, status }) => new Option(`${id} (${status})`, String(id))));
  table.value = value === '' ? '1' : value;
});
orders.subscribe(drawOrders);
waiter.outbox.subscribe(drawOrders);
find('#send').addEventListener('click', () => void send());
waiter.status.subscribe(({ word, reason }) => say(`${word} ${reason ?? ''}`));
menu.subscribe(drawMenu);
waiter.signals.on('drained', (drain) => say(drainSentence(drain)));
waiter.on('dish_ready', ({ data: { table: at, dish, order_id } }) => {
  const row = item(`At the pass: ${dish} for table ${at} `);
  const fetched = order_id == null ? undefined : () => waiter.mutate('dish.acknowledge', { order_id });
  row.append(button('Fetched', () => (row.remove(), fetched?.())));
  find('#orders').before(row);
});

await waiter.start();
drawMenu();
drawOrders();
