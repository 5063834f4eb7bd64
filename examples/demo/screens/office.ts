// The back office: the day in numbers, and what waits for a person.
import type { ParkedMutation } from 'heard';
import type { AnyDevice, Device } from '../device.ts';
import { button, element, rowsIn, scrolling } from '../element.ts';
import { roleOf } from '../roster.ts';
import { texts } from '../texts.ts';
import { frameOf } from './frame.ts';

const said = texts.office;

interface Refused {
  readonly device: AnyDevice;
  readonly parked: ParkedMutation;
}

/** What was refused is kept by the device that asked for it. This page has them all, so the office can decide for each. */
export function officeScreen(office: Device<'back-office'>, everybody: readonly AnyDevice[]): HTMLElement {
  const { client } = office;
  const orders = client.collection('orders');
  const open = client.collection('tickets').query({ where: { status: ['in_preparation', 'ready'] } });

  const figure = (name: string): HTMLElement => element('dd', { data: { total: name } }, '0');
  const [count, turnover, cooking] = [figure('orders'), figure('turnover'), figure('cooking')];
  const screens = element('p', { class: 'kitchen-screens', role: 'status' });
  const statuses = element('ul', { class: 'statuses', label: said.statuses });
  const list = scrolling(element('ul', { class: 'parked', label: said.person }));

  function showTotals(): void {
    const all = orders.get();
    count.textContent = String(all.length);
    turnover.textContent = texts.money(all.reduce((sum, { totals_cents }) => sum + (totals_cents?.total ?? 0), 0));
    cooking.textContent = String(open.get().length);
    const byStatus = new Map<string, number>();
    for (const { status } of all) byStatus.set(texts.step(status), (byStatus.get(texts.step(status)) ?? 0) + 1);
    statuses.replaceChildren(
      ...Array.from(byStatus, ([status, many]) => element('li', {}, element('strong', {}, String(many)), ` ${status}`)),
    );
  }

  const presence = client.presence('presence');
  function showScreens(): void {
    const { members, me, current } = presence.get();
    const others = members?.filter(({ id }) => id !== me?.id);
    screens.textContent = said.screens(
      others?.map(({ id }) => roleOf(id)),
      current,
    );
  }

  const show = rowsIn<Refused>(list, {
    keyOf: ({ parked }) => parked.id,
    draw: ({ device: { role, client }, parked: { id, name, status, mayHaveHappened } }) =>
      element(
        'li',
        { data: { parked: name } },
        element('strong', {}, said.parked(role, name)),
        element('span', {}, said.because(status, mayHaveHappened)),
        element(
          'div',
          { class: 'steps' },
          button(said.retry, () => void client.outbox.retry(id), { class: 'primary', data: { focus: `retry ${id}` } }),
          button(said.discard, () => void client.outbox.discard(id), { data: { focus: `discard ${id}` } }),
        ),
      ),
    none: said.nothing,
  });
  const showParked = (): void =>
    show(everybody.flatMap((device) => device.client.outbox.parked().map((parked) => ({ device, parked }))));

  presence.subscribe(showScreens);
  orders.subscribe(showTotals);
  open.subscribe(showTotals);
  for (const { client } of everybody) {
    client.outbox.subscribe(showParked);
    // What was refused before a reload is known when the device has started.
    client.status.subscribe(showParked);
  }
  showScreens();
  showTotals();
  showParked();

  return frameOf(
    office,
    element(
      'dl',
      { class: 'totals' },
      element('div', {}, element('dt', {}, said.orders), count),
      element('div', {}, element('dt', {}, said.turnover), turnover),
      element('div', {}, element('dt', {}, said.cooking), cooking),
    ),
    screens,
    statuses,
    element('h3', {}, said.person),
    list,
  );
}
