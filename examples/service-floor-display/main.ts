// A terminal on the wall of a restaurant: which tables are taken, what was ordered, and who calls.
import { createClient } from 'heard';
import { isFinished, isHandled, serviceFloor, tableStage } from 'heard/contracts/service-floor';
import { socketIo } from 'heard/transports/socket-io';

const server = process.env['HEARD_SERVER'] ?? 'http://127.0.0.1:3001';

const floor = createClient(serviceFloor, {
  role: 'floor',
  scope: {},
  transport: socketIo({ url: server }),
  api: { baseUrl: `${server}/service-floor` },
});

const tables = floor.collection('tables').query({ orderBy: 'tableNumber' });
const openOrders = floor.collection('orders').query({ where: (order) => !isFinished(order) });
const openCalls = floor.collection('serviceCalls').query({ where: (call) => !isHandled(call), orderBy: 'createdAt' });
const pinned = floor.collection('messages').query({ where: { pinned: true } });
const marks = { inactive: '·', active: '●', checkout: '€' };

function draw(): void {
  const { word, reason } = floor.status.get();
  const lines = [
    `${word}${reason === undefined ? '' : `: ${reason}`}`,
    ...tables.get().map((table) => {
      const orders = openOrders.get().filter(({ tableNumber }) => tableNumber === table.tableNumber);
      const dishes = orders.flatMap(({ items }) => items ?? []).map(({ quantity, name }) => `${quantity} × ${name}`);
      return `${marks[tableStage(table) ?? 'inactive']} table ${table.tableNumber}  ${dishes.join(', ')}`;
    }),
    ...openCalls.get().map(({ tableNumber, type }) => `! table ${tableNumber} calls: ${type ?? 'waiter'}`),
    ...pinned.get().map(({ author, content }) => `${author ?? ''}: ${content ?? ''}`),
  ];
  if (process.stdout.isTTY) console.clear();
  console.log(`${lines.join('\n')}\n`);
}

for (const shown of [floor.status, tables, openOrders, openCalls, pinned]) shown.subscribe(draw);
// A bell for what happens now. What happened during an outage is shown, and rings for nobody.
floor.on('serviceCall', ({ replayed }) => {
  if (!replayed && process.stdout.isTTY) process.stdout.write('\u0007');
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void floor.stop());
await floor.start();
