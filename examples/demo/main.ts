import { createClient, rowsOf } from 'heard';
import { laravelPos, type KdsTicket, type LaravelPos } from 'heard/contracts/laravel-pos';
import { webSocket } from 'heard/transports/websocket';
import { createScreen, type Step } from './screen.ts';

const scope: LaravelPos['scope'] = { sku: 'pizza-bab-el-oued', deviceId: 42 };
const screen = createScreen({ onStep: (ticket, to) => void send(ticket, to) });

const kds = createClient(laravelPos, {
  role: 'kds',
  scope,
  transport: webSocket({ url: new URL('/socket', location.href.replace(/^http/, 'ws')).href }),
  api: { baseUrl: location.origin },
  // A kitchen is more patient with its server. Here, somebody is watching.
  timing: { connection: { backoffCapMs: 1_000, attemptBurst: 60 } },
});

kds.on('KdsTicketCreated', (event) => {
  screen.put(event.data.ticket);
  screen.heard(event.data.ticket, event.replayed ? 'caught up' : 'live');
});
kds.on('KdsTicketUpdated', ({ data }) => screen.move(data.ticket_id, data.status));
kds.on('*', ({ known, name }) => {
  if (!known) screen.say(`Passed on: the contract has no "${name}".`);
  screen.counts(kds.health().counts);
});

kds.signals.on('quarantined', ({ name, mismatches: [first] }) =>
  screen.say(`Set aside: ${name} does not fit, ${first?.path ?? ''} ${first?.because ?? ''}.`),
);
kds.signals.on('security', ({ name }) => screen.say(`Dropped: this ${name} is another store’s.`));
kds.signals.on('*', () => screen.counts(kds.health().counts));
kds.status.subscribe((status) => screen.status(status));

/** The tickets that were there before this page was. */
async function load(): Promise<void> {
  for (const row of rowsOf(await kds.query('tickets', {}))) {
    // An event may have told more than the list, which was read before it.
    if (!screen.knows(row.id)) screen.put(row);
  }
}

/** Stored first, and sent now or when the Wi-Fi is back. */
async function send({ id: ticketId }: KdsTicket, to: Step): Promise<void> {
  screen.asked(ticketId, to);
  try {
    const { settled } = await (to === 'in_preparation'
      ? kds.mutate('kds.undo', { ticketId, to })
      : kds.mutate('kds.bump', { ticketId, to }));
    const { outcome } = await settled;
    if (outcome === 'parked') screen.say('The server refused this step. It is kept for a person to look at.');
  } catch (error) {
    screen.say(error instanceof Error ? error.message : 'This step cannot be taken.');
  }
  screen.asked(ticketId, undefined);
}
kds.outbox.subscribe(() => screen.waiting(kds.outbox.pending().length));

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-post]')) {
  button.addEventListener('click', () => {
    void fetch(button.dataset['post'] ?? '', { method: 'POST' });
    if (button.dataset['pauseMs'] !== undefined) screen.pause(button, Number(button.dataset['pauseMs']));
  });
}

await kds.start();
await load();
