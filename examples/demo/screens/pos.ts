// The till: a basket that becomes an order, the orders of the day, and receipts that are printed again.
import type { Order } from 'heard/contracts/laravel-pos';
import type { Device } from '../device.ts';
import { button, element, rowsIn, scrolling } from '../element.ts';
import { menu, type Dish } from '../menu.ts';
import { texts } from '../texts.ts';
import { frameOf } from './frame.ts';

const said = texts.pos;

export function posScreen(pos: Device<'pos'>): HTMLElement {
  const { client } = pos;
  const orders = client.collection('orders');
  const printJobs = client.collection('printJobs');
  const basket = new Map<number, number>();

  const lines = element('p', { class: 'basket' });
  const send = button(said.send, () => void order(), { class: 'primary', data: { does: 'send' } });
  const list = scrolling(element('ul', { class: 'rows', label: said.orders }));

  function showBasket(): void {
    const chosen = menu.filter(({ id }) => basket.has(id));
    const words = chosen.map(({ id, name }) => said.line(basket.get(id) ?? 0, name));
    lines.textContent = words.length === 0 ? said.emptyBasket : words.join(', ');
    lines.classList.toggle('empty', words.length === 0);
    send.disabled = words.length === 0;
  }

  /** The basket is emptied when the order is stored on the till: from then on neither a reload nor an outage can lose it. */
  async function order(): Promise<void> {
    const items = Array.from(basket, ([item_id, qty]) => ({ item_id, qty }));
    send.disabled = true;
    try {
      await client.mutate('order.create', { channel: 'pos', items });
      basket.clear();
    } finally {
      showBasket();
    }
  }

  const dishButton = ({ id, name, cents }: Dish): HTMLElement => {
    const dish = button('', () => {
      basket.set(id, (basket.get(id) ?? 0) + 1);
      showBasket();
    });
    dish.append(element('span', {}, name), ' ', element('small', {}, texts.money(cents)));
    return dish;
  };

  const jobOf = (order: Order) => printJobs.get().find(({ order_id }) => order_id === order.id);
  const canReprint = (order: Order): boolean => ['completed', 'failed'].includes(jobOf(order)?.status ?? '');

  function draw(order: Order): HTMLElement {
    const number = order.number ?? said.unnumbered;
    const isWaiting = orders.waiting(order.id).length > 0;
    const job = jobOf(order);
    const reprint = button(said.reprintShort, () => job && void client.mutate('print.retry', { printJobId: job.id }), {
      label: said.reprint(number),
      data: { focus: `reprint ${order.id}` },
    });
    return element(
      'li',
      { data: { order: String(order.id), status: order.status ?? '', ...(isWaiting && { waiting: 'yes' }) } },
      element('strong', {}, number),
      element('span', { class: 'step' }, isWaiting ? texts.onItsWay : texts.step(order.status)),
      canReprint(order)
        ? reprint
        : element('span', {}, order.totals_cents ? texts.money(order.totals_cents.total) : ''),
    );
  }

  const newest = orders.query({ orderBy: '-created_at', limit: 12 });
  const show = rowsIn<Order>(list, {
    keyOf: ({ client_order_id, id }) => client_order_id ?? String(id),
    draw,
    none: said.noOrders,
    besides: (order) => `${orders.waiting(order.id).length} ${jobOf(order)?.status}`,
  });
  const showOrders = (): void => show(newest.get());
  newest.subscribe(showOrders);
  printJobs.subscribe(showOrders);
  client.outbox.subscribe(showOrders);
  showOrders();
  showBasket();

  const dishes = element('div', { class: 'dishes', role: 'group', label: said.menu }, ...menu.map(dishButton));
  return frameOf(pos, dishes, lines, send, element('h3', {}, said.orders), list);
}
