// The kiosk: one touch is an order, and a number to wait for.
import type { Order } from 'heard/contracts/laravel-pos';
import type { Device } from '../device.ts';
import { button, element, rowsIn, scrolling } from '../element.ts';
import { meals, menu } from '../menu.ts';
import { texts } from '../texts.ts';
import { frameOf } from './frame.ts';

const said = texts.kiosk;
const priceOf = (id: number): number => menu.find((dish) => dish.id === id)?.cents ?? 0;

export function kioskScreen(kiosk: Device<'kiosk'>): HTMLElement {
  const { client } = kiosk;
  const orders = client.collection('orders');
  const list = scrolling(element('ul', { class: 'rows numbers', label: said.numbers }));

  const tile = ({ name, dishes }: (typeof meals)[number]): HTMLElement => {
    const items = dishes.map((item_id) => ({ item_id, qty: 1 }));
    const price = texts.money(dishes.reduce((sum, id) => sum + priceOf(id), 0));
    const made = button('', () => void client.mutate('order.create', { channel: 'kiosk', items }), {
      class: 'meal',
    });
    made.append(element('span', {}, name), ' ', element('small', {}, price));
    return made;
  };

  const own = orders.query({ where: { channel: 'kiosk' }, orderBy: '-created_at', limit: 8 });
  const show = rowsIn<Order>(list, {
    keyOf: ({ client_order_id, id }) => client_order_id ?? String(id),
    draw: (order) =>
      element(
        'li',
        { data: { order: String(order.id), status: order.status ?? '' } },
        element('strong', {}, order.number ?? '…'),
        element('span', { class: 'step' }, order.number == null ? said.waiting : texts.step(order.status)),
      ),
    none: said.none,
  });
  own.subscribe(show);
  show(own.get());

  const choices = element('div', { class: 'meals', role: 'group', label: said.choose }, ...meals.map(tile));
  return frameOf(kiosk, element('h3', {}, said.choose), choices, element('h3', {}, said.numbers), list);
}
