// The kitchen display. A touch shows at once, marked as on its way; what the server refuses is taken back and said.
import { legalBumps, legalUndos, ticketTimer, type TicketRow } from 'heard/contracts/laravel-pos';
import type { Device } from '../device.ts';
import { button, element, rowsIn, scrolling } from '../element.ts';
import { texts } from '../texts.ts';
import { frameOf } from './frame.ts';

const said = texts.kitchen;
type Step = keyof typeof said.steps;
const isStep = (status: string): status is Step => status in said.steps;
const agesEveryMs = 10_000;

export function kitchenScreen(kds: Device<'kds'>): HTMLElement {
  const { client } = kds;
  const tickets = client.collection('tickets');
  const list = scrolling(element('ul', { class: 'tickets', label: said.tickets }));
  const refused = new Set<number>();
  /** Not stored on this screen yet, which takes some milliseconds: a reload right now would lose it. */
  const unkept = new Set<number>();

  async function take(ticketId: number, to: Step): Promise<void> {
    refused.delete(ticketId);
    unkept.add(ticketId);
    const taken =
      to === 'in_preparation'
        ? client.mutate('kds.undo', { ticketId, to })
        : client.mutate('kds.bump', { ticketId, to });
    const { settled } = await taken.finally(() => unkept.delete(ticketId));
    showOpen();
    const { outcome } = await settled;
    if (outcome === 'parked') refused.add(ticketId);
    showOpen();
  }

  const ageOf = (ticket: TicketRow): string => {
    const ms = ticketTimer(ticket, { deviceNow: client.serverNow(), serverOffsetMs: 0 }) ?? 0;
    return said.minutes(Math.floor(ms / 60_000));
  };

  function draw(ticket: TicketRow): HTMLElement {
    const status = ticket.status ?? 'in_preparation';
    const isWaiting = tickets.waiting(ticket.id).length > 0;
    const steps = [...legalBumps(status), ...legalUndos(status)].filter(isStep).map((to, index) =>
      button(said.steps[to], () => void take(ticket.id, to), {
        class: index === 0 ? 'primary' : '',
        label: said.does(said.steps[to], ticket.order_id ?? ticket.id),
        data: { focus: `${ticket.id} ${index}` },
      }),
    );
    const items = ticket.items.map(({ qty, name, modifiers }) =>
      element('li', {}, `${qty} × ${name}`, modifiers?.length ? element('small', {}, modifiers.join(', ')) : undefined),
    );
    const note = isWaiting
      ? unkept.has(ticket.id)
        ? said.keeping
        : texts.onItsWay
      : refused.has(ticket.id)
        ? said.refused
        : '';
    return element(
      'li',
      { class: 'ticket', data: { ticket: String(ticket.id), status, order: String(ticket.order_id ?? '') } },
      element(
        'div',
        { class: 'head' },
        element('h3', {}, said.ticket(ticket.order_id ?? ticket.id)),
        element('span', { class: 'age' }, ageOf(ticket)),
      ),
      element('p', { class: 'step' }, texts.step(status)),
      element('ul', { class: 'items' }, ...items),
      note === '' ? undefined : element('p', { class: isWaiting ? 'waiting' : 'refused' }, note),
      element('div', { class: 'steps' }, ...steps),
    );
  }

  const open = tickets.query({ where: { status: ['in_preparation', 'ready'] } });
  const show = rowsIn<TicketRow>(list, {
    keyOf: ({ id }) => String(id),
    draw,
    none: said.none,
    besides: (ticket) =>
      `${tickets.waiting(ticket.id).length} ${refused.has(ticket.id)} ${unkept.has(ticket.id)} ${ageOf(ticket)}`,
  });
  const showOpen = (): void => show(open.get());
  open.subscribe(showOpen);
  client.outbox.subscribe(showOpen);
  setInterval(showOpen, agesEveryMs);
  showOpen();
  // Who follows who is there, is there: the office sees this screen.
  client.presence('presence').subscribe(() => undefined);

  return frameOf(kds, list);
}
