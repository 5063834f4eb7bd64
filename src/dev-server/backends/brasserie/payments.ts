// A bill, and its shares.
import { openCovers, tokenRoles, type Payment, type Share } from '../../../contracts/brasserie/index.ts';
import { share } from '../../../contracts/brasserie/schemas.ts';
import { toMinorUnits } from '../../../contract/money.ts';
import { fieldsOf, oneOf } from '../rest/fields.ts';
import { found, idOf, readInput } from '../rest/input.ts';
import { json, Refused } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import type { Brasserie } from './brasserie.ts';
import type { FullOrder } from './seed.ts';

const cashiers = [tokenRoles.cashier];

export const paymentRoutes = (house: Brasserie): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/orders/{id}/bill',
    to: [],
    answer: ({ params }) => json(200, billOf(house, found(house.orders.get(idOf(params['id'])), 'order'))),
  },
  { method: 'POST', path: '/api/payments/split', to: cashiers, answer: (call) => paySplit(house, call) },
  // Settled, for demonstrations: what the card terminal says to the next card.
  {
    method: 'POST',
    path: '/api/terminal',
    to: cashiers,
    answer({ body }) {
      const next = oneOf(fieldsOf(body), 'next', ['approved', 'declined', 'timeout']);
      house.outside.set({ ...house.outside.get(), nextCard: next });
      return json(200, { next });
    },
  },
];

/** What was paid of it is settled, and an unclear payment is verified by it. */
const billOf = ({ v1 }: Brasserie, { totalCents, covers, items, payments }: FullOrder): object => ({
  total: totalCents / 100,
  covers,
  items,
  ...(!v1 && { payments }),
});

async function paySplit(house: Brasserie, call: KnownCall): Promise<Response> {
  const input = readInput(share, call.body);
  const order = found(house.orders.get(input.order_id), 'order');
  const cents = centsOf(input, order);
  if (order.payments.some((payment) => payment.cover_number === input.cover_number && payment.status === 'paid')) {
    const details = { cover_number: input.cover_number };
    throw new Refused(409, 'already-paid', `Personne ${input.cover_number} déjà payée`, { details });
  }
  const paid = order.payments.reduce((sum, { amount }) => sum + toMinorUnits(amount ?? 0), 0);
  if (paid + cents > order.totalCents) {
    throw new Refused(422, 'too-much', 'That is more than is still to be paid.', {
      details: { open: (order.totalCents - paid) / 100 },
    });
  }
  if (input.method === 'CB') askTerminal(house);

  const payment_id = house.counters.payment.next();
  const payment: Payment = {
    payment_id,
    cover_number: input.cover_number,
    amount: cents / 100,
    method: input.method,
    status: 'paid',
    ...(input.method === 'CB' && { approval_code: `ABC${payment_id}` }),
    paid_at: house.stamps.current(),
  };
  const payments = [...order.payments, payment];
  const open = openCovers({ total: order.totalCents / 100, covers: order.covers, payments }) ?? [];
  const isSettled = open.length === 0;
  const after = found(
    house.orders.patch(order.id, {
      payments,
      ...(isSettled && { status: 'paid_complete', paid_at: payment.paid_at }),
    }),
  );
  await told(...house.tellOrder(after, 'with bill'), ...(isSettled ? freeTable(house, order.table_id) : []));
  return isSettled
    ? json(201, { status: 'order_complete' })
    : json(201, { payment_id, remaining: `${open.length}/${order.covers}` });
}

function centsOf({ amount, cover_number }: Share, { covers }: FullOrder): number {
  if (cover_number > covers) {
    throw new Refused(422, 'no-such-cover', `This bill has ${covers} covers.`, { details: { covers } });
  }
  try {
    return toMinorUnits(amount);
  } catch {
    throw new Refused(422, 'invalid', 'Nobody can pay a fraction of a cent.');
  }
}

/** The document has one answer for both ways to fail; that a server tells them apart is settled. */
function askTerminal({ outside, v1 }: Brasserie): void {
  const { nextCard: said, ...others } = outside.get();
  if (said === 'approved') return;
  outside.set({ ...others, nextCard: 'approved' });
  const details = v1 ? {} : { reason: said === 'declined' ? 'declined' : 'terminal_timeout' };
  throw new Refused(402, 'payment-required', 'Carte refusée', { details });
}

/** Settled: a table is free when all its orders are paid. */
function freeTable(house: Brasserie, tableId: number): readonly Promise<unknown>[] {
  const isOpen = house.orders.rows().some(({ table_id, status }) => table_id === tableId && status !== 'paid_complete');
  const table = isOpen ? undefined : house.tables.patch(tableId, { status: 'free' });
  return table === undefined ? [] : house.tellTable(table);
}
