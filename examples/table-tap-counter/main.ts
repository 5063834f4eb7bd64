// A café's counter with RxJS, as an Angular app would have it: tables and events are observables. Over Socket.IO.
import { createClient } from 'heard';
import { tableTap, type Order, type OrderStep } from 'heard/contracts/table-tap';
import { socketIo } from 'heard/transports/socket-io';
import {
  combineLatest,
  concatMap,
  distinctUntilChanged,
  filter,
  from,
  fromEvent,
  map,
  merge,
  Observable,
  of,
  switchMap,
  timer,
} from 'rxjs';

const here = 'Counter 1';
const counter = createClient(tableTap, {
  role: 'counter',
  scope: { cafeId: 'cafe-central', userId: 'user-jane', counter: here },
  transport: socketIo({ url: 'http://127.0.0.1:3001' }),
  api: { baseUrl: 'http://127.0.0.1:3001/table-tap' },
  token: () => 'dev-jane',
});

/** What can be looked at and followed, as RxJS has it: a value now, and each later one. */
const fromReadable = <Value>(source: {
  get(): Value;
  subscribe(listener: (value: Value) => void): () => void;
}): Observable<Value> =>
  new Observable((subscriber) => {
    subscriber.next(source.get());
    return source.subscribe((value) => subscriber.next(value));
  });

const orders = counter.collection('orders');
const own$ = fromReadable(
  orders.query({
    where: { assigned_counter: here, status: ['pending', 'preparing', 'ready'] },
    orderBy: 'created_at',
  }),
);
const status$ = fromReadable(counter.status).pipe(map(({ word, reason }) => `${word} ${reason ?? ''}`));

/** A new order is called out for five seconds; what was missed during an outage is not called out. */
const call$ = merge(
  from(counter.observe('order:created')).pipe(
    filter(({ data: { order } }) => order.assigned_counter === here),
    map(({ replayed, data: { order } }) => ({ replayed, text: `New: ${order.order_number ?? order.id}` })),
  ),
  from(counter.observe('order:assigned_counter')).pipe(
    filter(({ data }) => data.new_counter === here),
    map(({ replayed, data }) => ({ replayed, text: `Now ours: ${data.order_number ?? data.order_id}` })),
  ),
).pipe(
  filter(({ replayed }) => !replayed),
  switchMap(({ text }) => merge(of(text), timer(5_000).pipe(map(() => '')))),
);

const find = (selector: string): Element => document.querySelector(selector) ?? document.body;
const nextOf = new Map<Order['status'], OrderStep['status']>([
  ['pending', 'preparing'],
  ['preparing', 'ready'],
  ['ready', 'completed'],
]);

function item(order: Order): HTMLElement {
  const dishes = order.items?.map(({ quantity, product_name }) => `${quantity} × ${product_name}`) ?? [];
  const row = document.createElement('li');
  row.textContent = `${order.order_number ?? order.id} ${order.status}: ${dishes.join(', ')} `;
  const button = document.createElement('button');
  button.textContent = nextOf.get(order.status) ?? '';
  button.value = order.id;
  row.append(button);
  return row;
}

own$.subscribe((rows) => find('#orders').replaceChildren(...rows.map(item)));
call$.subscribe((text) => find('#call').replaceChildren(text));
combineLatest([status$, own$])
  .pipe(
    map(([status, rows]) => `${status}, ${rows.length} orders`),
    distinctUntilChanged(),
  )
  .subscribe((text) => find('[role=status]').replaceChildren(text));

fromEvent(find('#orders'), 'click')
  .pipe(
    map(({ target }) => (target instanceof HTMLButtonElement ? orders.row(target.value) : undefined)),
    map((order) => ({ order_id: order?.id ?? '', status: nextOf.get(order?.status ?? '') })),
    filter((step): step is OrderStep => step.status !== undefined),
    concatMap((step) => counter.mutate('order.updateStatus', step)),
  )
  .subscribe();

await counter.start();
