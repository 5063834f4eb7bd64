import { createDecoder, foreignTo, mutationRequest, type Frame } from 'heard';
import { laravelPos, type KdsTicket, type LaravelPos } from 'heard/contracts/laravel-pos';
import { createScreen } from './screen.ts';

const scope: LaravelPos['scope'] = { sku: 'pizza-bab-el-oued', deviceId: 42 };
const decode = createDecoder(laravelPos);
const screen = createScreen({ onStep: (ticket, step) => void send(ticket, step) });

const socket = new WebSocket(new URL('/socket', location.href.replace(/^http/, 'ws')));
socket.addEventListener('open', () => {
  screen.status('connected');
  void load();
});
socket.addEventListener('close', () => screen.status('disconnected'));
socket.addEventListener('message', ({ data }) => receive(JSON.parse(String(data)) as Frame));

/** The tickets that were there before this page was. */
async function load(): Promise<void> {
  const tickets = laravelPos.resources.get('tickets');
  if (tickets === undefined) return;
  const response = await fetch(tickets.path);
  const page = tickets.page(await response.json());
  for (const row of (page?.rows ?? []) as readonly KdsTicket[]) {
    // An event may have told more than the list, which was read before it.
    if (!screen.knows(row.id)) screen.put(row);
  }
}

/** What the contract makes of a frame: the four kinds, and the guard against another store's events. */
function receive(frame: Frame): void {
  const decoded = decode(frame);
  if (decoded.kind === 'invalid') {
    const [first] = decoded.mismatches;
    screen.count('quarantined', first === undefined ? decoded.because : `${first.path}: ${first.because}`);
  } else if (decoded.kind === 'unknown') {
    screen.count('unknown', `"${decoded.event.name}" is not in the contract`);
  } else if (decoded.kind === 'event') {
    const { event } = decoded;
    const foreign = foreignTo(laravelPos, scope, event);
    if (foreign !== undefined) {
      screen.count('foreign', `expected ${foreign.expected}, got ${foreign.got}`);
      return;
    }
    screen.count('event');
    if (event.name === 'KdsTicketCreated') screen.put(event.data.ticket);
    else if (event.name === 'KdsTicketUpdated') screen.move(event.data.ticket_id, event.data.status);
  }
}

/** Sends a step as the contract spells it. The screen changes when the event comes back. */
async function send(ticket: KdsTicket, to: 'ready' | 'served' | 'in_preparation'): Promise<void> {
  const mutation = laravelPos.mutations.get(to === 'in_preparation' ? 'kds.undo' : 'kds.bump');
  if (mutation?.carrier.kind !== 'http') return;
  const context = { mutationId: crypto.randomUUID(), createdAt: Date.now(), scope };
  const { method, path, body } = mutationRequest(mutation.carrier, { ticketId: ticket.id, to }, context);
  const response = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) screen.say(`The server refused: ${response.status}`);
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-post]')) {
  button.addEventListener('click', () => void fetch(button.dataset['post'] ?? '', { method: 'POST' }));
}
