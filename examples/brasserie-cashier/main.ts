// A till that splits a bill: each guest pays a share, exact to the cent, and no guest pays twice.
import { createClient, splitEvenly } from 'heard';
import { brasserie, openCovers, type Bill, type PaymentMethod } from 'heard/contracts/brasserie';
import { indexedDb } from 'heard/storage/indexed-db';
import { socketIo } from 'heard/transports/socket-io';

// Denise’s, as `heard dev` prints it.
const token =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOjQsInJvbGUiOiJjYWlzc2llciIsIm5hbWUiOiJEZW5pc2UifQ.3B6hGkN3MxPFzDy9pwG3y5hy-WucXaeKE0Gqfs4UTEg';

const cashier = createClient(brasserie, {
  role: 'cashier',
  scope: { userId: 4 },
  transport: socketIo({ url: 'http://127.0.0.1:3001' }),
  api: { baseUrl: 'http://127.0.0.1:3001/brasserie' },
  token: () => token,
  storage: indexedDb(),
});

const open = cashier.collection('orders').query({ where: { status: ['sent', 'pending_erp'] }, orderBy: 'table_id' });
const find = (selector: string): Element => document.querySelector(selector) ?? document.body;
const chosen = find('#order') as HTMLSelectElement;
const say = (text: string): void => find('#said').replaceChildren(text);

function drawOrders(): void {
  const { value } = chosen;
  const options = open.get().map(({ id, table_id }) => new Option(`Table ${table_id}, order ${id}`, String(id)));
  chosen.replaceChildren(new Option('choose', ''), ...options);
  chosen.value = options.some((option) => option.value === value) ? value : '';
  void showBill();
}

/** What every terminal has been told of a bill, or what the server says when none was told yet. */
async function showBill(): Promise<void> {
  const id = Number(chosen.value);
  const bill = id === 0 ? undefined : (cashier.collection('bills').row(id) ?? (await cashier.query('bill', { id })));
  if (id !== Number(chosen.value)) return;
  find('#shares').replaceChildren(...(bill === undefined ? [] : shares(id, bill)));
}

function shares(id: number, bill: Bill): readonly HTMLElement[] {
  const stillOpen = openCovers(bill) ?? [];
  return splitEvenly(bill.total, bill.covers).map((amount, index) => {
    const cover = index + 1;
    const row = document.createElement('li');
    row.append(`Guest ${cover}: ${amount.toFixed(2)} € `);
    if (stillOpen.includes(cover)) row.append(payBy('CB', 'Card'), payBy('Espèces', 'Cash'));
    else row.append('paid');
    return row;

    function payBy(method: PaymentMethod, text: string): HTMLElement {
      const button = document.createElement('button');
      button.textContent = text;
      button.addEventListener('click', () => {
        button.disabled = true;
        void pay(id, { cover, amount, method });
      });
      return button;
    }
  });
}

interface Paying {
  readonly cover: number;
  readonly amount: number;
  readonly method: PaymentMethod;
}

async function pay(order_id: number, { cover, amount, method }: Paying): Promise<void> {
  const payment = await cashier.mutate('payment.split', { order_id, cover_number: cover, amount, method });
  const end = await payment.settled;
  if (end.outcome === 'done') say(`Guest ${cover} has paid.`);
  if (end.outcome === 'parked') {
    // Declined, or nobody knows: the contract says which, and what to do. It is never tried again by itself.
    const { explained, mayHaveHappened } = end.parked;
    say(`${explained?.message ?? 'The payment was refused.'} ${explained?.remediation ?? ''}`);
    if (!mayHaveHappened) await cashier.outbox.discard(payment.id);
  }
  await showBill();
}

chosen.addEventListener('change', () => void showBill());
open.subscribe(drawOrders);
cashier.collection('bills').subscribe(() => void showBill());
cashier.status.subscribe(({ word, reason }) => find('[role=status]').replaceChildren(`${word} ${reason ?? ''}`));

await cashier.start();
drawOrders();
