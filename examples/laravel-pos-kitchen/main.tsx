// A kitchen display in React: tickets by age, one tap to the next step, a bell for what is new.
import { createClient } from 'heard';
import { laravelPos, type TicketRow } from 'heard/contracts/laravel-pos';
import { createHooks } from 'heard/react';
import { indexedDb } from 'heard/storage/indexed-db';
import { webSocket } from 'heard/transports/websocket';
import { createRoot } from 'react-dom/client';

const { Provider, useCollection, useEvent, useMutation, useOutbox, useStatus, useTicketTimer } = createHooks(
  laravelPos,
  'kds',
);

const createDisplay = () =>
  createClient(laravelPos, {
    role: 'kds',
    scope: { sku: 'pizza-bab-el-oued', deviceId: 21 },
    transport: webSocket({ url: 'ws://127.0.0.1:3001/socket' }),
    api: { baseUrl: 'http://127.0.0.1:3001/laravel-pos' },
    token: () => 'dev-kds',
    // Tickets are there at once after a reload, also without a network.
    storage: indexedDb(),
  });

function Ticket({ ticket }: { readonly ticket: TicketRow }) {
  const bump = useMutation('kds.bump');
  const undo = useMutation('kds.undo');
  const { minutes } = useTicketTimer(ticket.occurred_at ?? ticket.created_at, {
    until: ticket.ready_at,
    every: 'minute',
  });
  const { id: ticketId } = ticket;
  return (
    <article>
      <h2>
        #{ticket.order_id} {minutes} min
      </h2>
      {ticket.items.map(({ name, qty, modifiers }) => (
        <p key={name}>
          {qty} × {name} {modifiers?.join(', ')}
        </p>
      ))}
      {ticket.status === 'ready' ? (
        <>
          <button onClick={() => void bump.mutate({ ticketId, to: 'served' })}>Served</button>
          <button onClick={() => void undo.mutate({ ticketId, to: 'in_preparation' })}>Back</button>
        </>
      ) : (
        <button onClick={() => void bump.mutate({ ticketId, to: 'ready' })}>Ready</button>
      )}
    </article>
  );
}

/** What the server refused. The display shows the ticket as it is; a person says what is to become of the tap. */
function Refused() {
  const { parked, retry, discard } = useOutbox();
  return parked.map(({ id, problem, explained }) => (
    <article key={id} role="alert">
      {explained?.message ?? problem ?? 'The server refused this step.'}
      <button onClick={() => retry(id)}>Again</button>
      <button onClick={() => void discard(id)}>Leave it</button>
    </article>
  ));
}

function Kitchen() {
  const cooking = useCollection('tickets', { where: { status: 'in_preparation' }, orderBy: 'created_at' });
  const ready = useCollection('tickets', { where: { status: 'ready' }, orderBy: 'created_at' });
  const { word, reason } = useStatus();
  const { pending } = useOutbox();
  useEvent('KdsTicketCreated', ({ replayed }) => {
    // What was missed is shown and does not ring.
    if (!replayed) navigator.vibrate?.(200);
  });
  return (
    <>
      <p role="status">
        {word} {reason} {pending.length > 0 && `(${pending.length} to send)`}
      </p>
      <Refused />
      <section aria-label="Cooking">
        {cooking.map((ticket) => (
          <Ticket key={ticket.id} ticket={ticket} />
        ))}
      </section>
      <h1>At the pass</h1>
      <section aria-label="At the pass">
        {ready.map((ticket) => (
          <Ticket key={ticket.id} ticket={ticket} />
        ))}
      </section>
    </>
  );
}

const main = document.querySelector('main');
if (main !== null) {
  createRoot(main).render(
    <Provider create={createDisplay}>
      <Kitchen />
    </Provider>,
  );
}
