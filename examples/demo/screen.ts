import { legalBumps, legalUndos, ticketTimer, type KdsTicket, type TicketStatus } from 'heard/contracts/laravel-pos';

type Figure = 'event' | 'quarantined' | 'foreign' | 'unknown';
type Step = 'ready' | 'served' | 'in_preparation';

export interface Screen {
  knows(ticketId: number): boolean;
  put(ticket: KdsTicket): void;
  move(ticketId: number, status: TicketStatus): void;
  count(figure: Figure, why?: string): void;
  status(text: string): void;
  say(text: string): void;
}

const labels: Readonly<Record<Step, string>> = {
  ready: 'Ready',
  served: 'Served',
  in_preparation: 'Back to preparation',
};
const isStep = (status: string): status is Step => status in labels;

/** Draws tickets and figures. Texts are set as text: nothing from the network is ever read as HTML. */
export function createScreen({ onStep }: { readonly onStep: (ticket: KdsTicket, to: Step) => void }): Screen {
  const tickets = new Map<number, KdsTicket>();
  const list = document.querySelector('main') ?? document.body;

  const figure = (name: string): Element | null => document.querySelector(`[data-figure="${name}"]`);
  const say = (text: string): void => figure('why')?.replaceChildren(text);

  function element(tag: string, text: string, className = ''): HTMLElement {
    const made = document.createElement(tag);
    made.textContent = text;
    made.className = className;
    return made;
  }

  function cardOf(ticket: KdsTicket): HTMLElement {
    const card = document.createElement('article');
    const status = ticket.status ?? 'in_preparation';
    card.dataset['status'] = status;
    const items = document.createElement('ul');
    for (const { qty, name, modifiers } of ticket.items) {
      const item = element('li', `${qty} × ${name}`);
      if (modifiers?.length) item.append(element('small', modifiers.join(', ')));
      items.append(item);
    }
    const steps = element('div', '', 'steps');
    for (const to of [...legalBumps(status), ...legalUndos(status)].filter(isStep)) {
      const button = element('button', labels[to]) as HTMLButtonElement;
      button.type = 'button';
      button.addEventListener('click', () => onStep(ticket, to));
      steps.append(button);
    }
    const minutes = Math.floor((ticketTimer(ticket, { deviceNow: Date.now(), serverOffsetMs: 0 }) ?? 0) / 60_000);
    const head = element('div', '', 'head');
    head.append(
      element('h2', `#${ticket.order_id ?? ticket.id}`),
      element('p', status.replace('_', ' '), 'state'),
      element('p', `${minutes} min`, 'age'),
    );
    card.append(head, items, steps);
    return card;
  }

  function draw(): void {
    const open = [...tickets.values()].filter(({ status }) => status !== 'served' && status !== 'delivered');
    list.replaceChildren(...open.map(cardOf));
    if (open.length === 0) list.append(element('p', 'No tickets. Take an order.', 'empty'));
  }

  draw();
  setInterval(draw, 15_000);
  return {
    knows: (ticketId) => tickets.has(ticketId),
    put(ticket) {
      tickets.set(ticket.id, ticket);
      draw();
    },
    move(ticketId, status) {
      const known = tickets.get(ticketId);
      if (known !== undefined) tickets.set(ticketId, { ...known, status });
      draw();
    },
    count(name, why) {
      const shown = figure(name);
      shown?.replaceChildren(String(Number(shown.textContent) + 1));
      if (why !== undefined) say(`${name}: ${why}`);
    },
    status: (text) => figure('status')?.replaceChildren(text),
    say,
  };
}
