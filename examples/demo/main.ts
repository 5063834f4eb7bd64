import { createClient, rowsOf } from 'heard';
import { laravelPos, type KdsTicket, type LaravelPos } from 'heard/contracts/laravel-pos';
import { webSocket } from 'heard/transports/websocket';
import { createHouse } from './house.ts';
import { createScreen, type Step } from './screen.ts';

/** The development server, where it says that it is. */
const server = document.querySelector<HTMLMetaElement>('meta[name="heard-server"]')?.content ?? 'http://127.0.0.1:3001';
const house = createHouse(server);

const scope: LaravelPos['scope'] = { sku: 'pizza-bab-el-oued', deviceId: 21 };
const screen = createScreen({ onStep: (ticket, to) => void send(ticket, to) });

const kds = createClient(laravelPos, {
  role: 'kds',
  scope,
  transport: webSocket({ url: `${server.replace(/^http/, 'ws')}/socket` }),
  api: { baseUrl: `${server}/laravel-pos` },
  token: () => 'dev-kds',
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

const misbehave = (how: string): Promise<Response> => fetch(`/misbehave/${how}`, { method: 'POST' });

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-does]')) {
  const { does = '', pauseMs } = button.dataset;
  button.addEventListener('click', () => {
    void (does === 'order' ? house.order() : does === 'cut' ? house.cutTheWifi() : misbehave(does));
    if (pauseMs !== undefined) screen.pause(button, Number(pauseMs));
  });
}

// A page that was reloaded without its Wi-Fi would wait for it in vain.
await house.mend();
await kds.start();
await load();
