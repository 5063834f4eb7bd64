import type { TableStage } from '../../../contracts/service-floor/index.ts';
import { fieldsOf, requireNumber, textOf } from '../rest/fields.ts';
import { found } from '../rest/input.ts';
import { json, Refused } from '../rest/problem.ts';
import type { Call, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import type { Floor } from './floor.ts';
import { cancelOrders } from './orders.ts';

/** The steps of a table, from where and to where. */
const steps = {
  activate: { from: ['inactive'], to: 'active', event: 'table:activated' },
  'checkout-start': { from: ['active'], to: 'checkout', event: 'table:checkoutStarted' },
  'checkout-complete': { from: ['checkout'], to: 'inactive', event: 'table:checkoutCompleted' },
  'force-reset': { from: ['inactive', 'active', 'checkout'], to: 'inactive', event: 'table:forceReset' },
} as const satisfies Record<string, { from: readonly TableStage[]; to: TableStage; event: string }>;

type Step = keyof typeof steps;

export const tableRoutes = (floor: Floor): readonly Route[] => [
  ...(Object.keys(steps) as Step[]).map((step): Route => ({
    method: 'POST',
    path: `/tables/{number}/${step}`,
    isOpen: true,
    answer: (call) => take(floor, step, call),
  })),
  { method: 'POST', path: '/service-calls', isOpen: true, answer: (call) => callService(floor, call) },
  { method: 'POST', path: '/service-calls/{id}/handle', isOpen: true, answer: (call) => handle(floor, call) },
];

async function take(floor: Floor, step: Step, { params }: Call): Promise<Response> {
  const { tableNumber, status } = found(floor.tables.get(params['number'] ?? ''), 'table');
  const { from, to, event } = steps[step];
  if (!from.some((stage) => stage === status)) {
    throw new Refused(409, 'illegal-transition', `A table that is "${status}" takes no "${step}".`, {
      details: { current: status, legal: legalFrom(status) },
    });
  }
  const table = found(floor.tables.patch(tableNumber, { status: to }));
  const cancelled = step === 'force-reset' ? cancelOrders(floor, tableNumber) : [];
  await told(...cancelled, floor.emit(event, { tableNumber }));
  return json(200, table);
}

const legalFrom = (status: string | null | undefined): readonly string[] =>
  Object.entries(steps).flatMap(([step, { from }]) => (from.some((stage) => stage === status) ? [step] : []));

/** A table has one open call; calling again says it more loudly. */
async function callService(floor: Floor, { body }: Call): Promise<Response> {
  const fields = fieldsOf(body);
  const { tableNumber } = found(floor.tables.get(requireNumber(fields, 'tableNumber')), 'table');
  const type = textOf(fields, 'type') ?? 'waiter';
  const open = floor.serviceCalls.rows().find((row) => row.tableNumber === tableNumber && row.status === 'pending');
  const call = floor.serviceCalls.put({
    id: open?.id ?? floor.ids.next(),
    tableNumber,
    type,
    status: 'pending',
    createdAt: open?.createdAt ?? floor.stamps.current(),
  });
  await told(floor.emit('serviceCall', call));
  return json(open === undefined ? 201 : 200, call);
}

async function handle(floor: Floor, { params }: Call): Promise<Response> {
  const before = found(floor.serviceCalls.get(params['id'] ?? ''), 'service call');
  if (before.status === 'handled') throw new Refused(409, 'already-there', 'Somebody has seen to it already.');
  const fields = { status: 'handled', handledAt: floor.stamps.current() };
  const call = found(floor.serviceCalls.patch(before.id, fields));
  await told(floor.emit('serviceCallHandled', call));
  return json(200, call);
}
