// A kiosk without a framework: a guest orders, is told a number, and sees when to collect. Over Pusher's protocol.
import { createClient } from 'heard';
import { laravelPos, type OrderStatus } from 'heard/contracts/laravel-pos';
import { indexedDb } from 'heard/storage/indexed-db';
import { pusher } from 'heard/transports/pusher';

const server = new URL('http://127.0.0.1:3001');
const kiosk = createClient(laravelPos, {
  role: 'kiosk',
  scope: { sku: 'pizza-bab-el-oued', deviceId: 12 },
  transport: pusher({ key: 'heard-key', wsHost: server.hostname, wsPort: Number(server.port), forceTLS: false }),
  api: { baseUrl: `${server.origin}/laravel-pos` },
  token: () => 'dev-kiosk',
  storage: indexedDb(),
});

const menu = [
  { item_id: 11, name: 'Margherita' },
  { item_id: 13, name: 'Merguez' },
  { item_id: 21, name: 'Selecto' },
];
const cart = new Map<number, number>();

const find = (selector: string): Element => document.querySelector(selector) ?? document.body;
const order = find('#order') as HTMLButtonElement;

function drawMenu(): void {
  const buttons = menu.map(({ item_id, name }) => {
    const qty = cart.get(item_id) ?? 0;
    return Object.assign(document.createElement('button'), {
      textContent: qty === 0 ? name : `${name} × ${qty}`,
      onclick() {
        cart.set(item_id, qty + 1);
        drawMenu();
      },
    });
  });
  find('#menu').replaceChildren(...buttons);
  order.disabled = cart.size === 0;
}

order.addEventListener('click', () => void place());

async function place(): Promise<void> {
  const items = [...cart].map(([item_id, qty]) => ({ item_id, qty }));
  cart.clear();
  drawMenu();
  // Kept on this device from here on: it arrives once, now or when the network is back.
  const { id, settled } = await kiosk.mutate('order.create', { channel: 'kiosk', items });
  const thanks = find('#thanks');
  thanks.textContent = 'Thank you! Your number comes in a moment.';
  const end = await settled;
  if (end.outcome === 'done') thanks.textContent = `Thank you! Your number is ${end.answer?.data.number ?? 'called'}.`;
  if (end.outcome === 'parked') {
    // Refused, or nobody knows whether it arrived. There is no one at a kiosk who could find out.
    thanks.textContent = 'Please tell your order to the people at the till.';
    await kiosk.outbox.discard(id);
  }
}

/** Which numbers have come this far, kept right through every event, outage and reload. */
function board(selector: string, status: readonly OrderStatus[]): void {
  const orders = kiosk.collection('orders').query({ where: { status }, orderBy: 'created_at' });
  const draw = (): void =>
    find(selector).replaceChildren(
      orders
        .get()
        .map(({ number }) => number)
        .join(' '),
    );
  orders.subscribe(draw);
  draw();
}

kiosk.status.subscribe(({ word }) => find('[role=status]').replaceChildren(word));
drawMenu();
await kiosk.start();
board('#making', ['accepted', 'in_preparation']);
board('#ready', ['ready']);
