// A back office without a framework: what is sold, how the kitchen keeps up, which devices are there. Open it in five tabs:
// they share one connection.
import { createClient } from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { indexedDb } from 'heard/storage/indexed-db';
import { sharedTabs } from 'heard/tabs';
import { webSocket } from 'heard/transports/websocket';

const office = createClient(laravelPos, {
  role: 'back-office',
  scope: { sku: 'pizza-bab-el-oued', deviceId: 51 },
  transport: webSocket({ url: 'ws://127.0.0.1:3001/socket' }),
  api: { baseUrl: 'http://127.0.0.1:3001/laravel-pos' },
  token: () => 'dev-back-office',
  storage: indexedDb(),
  tabs: sharedTabs(),
});

const find = (selector: string): Element => document.querySelector(selector) ?? document.body;

const orders = office.collection('orders').query({ where: ({ status }) => status !== 'cancelled' });
const waiting = office.collection('tickets').query({ where: { status: 'in_preparation' }, orderBy: 'created_at' });
const devices = office.collection('devices').query({ orderBy: ['type', 'id'] });

function drawOrders(): void {
  const cents = orders.get().reduce((sum, { totals_cents }) => sum + (totals_cents?.total ?? 0), 0);
  find('#orders').textContent = `${orders.get().length} orders, ${(cents / 100).toFixed(2)} DA`;
}

function drawKitchen(): void {
  const [oldest] = waiting.get();
  // By the server's clock: this machine's may be wrong.
  const minutes = Math.floor((office.serverNow() - Date.parse(oldest?.created_at ?? '')) / 60_000);
  find('#kitchen').textContent =
    oldest === undefined
      ? 'Nothing waits.'
      : `${waiting.get().length} tickets wait, the oldest for ${Number.isNaN(minutes) ? '?' : minutes} min`;
}

function drawDevices(): void {
  const rows = devices.get().map(({ id, type, status }) => {
    const row = document.createElement('li');
    row.textContent = `${type ?? 'device'} ${id}: ${status}`;
    return row;
  });
  find('#devices').replaceChildren(...rows);
}

orders.subscribe(drawOrders);
waiting.subscribe(drawKitchen);
devices.subscribe(drawDevices);
setInterval(drawKitchen, 30_000);
office.status.subscribe(({ word, reason }) => find('[role=status]').replaceChildren(`${word} ${reason ?? ''}`));

await office.start();
// What this browser remembers, before the server has said anything.
drawOrders();
drawKitchen();
drawDevices();
