// Every fault that can be asked for, as our own client sees it over real sockets and real HTTP.
import { expect, test } from 'vitest';
import { patience } from '../../effort.ts';
import type { Fault, FaultReport } from '../../../src/dev-server/faults/fault.ts';
import type { Signal } from '../../../src/core/signals.ts';
import { ask, isLive, live, posDevice, posTokens, startWhole, until, type Whole } from './whole.ts';

/** As somebody in another language asks for it. */
async function fault(whole: Whole, wanted: Fault): Promise<void> {
  expect((await ask('POST', `${whole.url}/_dev/faults`, undefined, wanted)).status).toBe(201);
}

async function fired(whole: Whole): Promise<readonly number[]> {
  const { body } = await ask('GET', `${whole.url}/_dev/faults`);
  return (body as { faults: readonly FaultReport[] }).faults.map((one) => one.fired);
}

const placing = { wire: 'http', method: 'POST', path: '/laravel-pos/v1/orders' } as const;
const burger = { channel: 'pos', items: [{ item_id: 1, qty: 1 }] } as const;
const ofStart = 3;

async function orders(whole: Whole): Promise<number> {
  const { body } = await ask('GET', `${whole.url}/laravel-pos/v1/orders`, posTokens.pos);
  return (body as { data: readonly unknown[] }).data.length - ofStart;
}

function renewing() {
  const reasons: string[] = [];
  return {
    reasons,
    token: ({ reason }: { readonly reason: string }): string => {
      reasons.push(reason);
      return `${posTokens.pos}~${reasons.length}`;
    },
  };
}

/** A till that is live, and what it was told so far. */
async function till(whole: Whole) {
  const { reasons, token } = renewing();
  const client = posDevice(whole, 'pos', 'pos', { token });
  const heard: number[] = [];
  const signals: Signal[] = [];
  client.on('OrderCreated', ({ data }) => void heard.push(data.order.id));
  client.signals.on('*', (signal) => void signals.push(signal));
  await live(client);
  return { client, heard, signals, reasons };
}

test('a token that has run out is renewed once, for a request and for the socket', async () => {
  const whole = await startWhole();
  const { client, reasons, heard } = await till(whole);
  const known = reasons.length;
  await fault(whole, { kind: 'expired-token', match: placing });
  const { settled } = await client.mutate('order.create', burger);
  expect(await settled).toMatchObject({ outcome: 'done', by: 'answer' });
  expect(reasons.slice(known)).toEqual(['rejected']);

  await fault(whole, { kind: 'expired-token', match: { wire: 'websocket' } });
  await fault(whole, { kind: 'cut-connections', match: { wire: 'websocket' } });
  await until(() => !isLive(client));
  await until(() => isLive(client));
  expect(reasons.slice(known)).toEqual(['rejected', 'rejected']);
  await until(() => heard.length === 1);
  expect(await fired(whole)).toEqual([1, 1, 1]);
  expect(await orders(whole)).toBe(1);
  expect(whole.troubles()).toEqual([]);
});

const bumping = { wire: 'http', method: 'POST', path: '/laravel-pos/v1/kds/tickets/*' } as const;

/** A screen with a ticket that is being cooked; what became of it is counted by a till. */
async function bumped(whole: Whole, wanted: Fault) {
  const screen = posDevice(whole, 'kds', 'kds');
  const told: string[] = [];
  screen.on('KdsTicketUpdated', ({ data }) => void told.push(`${data.ticket_id} ${data.status}`));
  await live(screen);
  await fault(whole, wanted);
  const { settled } = await screen.mutate('kds.bump', { ticketId: 98_703, to: 'ready' });
  const outcome = await settled;
  await until(() => told.length > 0);
  return { outcome, told };
}

test.each([500, 502, 503, 504])('%i twice: a bump is sent again until it is done, once', async (status) => {
  const whole = await startWhole();
  const { outcome, told } = await bumped(whole, { kind: 'answer', status, times: 2, match: bumping });
  expect([outcome.outcome, told]).toEqual(['done', ['98703 ready']]);
  expect(await fired(whole)).toEqual([2]);
  expect(whole.troubles()).toEqual([]);
});

test.each([500, 503])('%i to an order: it may have been taken, so it is not sent again but shown', async (status) => {
  const whole = await startWhole();
  const { client, signals } = await till(whole);
  await fault(whole, { kind: 'answer', status, match: placing });
  const { id, settled } = await client.mutate('order.create', burger);
  expect(await settled).toMatchObject({ outcome: 'parked', parked: { id } });
  expect(signals.filter(({ kind }) => kind === 'parked')).toMatchObject([{ id, mayHaveHappened: true }]);
  expect([await fired(whole), await orders(whole)]).toEqual([[1], 0]);
});

test('429 is waited out for as long as the server says', async () => {
  const whole = await startWhole();
  const { client } = await till(whole);
  await fault(whole, { kind: 'answer', status: 429, retryAfterS: 1, match: placing });
  const askedAt = performance.now();
  const { settled } = await client.mutate('order.create', burger);
  expect(await settled).toMatchObject({ outcome: 'done', by: 'answer', status: 201 });
  expect(performance.now() - askedAt).toBeGreaterThan(990);
  expect([await fired(whole), await orders(whole)]).toEqual([[1], 1]);
});

test.each([402, 409, 422])(
  '%i is a refusal: the order waits for a person, and is taken when he tries again',
  async (status) => {
    const whole = await startWhole();
    const { client, signals } = await till(whole);
    await fault(whole, { kind: 'answer', status, match: placing });
    const { id, settled } = await client.mutate('order.create', burger);
    expect(await settled).toMatchObject({ outcome: 'parked', parked: { id, status } });
    expect(signals.filter(({ kind }) => kind === 'parked')).toMatchObject([{ id, status }]);
    expect([await fired(whole), await orders(whole)]).toEqual([[1], 0]);
    expect(await client.outbox.retry(id).settled).toMatchObject({ outcome: 'done' });
    expect(await orders(whole)).toBe(1);
  },
);

test('a lost reply: a bump is sent again, an order is looked for, and both happen once', async () => {
  const whole = await startWhole();
  const { outcome, told } = await bumped(whole, { kind: 'lost-reply', times: 2, match: bumping });
  expect([outcome.outcome, told]).toEqual(['done', ['98703 ready']]);
  const { client, heard } = await till(whole);
  await fault(whole, { kind: 'lost-reply', match: placing });
  const { settled } = await client.mutate('order.create', burger);
  expect(await settled).toMatchObject({ outcome: 'done', by: 'verification' });
  await until(() => heard.length === 1);
  expect([await fired(whole), await orders(whole), heard]).toEqual([[2, 1], 1, [120_044]]);
  expect(whole.troubles()).toEqual([]);
});

test('a delayed reply and a connection that is refused are waited out', async () => {
  const whole = await startWhole();
  const { client, heard } = await till(whole);
  await fault(whole, { kind: 'delayed-reply', delayMs: 300, match: placing });
  const { settled } = await client.mutate('order.create', burger);
  expect(await settled).toMatchObject({ outcome: 'done', by: 'answer' });
  await fault(whole, { kind: 'refused-connection', times: 2, match: { wire: 'websocket' } });
  await fault(whole, { kind: 'cut-connections' });
  await until(() => !isLive(client));
  await until(() => isLive(client));
  await ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.kiosk, { ...burger, channel: 'kiosk' });
  await until(() => heard.length === 2);
  expect(await fired(whole)).toEqual([1, 2, 1]);
});

test('a server that is stopped is not there until it is started again, and what was ordered meanwhile is taken then', async () => {
  const whole = await startWhole();
  const { client, heard } = await till(whole);
  // An outcome is told by the list where a device's own words are on it.
  await (
    await client.mutate('order.create', burger)
  ).settled;
  await fault(whole, { kind: 'stopped' });
  await until(() => !isLive(client));
  const { settled } = await client.mutate('order.create', burger);
  await expect(fetch(`${whole.url}/laravel-pos/v1/orders`)).rejects.toThrow('fetch failed');
  const { body } = await ask('GET', `${whole.url}/_dev/faults`);
  const [{ id, fired: turnedAway }] = (body as { faults: readonly [FaultReport] }).faults;
  expect(turnedAway).toBeGreaterThan(0);
  expect((await ask('DELETE', `${whole.url}/_dev/faults/${id}`)).status).toBe(204);
  expect(await settled).toMatchObject({ outcome: 'done' });
  await until(() => isLive(client) && heard.length === 2);
  expect(await orders(whole)).toBe(2);
});

test.each(['epoch-reset', 'restored-database'] as const)(
  '%s: the device is told that it was read anew, and hears on',
  { timeout: patience },
  async (kind) => {
    const whole = await startWhole();
    const { client, heard, signals } = await till(whole);
    const place = () =>
      ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.kiosk, { ...burger, channel: 'kiosk' });
    await place();
    await until(() => heard.length === 1);
    await fault(whole, { kind });
    await place();
    await until(() => signals.some((signal) => signal.kind === 'resync' && signal.channel === 'orders'));
    await until(() => heard.length === 2 && isLive(client));
    await place();
    await until(() => heard.length === 3);
    // In the restored database the number of the first order is free again.
    expect(heard).toEqual(kind === 'epoch-reset' ? [120_044, 120_045, 120_046] : [120_044, 120_044, 120_045]);
    expect(signals.filter((signal) => signal.kind === 'quarantined')).toEqual([]);
  },
);

test.each(['dropped-event', 'doubled-event', 'reordered-event'] as const)(
  '%s: each event once, in order',
  async (kind) => {
    const whole = await startWhole();
    const { client, heard, signals } = await till(whole);
    const placed: number[] = [];
    for (let at = 0; at < 12; at += 1) {
      if (at % 4 === 1) await fault(whole, { kind, match: { event: 'OrderCreated' } });
      const { body } = await ask('POST', `${whole.url}/laravel-pos/v1/orders`, posTokens.pos, burger);
      placed.push((body as { data: { id: number } }).data.id);
    }
    await until(() => heard.length === placed.length);
    expect(heard).toEqual(placed);
    expect(await fired(whole)).toEqual([1, 1, 1]);
    await until(() => isLive(client));
    expect(signals.filter((signal) => signal.kind === 'gap' && signal.as === 'lost')).toEqual([]);
    expect(whole.troubles()).toEqual([]);
  },
);
