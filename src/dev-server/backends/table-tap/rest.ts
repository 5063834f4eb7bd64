// The lists that the contract settles, and what a demonstration needs to make every event happen. Settled as a whole.
import type { Caller } from '../../backend.ts';
import { fieldsOf, flagOf, numberOf, oneOf, requireNumber, requireText, textOf } from '../rest/fields.ts';
import { found } from '../rest/input.ts';
import { empty, json, Refused } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import { listAnswer } from '../rows/list.ts';
import type { Table } from '../rows/table.ts';
import { told } from '../tell.ts';
import { personOf, type Cafe } from './cafe.ts';
import { assignCounter, recount, setStatus, statuses, takeOrder } from './orders.ts';
import type { FullOrder } from './seed.ts';
import { changeStock } from './stock.ts';
import { employees } from './tokens.ts';

const updaters = ['order.update'];
const managers = ['cafe.manage'];

export const restRoutes = (cafe: Cafe): readonly Route[] => [
  listRoute(cafe, '/orders', cafe.orders),
  listRoute(cafe, '/inventory', cafe.inventory),
  listRoute(cafe, '/counters', cafe.counters),
  { method: 'POST', path: '/orders', to: updaters, answer: (call) => postOrder(cafe, call) },
  { method: 'POST', path: '/orders/{id}/status', to: updaters, answer: (call) => postStatus(cafe, call) },
  { method: 'POST', path: '/orders/{id}/counter', to: updaters, answer: (call) => postCounter(cafe, call) },
  { method: 'DELETE', path: '/orders/{id}', to: managers, answer: (call) => deleteOrder(cafe, call) },
  { method: 'POST', path: '/orders/{id}/payments', to: ['payment.take'], answer: (call) => postPayment(cafe, call) },
  {
    method: 'POST',
    path: '/inventory/{id}/changes',
    to: ['inventory.update'],
    answer: (call) => postChange(cafe, call),
  },
  { method: 'POST', path: '/counters/{id}/status', to: managers, answer: (call) => postCounterStatus(cafe, call) },
  { method: 'POST', path: '/employees/clock-in', to: [], answer: (call) => clockIn(cafe, call.caller) },
  { method: 'POST', path: '/employees/clock-out', to: [], answer: (call) => clockOut(cafe, call.caller) },
  { method: 'POST', path: '/employees/drinks', to: [], answer: (call) => drink(cafe, call) },
  { method: 'PATCH', path: '/settings', to: managers, answer: (call) => changeSettings(cafe, call) },
];

function listRoute<Row extends { readonly updated_at?: string | null | undefined }>(
  cafe: Cafe,
  path: string,
  table: Table<Row>,
): Route {
  return {
    method: 'GET',
    path,
    to: [],
    answer({ search, caller }) {
      if (search.get('cafe_id') !== String(caller.scope['cafeId'])) {
        throw new Refused(403, 'forbidden', 'This token is for another café.');
      }
      const stampOf = ({ updated_at }: Row): string => updated_at ?? '';
      const watermark = { asOf: cafe.stamps.current() };
      return json(200, listAnswer({ table, stampOf, search, watermark, v1: cafe.v1 }));
    },
  };
}

const orderOf = (cafe: Cafe, { params }: KnownCall): FullOrder => found(cafe.orders.get(params['id'] ?? ''), 'order');

async function postOrder(cafe: Cafe, { body, caller }: KnownCall): Promise<Response> {
  const { order, telling } = takeOrder(cafe, fieldsOf(body), caller);
  await told(...telling);
  return json(201, { data: order });
}

async function postStatus(cafe: Cafe, call: KnownCall): Promise<Response> {
  const order = orderOf(cafe, call);
  const fields = fieldsOf(call.body);
  const to = oneOf(fields, 'status', statuses);
  await told(...setStatus(cafe, order, to, call.caller, textOf(fields, 'notes')).telling);
  return json(200, { data: orderOf(cafe, call) });
}

async function postCounter(cafe: Cafe, call: KnownCall): Promise<Response> {
  const order = orderOf(cafe, call);
  const fields = fieldsOf(call.body);
  const { counter_name } = found(cafe.counters.get(requireText(fields, 'counter')), 'counter');
  await told(...assignCounter(cafe, order, counter_name, call.caller, textOf(fields, 'reason')).telling);
  return json(200, { data: orderOf(cafe, call) });
}

function deleteOrder(cafe: Cafe, call: KnownCall): Response {
  cafe.orders.remove(orderOf(cafe, call).id);
  recount(cafe);
  return empty();
}

/** A card that is taken or, where that is asked for, declined; or a code that the customer's phone reads. */
async function postPayment(cafe: Cafe, call: KnownCall): Promise<Response> {
  const { id: order_id, totals } = orderOf(cafe, call);
  const fields = fieldsOf(call.body);
  const amount = numberOf(fields, 'amount') ?? totals?.total_amount ?? 0;
  const transaction_id = `txn_${crypto.randomUUID()}`;
  if (oneOf(fields, 'method', ['card', 'qr']) === 'qr') {
    const qr_code_data = `payment://cafe.example.test/pay?id=${order_id}&amount=${amount}`;
    await told(cafe.emit('qr:generated', { order_id, qr_code_id: transaction_id, qr_code_data, amount }));
    return json(201, { qr_code_data });
  }
  const attempt = { order_id, transaction_id, payment_method: 'card', amount, provider: 'payconic' };
  const processing = cafe.emit('payment:processing', { ...attempt, status: 'processing' });
  if (flagOf(fields, 'decline') === true) {
    const error = { error_code: 'insufficient_funds', error_message: 'Card declined due to insufficient funds' };
    await told(processing, cafe.emit('payment:failed', { ...attempt, ...error, retry_allowed: true }));
    return json(402, { transaction_id, ...error });
  }
  const completed_at = cafe.stamps.current();
  await told(
    processing,
    cafe.emit('payment:completed', { ...attempt, fee_amount: 0, net_amount: amount, completed_at }),
  );
  return json(201, { transaction_id, completed_at });
}

async function postChange(cafe: Cafe, { params, body, caller }: KnownCall): Promise<Response> {
  const row = found(cafe.inventory.get(params['id'] ?? ''), 'product');
  const fields = fieldsOf(body);
  const change_type = oneOf(fields, 'change_type', ['sale', 'purchase', 'adjustment', 'waste']);
  const why = { change_type, updated_by: { id: caller.id } };
  await told(...changeStock(cafe, row, requireNumber(fields, 'change_amount'), why));
  return json(200, { data: found(cafe.inventory.get(row.product_id)) });
}

/** The orders of a counter that closes go to another one. */
async function postCounterStatus(cafe: Cafe, { params, body, caller }: KnownCall): Promise<Response> {
  const before = found(cafe.counters.get(params['id'] ?? ''), 'counter');
  const fields = fieldsOf(body);
  const status = oneOf(fields, 'status', ['active', 'inactive']);
  const reason = textOf(fields, 'reason');
  if (status === before.status) return json(200, { data: before });
  const counter = found(cafe.counters.patch(before.counter_name, { status }));
  const { counter_name, active_orders_count } = counter;
  const other = cafe.counters.rows().find((row) => row.status === 'active' && row.counter_name !== counter_name);
  const moving = status === 'active' || other === undefined ? [] : openAt(cafe, counter_name);
  await told(
    cafe.emit('counter:status_changed', {
      counter_name,
      previous_status: before.status,
      new_status: status,
      changed_by: personOf(caller),
      ...(reason !== undefined && { reason }),
      active_orders_count,
      ...(moving.length > 0 && { orders_reassigned_to: other?.counter_name }),
    }),
    ...moving.flatMap((order) => assignCounter(cafe, order, other?.counter_name ?? '', caller, reason).telling),
  );
  return json(200, { data: found(cafe.counters.get(counter_name)) });
}

const openAt = (cafe: Cafe, counter: string): readonly FullOrder[] =>
  cafe.orders
    .rows()
    .filter(
      ({ assigned_counter, status }) => assigned_counter === counter && !['completed', 'cancelled'].includes(status),
    );

async function clockIn(cafe: Cafe, { id: user_id }: Caller): Promise<Response> {
  const { [user_id]: there, ...others } = cafe.clockedIn.get();
  if (there !== undefined) throw new Refused(409, 'already-there', 'You are at work already.');
  const clock_in_time = cafe.stamps.next();
  cafe.clockedIn.set({ ...others, [user_id]: clock_in_time });
  await told(cafe.emit('employee:clocked_in', { user_id, employee_name: nameOf(user_id), clock_in_time }));
  return json(201, { clock_in_time });
}

async function clockOut(cafe: Cafe, { id: user_id }: Caller): Promise<Response> {
  const { [user_id]: since, ...others } = cafe.clockedIn.get();
  if (since === undefined) throw new Refused(409, 'not-there', 'You are not at work.');
  cafe.clockedIn.set(others);
  const clock_out_time = cafe.stamps.next();
  const total_hours = Number(((Date.parse(clock_out_time) - Date.parse(since)) / 3_600_000).toFixed(2));
  const data = { user_id, employee_name: nameOf(user_id), clock_out_time, total_hours, break_duration_minutes: 0 };
  await told(cafe.emit('employee:clocked_out', data));
  return json(201, { clock_out_time, total_hours });
}

const drinksPerMonth = 20;

async function drink(cafe: Cafe, { body, caller: { id: user_id } }: KnownCall): Promise<Response> {
  const product_name = requireText(fieldsOf(body), 'product_name');
  const drinks = cafe.drinks.get();
  const monthly_count = (drinks[user_id] ?? 0) + 1;
  cafe.drinks.set({ ...drinks, [user_id]: monthly_count });
  const remaining_allowance = Math.max(0, drinksPerMonth - monthly_count);
  const data = {
    user_id,
    employee_name: nameOf(user_id),
    product_name,
    quantity: 1,
    counted_against_allowance: true,
    monthly_count,
    monthly_limit: drinksPerMonth,
    remaining_allowance,
  };
  await told(cafe.emit('employee:drink_consumed', data));
  return json(201, { monthly_count, remaining_allowance });
}

const nameOf = (id: string): string => employees.get(id)?.name ?? id;

async function changeSettings(cafe: Cafe, { body, caller }: KnownCall): Promise<Response> {
  const next = numberOf(fieldsOf(body), 'prep_time_minutes');
  if (next === undefined) throw new Refused(422, 'invalid', 'What can be changed here is "prep_time_minutes".');
  const before = cafe.settings.get();
  const settings = { ...before, prep_time_minutes: next };
  const changes = { prep_time_minutes: { previous: Number(before['prep_time_minutes']), new: next } };
  cafe.settings.set(settings);
  await told(cafe.emit('cafe:settings_updated', { updated_by: personOf(caller), changes }));
  return json(200, settings);
}
