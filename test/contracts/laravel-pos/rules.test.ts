import { describe, expect, test } from 'vitest';
import {
  createDecoder,
  joinedAtStart,
  mutationRequest,
  queryRequest,
  wireName,
  type AnswerMeaning,
  type MutationDefinition,
  type QueryDefinition,
} from 'heard';
import {
  atStation,
  inCategories,
  laravelPos,
  legalBumps,
  legalUndos,
  safeNavigateTarget,
  ticketTimer,
  type KdsTicket,
  type TicketRow,
} from 'heard/contracts/laravel-pos';
import { validate } from '../../../src/contract/schema.ts';
import { fixtures } from './fixtures.ts';

const scope = { sku: 'trattoria-du-port', deviceId: 42 };
const context = { mutationId: 'a3f1', createdAt: 1_771_095_850_000, scope };

function found<Value>(table: ReadonlyMap<string, Value>, name: string): Value {
  const value = table.get(name);
  if (value === undefined) throw new Error(`There is no ${name}.`);
  return value;
}
const mutation = (name: string): MutationDefinition => found(laravelPos.mutations, name);
const resource = (name: string) => found(laravelPos.resources, name);

function request(name: string, input: object): unknown {
  const definition = mutation(name);
  expect(validate(definition.input, input)).toMatchObject({ ok: true });
  if (definition.carrier.kind !== 'http') throw new Error(`${name} is not carried by HTTP.`);
  return mutationRequest(definition.carrier, input, context);
}

const bump = { ticketId: 98_765, to: 'ready' };

describe('requests', () => {
  test.each<[string, object, object]>([
    ['kds.bump', bump, { method: 'POST', path: '/v1/kds/tickets/98765/bump', body: { to: 'ready' } }],
    [
      'kds.undo',
      { ticketId: 98_765, to: 'in_preparation' },
      { method: 'POST', path: '/v1/kds/tickets/98765/undo', body: { to: 'in_preparation' } },
    ],
    [
      'order.setStatus',
      { orderId: 7, to: 'ready' },
      { method: 'POST', path: '/v1/orders/7/status', body: { to: 'ready' } },
    ],
    ['print.retry', { printJobId: 555 }, { method: 'POST', path: '/v1/print-jobs/555/retry' }],
    ['print.claim', { printJobId: 555 }, { method: 'POST', path: '/v1/print-jobs/555/claim' }],
    ['print.complete', { printJobId: 555 }, { method: 'POST', path: '/v1/print-jobs/555/complete', body: {} }],
    [
      'print.complete',
      { printJobId: 555, printer_id: 3 },
      { method: 'POST', path: '/v1/print-jobs/555/complete', body: { printer_id: 3 } },
    ],
    [
      'print.fail',
      { printJobId: 555, error: { code: 'PAPER_OUT' } },
      { method: 'POST', path: '/v1/print-jobs/555/fail', body: { error: { code: 'PAPER_OUT' } } },
    ],
    ['device.heartbeat', {}, { method: 'POST', path: '/devices/42/heartbeat' }],
    [
      'order.create',
      { channel: 'kiosk', items: [{ item_id: 4, qty: 2, modifiers: ['sans ail'] }], notes: 'terrasse' },
      {
        method: 'POST',
        path: '/v1/orders',
        body: {
          client_order_id: 'a3f1',
          channel: 'kiosk',
          items: [{ item_id: 4, qty: 2, modifiers: ['sans ail'] }],
          notes: 'terrasse',
        },
      },
    ],
  ])('%s %j', (name, input, expected) => {
    expect(request(name, input)).toEqual(expected);
  });

  test('an order keeps the id that the device gave it, and says nothing of notes that are not there', () => {
    const input = { client_order_id: 'till-7-31', channel: 'pos', items: [{ item_id: 4, qty: 1 }], notes: null };
    expect(request('order.create', input)).toMatchObject({
      body: { client_order_id: 'till-7-31', channel: 'pos', items: [{ item_id: 4, qty: 1 }] },
    });
    expect(request('order.create', input)).not.toHaveProperty('body.notes');
  });

  test.each<[string, object]>([
    ['kds.bump', { ticketId: 1, to: 'in_preparation' }],
    ['kds.bump', { ticketId: '../orders/1', to: 'ready' }],
    ['kds.undo', { ticketId: 1, to: 'ready' }],
    ['order.create', { channel: 'pos', items: [] }],
    ['order.create', { channel: 'pos', items: [{ item_id: 1, qty: 0 }] }],
    ['order.create', { channel: '', items: [{ item_id: 1, qty: 1 }] }],
    ['print.fail', { printJobId: 1 }],
    ['print.fail', { printJobId: 1, error: { message: 'no paper' } }],
  ])('%s is not asked for with %j', (name, input) => {
    expect(validate(mutation(name).input, input).ok).toBe(false);
  });

  test('a device says of no other that it is there', () => {
    const { refuse } = mutation('device.heartbeat');
    expect(refuse?.({ deviceId: 'x' })).toMatchObject({ remediation: expect.stringContaining('scope') });
    expect(refuse?.({})).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ['order', { id: 7 }, '/v1/orders/7'],
    ['orders', {}, '/v1/orders'],
    [
      'orders',
      { updated_since: '2026-02-14T19:00:00.000Z', cursor: 'a/b' },
      '/v1/orders?updated_since=2026-02-14T19%3A00%3A00.000Z&cursor=a%2Fb',
    ],
    ['tickets', { cursor: '2' }, '/v1/kds/tickets?cursor=2'],
    ['printJobs', { updated_since: null }, '/v1/print-jobs'],
    ['devices', {}, '/v1/devices'],
  ])('asks %s %j', (name, params, path) => {
    const query = found(laravelPos.queries, name) as QueryDefinition<object>;
    expect(queryRequest(query, params, scope)).toEqual({ method: 'GET', path });
  });
});

describe('answers', () => {
  const meaning = (name: string, status: number): AnswerMeaning | undefined => {
    const answer = mutation(name).answers[status];
    return typeof answer === 'function' ? answer({}) : answer;
  };

  test('a heartbeat is answered by nothing at all, and only the newest waits', () => {
    const { answer, keepsNewestOnly, priority } = mutation('device.heartbeat');
    expect({ answer, keepsNewestOnly, priority, status: meaning('device.heartbeat', 204) }).toEqual({
      answer: 'empty',
      keepsNewestOnly: true,
      priority: 'telemetry',
      status: 'done',
    });
  });

  test('an order that was created is 201, any other step 200', () => {
    expect(meaning('order.create', 201)).toBe('done');
    for (const name of [
      'kds.bump',
      'kds.undo',
      'order.setStatus',
      'print.retry',
      'print.claim',
      'print.complete',
      'print.fail',
    ]) {
      expect(meaning(name, 200)).toBe('done');
    }
  });

  test('"done already" is always a question that a read answers', () => {
    for (const [name, { answers, verify }] of laravelPos.mutations) {
      if (name === 'device.heartbeat') continue;
      expect(answers[409], name).toBe('repeat');
      expect(verify, name).toBeDefined();
    }
  });

  test('what no document makes safe to repeat is not repeated blindly', () => {
    expect([...laravelPos.mutations].filter(([, { repeat }]) => repeat === 'none').map(([name]) => name)).toEqual([
      'order.create',
      'order.setStatus',
      'print.retry',
    ]);
    expect([...laravelPos.mutations.values()].every(({ repeat }) => repeat !== 'key')).toBe(true);
  });
});

describe('whether an unclear attempt took effect', () => {
  const tookEffect = (name: string, input: object, answer: unknown): boolean | undefined =>
    mutation(name).verify?.tookEffect(input, answer, context);
  const ticketOf = (status: string) => ({ data: [{ id: 98_765, order_id: 1, items: [], status }] });
  const jobOf = (fields: object) => ({ data: [{ id: 555, type: 'receipt', ...fields }] });
  const order = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] };

  test.each<[string, object, unknown, boolean | undefined]>([
    ['kds.bump', bump, ticketOf('ready'), true],
    ['kds.bump', bump, ticketOf('in_preparation'), false],
    ['kds.bump', bump, { data: [] }, undefined],
    ['kds.undo', { ticketId: 98_765, to: 'in_preparation' }, ticketOf('in_preparation'), true],
    ['kds.undo', { ticketId: 98_765, to: 'in_preparation' }, ticketOf('ready'), false],
    ['order.setStatus', { orderId: 7, to: 'ready' }, { data: { id: 7, status: 'ready' } }, true],
    ['order.setStatus', { orderId: 7, to: 'ready' }, { data: { id: 7, status: 'accepted' } }, false],
    ['order.create', order, { data: [{ id: 1, status: 'accepted', client_order_id: 'a3f1' }] }, true],
    [
      'order.create',
      { ...order, client_order_id: 'till-7' },
      { data: [{ id: 1, status: 'accepted', client_order_id: 'till-7' }] },
      true,
    ],
    ['order.create', order, { data: [{ id: 1, client_order_id: 'other' }, { id: 2 }] }, false],
    ['order.create', order, { data: [{ id: 1, client_order_id: 'other' }], next_cursor: null }, false],
    // The list may be one page of many, or the server's that does not echo what devices choose.
    ['order.create', order, { data: [{ id: 1, client_order_id: 'other' }], next_cursor: 'c2' }, undefined],
    [
      'order.create',
      order,
      { data: [{ id: 1, client_order_id: 'other' }], next_cursor: 'c2', complete: true },
      undefined,
    ],
    ['order.create', order, { data: [{ id: 1 }] }, undefined],
    ['order.create', order, { data: [] }, undefined],
    ['print.claim', { printJobId: 555 }, jobOf({ status: 'claimed', claimed_by: 42 }), true],
    ['print.claim', { printJobId: 555 }, jobOf({ status: 'claimed', claimed_by: '42' }), true],
    ['print.claim', { printJobId: 555 }, jobOf({ status: 'claimed', claimed_by: 43 }), false],
    ['print.claim', { printJobId: 555 }, jobOf({}), undefined],
    ['print.claim', { printJobId: 555 }, jobOf({ claimed_by: 42 }), undefined],
    ['print.claim', { printJobId: 555 }, jobOf({ status: 'claimed' }), undefined],
    ['print.claim', { printJobId: 555 }, jobOf({ status: 'queued', claimed_by: 42 }), false],
    ['print.claim', { printJobId: 555 }, jobOf({ status: 'completed', claimed_by: 42 }), undefined],
    ['print.claim', { printJobId: 555 }, jobOf({ status: 'failed', claimed_by: 42 }), undefined],
    ['print.complete', { printJobId: 555 }, jobOf({ status: 'completed' }), true],
    ['print.complete', { printJobId: 555 }, jobOf({ status: 'claimed' }), false],
    ['print.complete', { printJobId: 555 }, jobOf({ status: 'claimed', claimed_by: 42 }), false],
    // Tried anew since: to end the later try would lose a print.
    ['print.complete', { printJobId: 555 }, jobOf({ status: 'claimed', claimed_by: 43 }), undefined],
    ['print.complete', { printJobId: 555 }, jobOf({ status: 'queued', claimed_by: 42 }), undefined],
    ['print.complete', { printJobId: 555 }, jobOf({ status: 'failed', claimed_by: 42 }), undefined],
    ['print.complete', { printJobId: 555 }, jobOf({}), undefined],
    ['print.fail', { printJobId: 555, error: { code: 'X' } }, jobOf({ status: 'failed' }), true],
    ['print.fail', { printJobId: 555, error: { code: 'X' } }, jobOf({ status: 'claimed' }), false],
    ['print.fail', { printJobId: 555, error: { code: 'X' } }, jobOf({ status: 'completed' }), undefined],
    ['print.fail', { printJobId: 555, error: { code: 'X' } }, jobOf({ status: 'queued' }), undefined],
    ['print.retry', { printJobId: 555 }, jobOf({ status: 'queued' }), true],
    ['print.retry', { printJobId: 555 }, jobOf({ status: 'claimed', claimed_by: 43 }), true],
    // Retried and failed again, perhaps; completed before the reprint was asked for, perhaps.
    ['print.retry', { printJobId: 555 }, jobOf({ status: 'failed' }), undefined],
    ['print.retry', { printJobId: 555 }, jobOf({ status: 'completed' }), undefined],
    ['print.retry', { printJobId: 555 }, jobOf({}), undefined],
    ['print.retry', { printJobId: 555 }, { data: [] }, undefined],
  ])('%s %j, read as %j: %s', (name, input, answer, expected) => {
    expect(tookEffect(name, input, answer)).toBe(expected);
    const { query } = mutation(name).verify ?? {};
    expect(query && validate(query.answer, answer)).toMatchObject({ ok: true });
    // A server of V1 may answer with the rows alone, and all of them.
    const { data, next_cursor } = answer as { data: unknown; next_cursor?: unknown };
    if (!Array.isArray(data) || next_cursor != null) return;
    expect(query && validate(query.answer, data)).toMatchObject({ ok: true });
    expect(tookEffect(name, input, data)).toBe(expected);
  });

  test('a list that says of itself that it is not whole proves nothing by what it lacks', () => {
    const part = { data: [{ id: 1, client_order_id: 'other' }], deleted: [], complete: false };
    expect(tookEffect('order.create', order, part)).toBeUndefined();
    expect(tookEffect('order.create', order, { ...part, complete: true })).toBe(false);
  });

  // What was found, and for each step that was asked for whether it was taken.
  test.each<[string | null, Readonly<Record<string, boolean | undefined>>]>([
    ['accepted', { accepted: true, in_preparation: false, ready: false, served: false, delivered: false }],
    ['in_preparation', { accepted: undefined, in_preparation: true, ready: false, served: false, delivered: false }],
    ['ready', { accepted: undefined, in_preparation: undefined, ready: true, served: false, delivered: false }],
    // A colleague was faster: to send `ready` again would take the order back.
    ['served', { in_preparation: undefined, ready: undefined, served: true, delivered: undefined }],
    ['delivered', { ready: undefined, served: undefined, delivered: true, cancelled: undefined }],
    ['cancelled', { ready: undefined, served: undefined, cancelled: true }],
    ['parked', { ready: undefined, parked: true }],
    [null, { ready: undefined }],
  ])('an order that is %s', (status, verdicts) => {
    for (const [to, expected] of Object.entries(verdicts)) {
      expect(tookEffect('order.setStatus', { orderId: 7, to }, { data: { id: 7, status } }), to).toBe(expected);
    }
  });

  test.each<[string | null, Readonly<Record<'ready' | 'served' | 'delivered' | 'undo', boolean | undefined>>]>([
    ['in_preparation', { ready: false, served: false, delivered: false, undo: true }],
    ['ready', { ready: true, served: false, delivered: false, undo: false }],
    // Nothing is served that was not ready; whether it was taken back before that nobody knows.
    ['served', { ready: true, served: true, delivered: undefined, undo: undefined }],
    ['delivered', { ready: true, served: undefined, delivered: true, undo: undefined }],
    ['on_hold', { ready: undefined, served: undefined, delivered: undefined, undo: undefined }],
    [null, { ready: undefined, served: undefined, delivered: undefined, undo: undefined }],
  ])('a ticket that is %s', (status, { undo, ...bumps }) => {
    const answer = { data: [{ id: 98_765, items: [], status }] };
    for (const [to, expected] of Object.entries(bumps)) {
      expect(tookEffect('kds.bump', { ticketId: 98_765, to }, answer), to).toBe(expected);
    }
    expect(tookEffect('kds.undo', { ticketId: 98_765, to: 'in_preparation' }, answer)).toBe(undo);
  });

  test('the read asks for the row in question, or for the list that holds it', () => {
    const { verify } = mutation('order.setStatus');
    expect(verify?.query.path).toBe('/v1/orders/{id}');
    expect(verify?.params({ orderId: 7, to: 'ready' }, context)).toEqual({ id: 7 });
    expect(mutation('kds.bump').verify?.query.path).toBe('/v1/kds/tickets');
  });
});

describe('the course of a ticket', () => {
  test('in_preparation → ready → served or delivered, and back from ready only', () => {
    expect(
      ['in_preparation', 'ready', 'served', 'delivered', 'on_hold', 'constructor'].map((from) => [
        from,
        legalBumps(from),
        legalUndos(from),
      ]),
    ).toEqual([
      ['in_preparation', ['ready'], []],
      ['ready', ['served', 'delivered'], ['in_preparation']],
      ['served', [], []],
      ['delivered', [], []],
      ['on_hold', [], []],
      ['constructor', [], []],
    ]);
  });

  const refusal = (name: string, from: string, to: string) =>
    mutation(name).legal?.refuse({ ticketId: 1, to }, { id: 1, order_id: 1, items: [], status: from });

  test('a legal step is not refused', () => {
    expect(refusal('kds.bump', 'in_preparation', 'ready')).toBeUndefined();
    expect(refusal('kds.bump', 'ready', 'delivered')).toBeUndefined();
    expect(refusal('kds.undo', 'ready', 'in_preparation')).toBeUndefined();
  });

  test('an illegal one is, with those that are legal', () => {
    expect(refusal('kds.bump', 'ready', 'ready')).toEqual({
      message: 'A ticket that is "ready" cannot be bumped to "ready".',
      remediation: 'From "ready", "kds.bump" leads to: served, delivered.',
    });
    expect(refusal('kds.bump', 'in_preparation', 'served')?.remediation).toContain('leads to: ready.');
    expect(refusal('kds.undo', 'served', 'in_preparation')).toEqual({
      message: 'A ticket that is "served" cannot be taken back to "in_preparation".',
      remediation: 'Nothing can be done to a ticket that is "served" by "kds.undo".',
    });
  });

  test('a ticket that the device does not know is for the server to judge', () => {
    expect(mutation('kds.bump').legal?.refuse(bump, undefined)).toBeUndefined();
    expect(mutation('kds.bump').legal?.key(bump)).toBe('98765');
    for (const status of [undefined, null]) {
      expect(mutation('kds.bump').legal?.refuse(bump, { id: 98_765, items: [], status })).toBeUndefined();
    }
  });

  test('one that does not tell is offered what a new one is', () => {
    expect([legalBumps(undefined), legalBumps(null), legalUndos(null)]).toEqual([['ready'], ['ready'], []]);
  });
});

describe('lanes', () => {
  test.each<[string, object, string]>([
    ['kds.bump', bump, 'ticket:98765'],
    ['kds.undo', { ticketId: 98_765, to: 'in_preparation' }, 'ticket:98765'],
    ['order.setStatus', { orderId: 7, to: 'ready' }, 'order:7'],
    ['order.create', { client_order_id: 'till-7', channel: 'pos', items: [] }, 'order:till-7'],
    // Of its own, so that no order waits for another.
    ['order.create', { channel: 'pos', items: [] }, 'order:a3f1'],
    ['print.claim', { printJobId: 555 }, 'print-job:555'],
    ['print.complete', { printJobId: 555 }, 'print-job:555'],
    ['print.fail', { printJobId: 555, error: { code: 'X' } }, 'print-job:555'],
    ['print.retry', { printJobId: 555 }, 'print-job:555'],
    ['device.heartbeat', {}, 'heartbeat'],
  ])('%s %j waits in %s', (name, input, lane) => {
    expect(mutation(name).lane(input, context)).toBe(lane);
  });
});

describe('what a row amounts to', () => {
  const eventOf = (name: string, previous: object | undefined, row: object) =>
    resource(name).rowToEvent?.(previous, row, scope);
  const order = { id: 7, status: 'accepted', updated_at: '2026-02-14T19:05:00.000Z' };
  const ticket = { id: 9, order_id: 7, items: [], status: 'in_preparation', updated_at: '2026-02-14T19:05:00.000Z' };
  const job = {
    id: 5,
    type: 'receipt',
    status: 'queued',
    target_printer_id: 3,
    updated_at: '2026-02-14T19:05:00.000Z',
  };
  const device = { id: 42, type: 'Kiosk', status: 'blocked', updated_at: '2026-02-14T19:05:00.000Z' };

  test.each<[string, string, object | undefined, object, string | undefined]>([
    ['a first order', 'orders', undefined, order, 'OrderCreated'],
    ['a first order that does not tell its status', 'orders', undefined, { id: 7 }, 'OrderCreated'],
    ['a first ticket that does not tell its status', 'tickets', undefined, { id: 9, items: [] }, 'KdsTicketCreated'],
    ['a known ticket that does not tell its status', 'tickets', ticket, { id: 9, items: [] }, undefined],
    ['a first order that is over', 'orders', undefined, { ...order, status: 'cancelled' }, undefined],
    ['an order that was known', 'orders', order, { ...order, status: 'ready' }, 'OrderUpdated'],
    ['an order that was known and is over now', 'orders', order, { ...order, status: 'served' }, 'OrderUpdated'],
    ['a first ticket', 'tickets', undefined, ticket, 'KdsTicketCreated'],
    ['a first ticket that is over', 'tickets', undefined, { ...ticket, status: 'delivered' }, undefined],
    ['a ticket that was known', 'tickets', ticket, { ...ticket, status: 'served' }, 'KdsTicketUpdated'],
    ['a queued job', 'printJobs', undefined, job, 'PrintJobQueued'],
    ['a job that is queued again', 'printJobs', { ...job, status: 'failed' }, job, 'PrintJobQueued'],
    ['a job that somebody is printing', 'printJobs', job, { ...job, status: 'claimed' }, undefined],
    ['a job that was printed', 'printJobs', job, { ...job, status: 'completed' }, 'PrintJobCompleted'],
    [
      'a job that was printed before anybody knew of it',
      'printJobs',
      undefined,
      { ...job, status: 'completed' },
      undefined,
    ],
    [
      'a job that failed',
      'printJobs',
      job,
      { ...job, status: 'failed', error: { code: 'PAPER_OUT' }, attempts: 2 },
      'PrintJobFailed',
    ],
    ['a device', 'devices', undefined, device, 'DeviceStatusChanged'],
  ])('%s', (_, name, previous, row, expected) => {
    const derivedEvent = eventOf(name, previous, row);
    expect(derivedEvent && 'name' in derivedEvent ? derivedEvent.name : undefined).toBe(expected);
    if (derivedEvent === undefined || !('name' in derivedEvent)) return;
    // It could have come over the socket just so.
    expect(validate(found(laravelPos.events, derivedEvent.name).data, derivedEvent.data)).toMatchObject({ ok: true });
    expect(found(laravelPos.channels, derivedEvent.channel).events).toContain(derivedEvent.name);
    expect(resource(name).covers).toContain(derivedEvent.channel);
    expect(derivedEvent.subject).toEqual(found(laravelPos.events, derivedEvent.name).subject?.(derivedEvent.data));
  });

  test('what a ticket became is told with the time that the server gave it', () => {
    expect(eventOf('tickets', ticket, { ...ticket, status: 'ready' })).toMatchObject({
      data: { ticket_id: 9, status: 'ready', at: '2026-02-14T19:05:00.000Z' },
    });
  });

  test('a screen of one station is told on the channel that it joins, and of its own tickets only', () => {
    const grill = { ...scope, station: 'grill' };
    const turn = (previous: object | undefined, row: object) => resource('tickets').rowToEvent?.(previous, row, grill);
    const here = { channel: 'station', params: { station: 'grill' } };
    expect(turn(undefined, { ...ticket, station: 'grill' })).toMatchObject({ name: 'KdsTicketCreated', ...here });
    expect(turn(ticket, { ...ticket, station: 'grill' })).toMatchObject({ name: 'KdsTicketUpdated', ...here });
    for (const untold of [undefined, null]) {
      expect(turn(undefined, { ...ticket, station: untold })).toMatchObject({ name: 'KdsTicketCreated', ...here });
    }
    expect(turn(undefined, { ...ticket, station: 'bar' })).toBeUndefined();
    expect(turn(ticket, { ...ticket, station: 'bar' })).toBeUndefined();
    expect(joinedAtStart(laravelPos, found(laravelPos.roles, 'kds'), grill)).toContain(here.channel);
    for (const whole of [scope, { ...scope, station: null }]) {
      const turned = resource('tickets').rowToEvent?.(undefined, { ...ticket, station: 'bar' }, whole);
      expect(turned).toMatchObject({ channel: 'kds' });
      expect(turned).not.toHaveProperty('params');
    }
  });

  test('a print job of a list must tell its status, or it would wait for ever unseen; one of an event need not', () => {
    const { status: _, ...untold } = job;
    expect(validate(resource('printJobs').row, untold).ok).toBe(false);
    expect(validate(resource('printJobs').row, { id: 5, status: 'queued' }).ok).toBe(true);
    expect(validate(found(laravelPos.events, 'PrintJobQueued').data, { print_job: { id: 5 } }).ok).toBe(true);
  });

  test('a job that failed and is queued again is another try, known from its row alone', () => {
    const attempt = (name: string, data: unknown) => found(laravelPos.events, name).work?.attempt?.(data);
    const turn = (previous: object | undefined, row: object) => {
      const turned = eventOf('printJobs', previous, { ...job, ...row });
      if (turned === undefined || !('name' in turned)) throw new Error('It amounts to nothing.');
      return attempt(turned.name, turned.data);
    };
    const first = turn(undefined, { attempts: 0 });
    const failed = turn(job, { status: 'failed', attempts: 1 });
    const again = turn(job, { attempts: 1 });
    const done = turn(job, { status: 'completed', attempts: 2 });
    expect([first, failed, again, done]).toEqual([1, 1, 2, 2]);
    for (const attempts of [undefined, null]) {
      expect(attempt('PrintJobQueued', { print_job: { id: 5, attempts } })).toBeUndefined();
      expect(attempt('PrintJobCompleted', { print_job_id: 5, attempts })).toBeUndefined();
      expect(attempt('PrintJobFailed', { print_job_id: 5, attempts })).toBeUndefined();
    }
  });

  test('of two rows the later one wins, however precisely each tells its time', () => {
    const tables = [...laravelPos.resources.values(), ...laravelPos.collections.values()];
    const versioned = tables.filter(({ version }) => version !== undefined);
    expect(versioned).toHaveLength(8);
    for (const { version } of versioned) {
      const at = (updated_at?: string | null) => version?.({ id: 1, updated_at });
      expect(at('2026-02-14T19:05:00.000001Z')).toBeGreaterThan(Number(at('2026-02-14T19:05:00Z')));
      expect(at('2026-02-14T20:05:00+01:00')).toBe(at('2026-02-14T19:05:00.000000Z'));
      expect([at(), at(null)]).toEqual([undefined, undefined]);
    }
  });

  test('only a queued job is open work, and only for half an hour', () => {
    const open = resource('printJobs').openWork;
    expect(['queued', 'claimed', 'completed', 'failed'].filter((status) => open?.is({ ...job, status }))).toEqual([
      'queued',
    ]);
    expect(open?.maxAgeMs).toBe(30 * 60_000);
    expect(
      [...laravelPos.resources].filter(([, { openWork }]) => openWork !== undefined).map(([name]) => name),
    ).toEqual(['printJobs']);
  });

  test('an event and a row of the same job are the same work', () => {
    const opens = found(laravelPos.events, 'PrintJobQueued').work;
    const closes = found(laravelPos.events, 'PrintJobFailed').work;
    expect([opens?.step, closes?.step]).toEqual(['opens', 'closes']);
    expect(opens?.key({ print_job: job })).toBe(closes?.key({ print_job_id: 5 }));
  });
});

describe('a page of a list', () => {
  const rows = [{ id: 1, status: 'accepted' }];
  const page = (body: unknown) => resource('orders').page(body);

  test('of V1.1 has a watermark, tombstones and a next page', () => {
    expect(
      page({
        data: rows,
        deleted: [{ id: 3, deleted_at: '2026-02-14T19:00:00.000Z' }, { id: 'x' }, { at: 'never' }, null],
        next_cursor: 'c2',
        as_of: '2026-02-14T19:06:00.000Z',
        as_of_seq: 12_900,
        epoch: 'e-7',
        complete: false,
      }),
    ).toEqual({
      rows,
      deleted: [{ id: '3', at: '2026-02-14T19:00:00.000Z' }, { id: 'x' }],
      tombstones: true,
      complete: false,
      next: 'c2',
      asOf: '2026-02-14T19:06:00.000Z',
      asOfSeq: 12_900,
      epoch: 'e-7',
    });
  });

  test('of V1 is rows, complete when nothing follows', () => {
    expect(page({ data: rows })).toEqual({ rows, deleted: [], tombstones: false, complete: true });
    expect(page(rows)).toEqual({ rows, deleted: [], tombstones: false, complete: true });
    expect(page({ data: rows, next_cursor: '2' })).toMatchObject({ complete: false, next: '2' });
    expect(page({ data: [], next_cursor: null, as_of: null, as_of_seq: null, epoch: null })).toEqual({
      rows: [],
      deleted: [],
      tombstones: false,
      complete: true,
    });
  });

  test.each([
    [null],
    [''],
    ['<html>'],
    [{}],
    [{ data: null }],
    [{ data: { id: 1 } }],
    [{ message: 'Unauthenticated.' }],
    [7],
  ])('%j is no page, which is not the same as an empty one', (body) => {
    expect(page(body)).toBeUndefined();
  });

  test('does not take a position from what is none', () => {
    expect(page({ data: [], as_of_seq: -1, epoch: 7, as_of: 5, next_cursor: '' })).toEqual({
      rows: [],
      deleted: [],
      tombstones: false,
      complete: true,
    });
  });

  test('is asked for by the server’s own time', () => {
    expect(resource('tickets').search?.({ scope, updatedSince: '2026-02-14T19:06:00.000Z', cursor: 'c2' })).toEqual({
      updated_since: '2026-02-14T19:06:00.000Z',
      cursor: 'c2',
    });
  });

  test('of a screen of one station is asked for that station', () => {
    const asked = (name: string) => resource(name).search?.({ scope: { ...scope, station: 'grill' } });
    expect(asked('tickets')).toMatchObject({ station: 'grill' });
    expect(asked('orders')).not.toHaveProperty('station');
    expect(resource('tickets').search?.({ scope: { ...scope, station: null } })?.['station']).toBeUndefined();
  });

  test.each(['orders', 'tickets', 'printJobs', 'devices'])('asked as the query %s reads in both forms', (name) => {
    const { answer } = found(laravelPos.queries, name);
    const row = { id: 1, items: [], status: 'ready' };
    for (const list of [[row], [], { data: [row] }, { data: [row], deleted: [{ id: 2 }], next_cursor: null }]) {
      expect(validate(answer, list)).toMatchObject({ ok: true });
    }
    for (const other of [{}, { data: {} }, [{ id: 'x' }], { message: 'Unauthenticated.' }]) {
      expect(validate(answer, other).ok).toBe(false);
    }
  });

  test('covers every channel but those whose losses can only be told', () => {
    const covered = new Set([...laravelPos.resources.values()].flatMap(({ covers }) => covers));
    expect([...laravelPos.channels.keys()].filter((name) => !covered.has(name))).toEqual(['notifications', 'presence']);
  });
});

describe('replay', () => {
  const { replay } = laravelPos;

  test('asks for what is behind a position', () => {
    expect(replay?.search({ channel: 'private-store.x.kds', seq: 12_873, limit: 200 })).toEqual({
      channel: 'private-store.x.kds',
      seq: 12_873,
      limit: 200,
    });
  });

  test('reads a page, whose events are frames like those of the socket', () => {
    const [first] = fixtures.good;
    const events = [first?.frame.payload];
    expect(
      replay?.page({ epoch: 'e-7', head_seq: 12_900, floor_seq: 1, events, next_seq: 12_874, has_more: true }),
    ).toEqual({
      epoch: 'e-7',
      headSeq: 12_900,
      floorSeq: 1,
      events,
      nextSeq: 12_874,
      hasMore: true,
    });
    const decode = createDecoder(laravelPos);
    expect(
      decode({ channel: wireName(laravelPos, 'orders', scope), name: 'OrderCreated', payload: events[0] }).kind,
    ).toBe('event');
  });

  test('reads the least that a page can be, and takes nothing else for one', () => {
    expect(replay?.page({ events: [] })).toEqual({ events: [], hasMore: false });
    expect(
      replay?.page({ events: [], head_seq: '12', floor_seq: -1, next_seq: 1.5, epoch: 4, has_more: 'yes' }),
    ).toEqual({ events: [], hasMore: false });
    for (const body of [null, [], {}, { events: {} }, 'gone']) expect(replay?.page(body)).toBeUndefined();
  });

  test('reads where the log begins when a position is gone', () => {
    expect(replay?.gone({ floor_seq: 12_000, head_seq: 12_900, epoch: 'e-8' })).toEqual({
      floorSeq: 12_000,
      headSeq: 12_900,
      epoch: 'e-8',
    });
    expect(replay?.gone({})).toEqual({});
    expect(replay?.gone('Gone')).toBeUndefined();
  });
});

describe('what events do to collections', () => {
  const decode = createDecoder(laravelPos);
  const change = (collection: string, name: string, data: unknown, parts: object = {}) => {
    const channel = [...laravelPos.channels].find(([, { events }]) => events.includes(name))?.[0] ?? '';
    const payload = {
      v: 1,
      event: name,
      event_id: 'e1',
      seq: 1,
      occurred_at: '2026-02-14T19:04:10.321Z',
      data,
      ...parts,
    };
    const decoded = decode({ channel: wireName(laravelPos, channel, scope), name, payload });
    if (decoded.kind !== 'event') throw new Error(JSON.stringify(decoded));
    return found(laravelPos.collections, collection).from?.[name]?.(decoded.event);
  };
  const ticket = { id: 9, order_id: 7, items: [], status: 'in_preparation' };

  test('orders are put, patched by what an update says, and given their status', () => {
    const order = { id: 7, status: 'accepted', number: 'A047' };
    expect(change('orders', 'OrderCreated', { order })).toEqual({ kind: 'put', row: order });
    expect(change('orders', 'OrderUpdated', { order: { id: 7, number: null } })).toEqual({
      kind: 'patch',
      key: '7',
      fields: { id: 7, number: null },
    });
    expect(
      change('orders', 'OrderStatusChanged', {
        order_id: 7,
        from: 'accepted',
        to: 'ready',
        at: '2026-02-14T19:09:00Z',
      }),
    ).toEqual({
      kind: 'patch',
      key: '7',
      fields: { status: 'ready', updated_at: '2026-02-14T19:09:00Z' },
    });
    expect(change('orders', 'OrderStatusChanged', { order_id: 7, to: 'ready' })).toEqual({
      kind: 'patch',
      key: '7',
      fields: { status: 'ready' },
    });
  });

  test('a ticket remembers when the kitchen got it', () => {
    expect(change('tickets', 'KdsTicketCreated', { ticket })).toEqual({
      kind: 'put',
      row: { ...ticket, occurred_at: '2026-02-14T19:04:10.321Z' },
    });
    expect(change('tickets', 'KdsTicketCreated', { ticket }, { occurred_at: null })).toEqual({
      kind: 'put',
      row: ticket,
    });
  });

  test('a ticket or a job that does not tell its status is a new one', () => {
    for (const status of [undefined, null]) {
      expect(change('tickets', 'KdsTicketCreated', { ticket: { ...ticket, status } })).toMatchObject({
        row: { status: 'in_preparation' },
      });
      expect(change('printJobs', 'PrintJobQueued', { print_job: { id: 5, status } })).toMatchObject({
        row: { status: 'queued' },
      });
    }
  });

  test('a ticket that moved says when: by its own word, or by that of the event', () => {
    expect(
      change('tickets', 'KdsTicketUpdated', { ticket_id: 9, status: 'ready', at: '2026-02-14T19:12:00Z' }),
    ).toEqual({
      kind: 'patch',
      key: '9',
      fields: { status: 'ready', updated_at: '2026-02-14T19:12:00Z', ready_at: '2026-02-14T19:12:00Z' },
    });
    expect(
      change('tickets', 'KdsTicketUpdated', { ticket_id: 9, status: 'served', at: '2026-02-14T19:20:00Z' }),
    ).toMatchObject({ fields: { status: 'served', updated_at: '2026-02-14T19:20:00Z' } });
    expect(change('tickets', 'KdsTicketUpdated', { ticket_id: 9, status: 'served' })).not.toHaveProperty(
      'fields.ready_at',
    );
    expect(change('tickets', 'KdsTicketUpdated', { ticket_id: 9, status: 'in_preparation' })).toMatchObject({
      fields: { ready_at: null },
    });
    expect(change('tickets', 'KdsTicketUpdated', { ticket_id: 9, status: 'ready' })).toMatchObject({
      fields: { updated_at: '2026-02-14T19:04:10.321Z' },
    });
  });

  test('a print job is queued, completed, failed', () => {
    expect(change('printJobs', 'PrintJobQueued', { print_job: { id: 5, type: 'receipt' } })).toEqual({
      kind: 'put',
      row: { id: 5, type: 'receipt', status: 'queued' },
    });
    expect(change('printJobs', 'PrintJobCompleted', { print_job_id: 5 })).toEqual({
      kind: 'patch',
      key: '5',
      fields: { status: 'completed' },
    });
    expect(
      change('printJobs', 'PrintJobFailed', { print_job_id: 5, error: { code: 'PAPER_OUT' }, attempts: 2 }),
    ).toEqual({
      kind: 'patch',
      key: '5',
      fields: { status: 'failed', error: { code: 'PAPER_OUT' }, attempts: 2 },
    });
  });

  test('devices and notifications are put', () => {
    expect(
      change('devices', 'DeviceStatusChanged', { device: { id: 42, status: 'offline' }, at: '2026-02-14T19:20:00Z' }),
    ).toEqual({
      kind: 'put',
      row: { id: 42, status: 'offline', updated_at: '2026-02-14T19:20:00Z' },
    });
    expect(change('notifications', 'DeviceNotification', { message: 'Bonjour' })).toEqual({
      kind: 'put',
      row: { id: 'e1', message: 'Bonjour', at: '2026-02-14T19:04:10.321Z' },
    });
  });

  test('every event but those without a table of their own feeds one, and every row fits', () => {
    const fed = new Set([...laravelPos.collections.values()].flatMap(({ from }) => Object.keys(from ?? {})));
    expect([...laravelPos.events.keys()].filter((name) => !fed.has(name))).toEqual(['MediaUpdated']);
  });
});

describe('the timer of a ticket', () => {
  const at = (minutes: number) => Date.parse('2026-02-14T19:00:00.000Z') + minutes * 60_000;
  const row: TicketRow = {
    id: 9,
    order_id: 7,
    items: [],
    status: 'in_preparation',
    occurred_at: new Date(at(0)).toISOString(),
  };
  const minutes = (ticket: TicketRow, clock: { deviceNow: number; serverOffsetMs: number }) => {
    const ms = ticketTimer(ticket, clock);
    return ms === undefined ? undefined : ms / 60_000;
  };

  test('runs by the clock of the server, whatever the device believes', () => {
    expect(minutes(row, { deviceNow: at(5), serverOffsetMs: 0 })).toBe(5);
    expect(minutes(row, { deviceNow: at(65), serverOffsetMs: -60 * 60_000 })).toBe(5);
    expect(minutes(row, { deviceNow: at(-55), serverOffsetMs: 60 * 60_000 })).toBe(5);
    expect(minutes(row, { deviceNow: at(-1), serverOffsetMs: 0 })).toBe(0);
  });

  test('stands still once the ticket is ready, and runs on when that is taken back', () => {
    const ready = { ...row, status: 'ready', updated_at: new Date(at(8)).toISOString() };
    expect(minutes(ready, { deviceNow: at(20), serverOffsetMs: 0 })).toBe(8);
    const served = {
      ...ready,
      status: 'served',
      ready_at: ready.updated_at,
      updated_at: new Date(at(15)).toISOString(),
    };
    expect(minutes(served, { deviceNow: at(20), serverOffsetMs: 0 })).toBe(8);
    const untold = { ...row, status: null, updated_at: new Date(at(8)).toISOString() };
    expect(minutes(untold, { deviceNow: at(20), serverOffsetMs: 0 })).toBe(20);
    const undone = { ...ready, status: 'in_preparation', updated_at: new Date(at(9)).toISOString() };
    expect(minutes(undone, { deviceNow: at(20), serverOffsetMs: 0 })).toBe(20);
  });

  test('starts when the row was made if nobody told more, and not at all without any time', () => {
    expect(
      minutes(
        { ...row, occurred_at: null, created_at: new Date(at(1)).toISOString() },
        { deviceNow: at(5), serverOffsetMs: 0 },
      ),
    ).toBe(4);
    expect(minutes({ ...row, occurred_at: 'yesterday' }, { deviceNow: at(5), serverOffsetMs: 0 })).toBeUndefined();
    // Without a zone every device would read another time in it.
    const zoneless = { ...row, occurred_at: '2026-02-14T19:00:00' };
    expect(minutes(zoneless, { deviceNow: at(5), serverOffsetMs: 0 })).toBeUndefined();
  });
});

describe('a kitchen screen', () => {
  const row = (category_ids?: readonly number[] | null): KdsTicket => ({
    id: 1,
    order_id: 1,
    items: [],
    status: 'ready',
    ...(category_ids !== undefined && { category_ids }),
  });

  test('shows the tickets of its categories, and those that do not tell', () => {
    expect(inCategories(row([4, 9]), [9])).toBe(true);
    expect(inCategories(row([4]), [9])).toBe(false);
    expect(inCategories(row([4]), [])).toBe(true);
    for (const untold of [row(), row(null), row([])]) expect(inCategories(untold, [9])).toBe(true);
  });

  test('shows the tickets of its station, and those that do not tell', () => {
    const of = (station?: string | null) => atStation({ id: 1, items: [], station }, 'grill');
    expect([of('grill'), of('bar'), of(), of(null)]).toEqual([true, false, true, true]);
  });

  test('has a channel for its station, named by the slug that the server chose', () => {
    expect(wireName(laravelPos, 'station', { ...scope, station: 'grill-friture' })).toBe(
      'private-store.trattoria-du-port.kds.station.grill-friture',
    );
  });

  test('hears its station instead of all, when it has one', () => {
    const kds = found(laravelPos.roles, 'kds');
    expect(joinedAtStart(laravelPos, kds, scope)).toEqual(['kds', 'notifications']);
    expect(joinedAtStart(laravelPos, kds, { ...scope, station: null })).toEqual(['kds', 'notifications']);
    expect(joinedAtStart(laravelPos, kds, { ...scope, station: 'grill' })).toEqual(['station', 'notifications']);
  });

  test.each(['a.b', 'a/b', '', 'x y', '{sku}', 'é'])('a sku or a station %j cannot reach another channel', (text) => {
    expect(() => wireName(laravelPos, 'orders', { ...scope, sku: text })).toThrow(/cannot stand in the channel name/);
    expect(() => wireName(laravelPos, 'station', { ...scope, station: text })).toThrow(
      /cannot stand in the channel name/,
    );
  });
});

describe('a notification that asks to go somewhere', () => {
  const routes = ['settings/printers', '/orders/:id', 'home'];
  const target = (text: string) => safeNavigateTarget({ type: 'navigate', target: text }, routes);

  test.each([
    ['settings/printers', '/settings/printers'],
    ['/settings/printers', '/settings/printers'],
    ['/orders/123', '/orders/123'],
    ['orders/A047~x.y-z', '/orders/A047~x.y-z'],
    ['home', '/home'],
  ])('may go to %s', (text, path) => {
    expect(target(text)).toBe(path);
  });

  test.each([
    'admin',
    '/orders',
    '/orders/1/refund',
    'settings',
    'SETTINGS/printers',
    '',
    '/',
    '//',
    '.',
    '..',
    '/.',
    '/orders/..',
    '/orders/.',
    '/orders/.hidden',
    'orders/../admin',
    '/orders/%2e%2e',
    '/orders/%2E%2E/admin',
    '/orders/1%2f..%2fadmin',
    '/orders/%00',
    '/orders/1?next=/admin',
    '/orders/1#/admin',
    '/orders/1;jsessionid=1',
    'https://evil.test/orders/1',
    'HTTPS://evil.test',
    'http:evil.test',
    '//evil.test/orders/1',
    '///evil.test',
    '/\\evil.test',
    '\\\\evil.test\\orders',
    'https:\\\\evil.test',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>',
    'blob:https://x/1',
    'vbscript:x',
    'file:///etc/passwd',
    'intent://x',
    'https://user:pass@evil.test',
    'orders@evil.test',
    '/orders/1@evil.test',
    'evil.test:8080',
    '/orders/1:8080',
    '/orders/1 ',
    ' /orders/1',
    '/orders/1\n',
    '/orders/1\r\nSet-Cookie: a=b',
    '/orders/\u0000',
    '/orders/\u202e1',
    '/orders/１',
    '/orders/\ufeff1',
    '/orders/é',
    'home\u2028',
    '/orders//1',
    '/orders/1/',
    'home/',
    '/orders/<b>',
    '/orders/"',
    "/orders/'",
    '/orders/{id}',
    '/orders/:id',
    `/orders/${'1'.repeat(600)}`,
    '${home}',
    'constructor',
    '__proto__/x',
  ])('may not go to %j', (text) => {
    expect(target(text)).toBeUndefined();
  });

  test('goes nowhere when it does not ask to, or when the app lists no route', () => {
    expect(safeNavigateTarget(undefined, routes)).toBeUndefined();
    expect(safeNavigateTarget(null, routes)).toBeUndefined();
    expect(safeNavigateTarget({ type: 'open', target: 'home' }, routes)).toBeUndefined();
    expect(safeNavigateTarget({ target: 'home' }, routes)).toBeUndefined();
    expect(safeNavigateTarget({ type: 'navigate' }, routes)).toBeUndefined();
    expect(safeNavigateTarget({ type: 'navigate', target: null }, routes)).toBeUndefined();
    expect(safeNavigateTarget({ type: 'navigate', target: 'home' }, [])).toBeUndefined();
  });

  test('what it may go to stays on the site of the app', () => {
    for (const text of ['settings/printers', '/orders/123', 'orders/A047~x.y-z']) {
      expect(new URL(target(text) ?? '', 'https://app.example.test/base/').origin).toBe('https://app.example.test');
    }
  });
});
