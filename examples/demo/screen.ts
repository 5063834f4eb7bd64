import type { Health, Status, StatusWord } from 'heard';
import { legalBumps, legalUndos, ticketTimer, type KdsTicket, type TicketStatus } from 'heard/contracts/laravel-pos';

export type Step = 'ready' | 'served' | 'in_preparation';
type How = 'live' | 'caught up';

export interface Screen {
  knows(ticketId: number): boolean;
  put(ticket: KdsTicket): void;
  move(ticketId: number, status: TicketStatus): void;
  /** A step was asked for, or is not any more. The ticket itself moves when the event comes. */
  asked(ticketId: number, to: Step | undefined): void;
  /** How much is not sent yet. */
  waiting(count: number): void;
  /** A ticket was announced. What is live rings; what was missed is only shown. */
  heard(ticket: KdsTicket, how: How): void;
  counts(counts: Health['counts']): void;
  status(status: Status): void;
  say(text: string): void;
  /** A button that cannot be pressed for a while, and says for how long. */
  pause(button: HTMLButtonElement, ms: number): void;
}

const labels: Readonly<Record<Step, string>> = {
  ready: 'Ready',
  served: 'Served',
  in_preparation: 'Back to preparation',
};
const words: Readonly<Record<StatusWord, string>> = {
  offline: 'offline',
  connecting: 'connecting',
  catchingUp: 'catching up',
  live: 'live',
  blocked: 'blocked',
};
const isStep = (status: string): status is Step => status in labels;
const mostChips = 40;

/** Draws tickets and figures. Texts are set as text: nothing from the network is ever read as HTML. */
export function createScreen({ onStep }: { readonly onStep: (ticket: KdsTicket, to: Step) => void }): Screen {
  const tickets = new Map<number, KdsTicket>();
  /** How the ticket came, for those that this page has heard of. */
  const arrivals = new Map<number, How>();
  const ringing = new Set<number>();
  const asked = new Map<number, Step>();
  const list = document.querySelector('main') ?? document.body;
  const chips = document.querySelector('.heard ol');

  const figure = (name: string): HTMLElement | null => document.querySelector(`[data-figure="${name}"]`);
  const show = (name: string, text: string | number): void => figure(name)?.replaceChildren(String(text));

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
    if (ringing.has(ticket.id)) {
      card.classList.add('ringing');
      card.addEventListener('animationend', () => ringing.delete(ticket.id));
    }
    const items = document.createElement('ul');
    for (const { qty, name, modifiers } of ticket.items) {
      const item = element('li', `${qty} × ${name}`);
      if (modifiers?.length) item.append(element('small', modifiers.join(', ')));
      items.append(item);
    }
    const steps = element('div', '', 'steps');
    const onItsWay = asked.get(ticket.id);
    for (const to of [...legalBumps(status), ...legalUndos(status)].filter(isStep)) {
      const button = element('button', labels[to]) as HTMLButtonElement;
      button.disabled = onItsWay !== undefined;
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
    if (onItsWay !== undefined) steps.append(element('p', `“${labels[onItsWay]}” is on its way`, 'late'));
    else if (arrivals.get(ticket.id) === 'caught up') steps.append(element('p', 'caught up', 'late'));
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
    asked(ticketId, to) {
      if (to === undefined) asked.delete(ticketId);
      else asked.set(ticketId, to);
      draw();
    },
    waiting: (count) => show('waiting', count),
    heard(ticket, how) {
      arrivals.set(ticket.id, how);
      if (how === 'live') ringing.add(ticket.id);
      const chip = element('li', `#${ticket.order_id ?? ticket.id}`);
      chip.dataset['how'] = how;
      chip.title = how;
      chips?.append(chip);
      if ((chips?.childElementCount ?? 0) > mostChips) chips?.firstElementChild?.remove();
      const all = [...arrivals.values()];
      show('rung', all.filter((one) => one === 'live').length);
      show('caught-up', all.filter((one) => one === 'caught up').length);
      draw();
    },
    counts({ frames, quarantined, foreign, unknown }) {
      show('frames', frames);
      show('quarantined', quarantined);
      show('foreign', foreign);
      show('unknown', unknown);
    },
    status({ word, reason }) {
      const shown = figure('status');
      if (shown !== null) shown.dataset['word'] = word;
      show('status', words[word]);
      show('reason', reason ?? '');
    },
    say: (text) => show('why', text),
    pause(button, ms) {
      const text = button.textContent;
      const untilMs = performance.now() + ms;
      button.disabled = true;
      const tick = (): void => {
        const leftMs = untilMs - performance.now();
        button.disabled = leftMs > 0;
        button.textContent = leftMs > 0 ? `No Wi-Fi for ${Math.ceil(leftMs / 1_000)} s` : text;
        if (leftMs > 0) setTimeout(tick, 200);
      };
      tick();
    },
  };
}
