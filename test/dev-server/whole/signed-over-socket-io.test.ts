// laravel-pos, whose document has Pusher in front of it, heard over Socket.IO by our own client: an event server is exchangeable.
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { deviceIds } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { socketIo } from '../../../src/transports/socket-io.ts';
import { ask, guest, isLive, live, posDevice, posTokens, startWhole, store, until, type Whole } from './whole.ts';

const overSocketIo = ({ url }: Whole) => ({ transport: socketIo({ url }) });
const wire = (channel: string): string => `private-store.${store.sku}.${channel}`;
const place = ({ url }: Whole) =>
  ask('POST', `${url}/laravel-pos/v1/orders`, posTokens.pos, { channel: 'pos', items: [{ item_id: 1, qty: 1 }] });

const opened = ({ traffic }: Whole): readonly unknown[] =>
  traffic.flatMap((entry) => (entry.kind === 'connection' && entry.what === 'opened' ? [entry.because] : []));

/** A kitchen screen that says who it is otherwise than the store knows it. */
function screenOf({ url }: Whole, scope: { readonly sku: string; readonly deviceId: number }, token: string) {
  const client = createClient(laravelPos, {
    role: 'kds',
    scope,
    token: () => token,
    transport: socketIo({ url }),
    api: { baseUrl: `${url}/laravel-pos` },
  });
  onTestFinished(() => client.dispose());
  const denied: (readonly [channel: string, reason: string])[] = [];
  client.signals.on('denied', ({ channel, reason }) => void denied.push([channel, reason]));
  return { client, denied };
}

test('a kitchen screen hears the ticket of an order, without a signature, in namespaces that traffic calls channels', async () => {
  const whole = await startWhole();
  const screen = posDevice(whole, 'kds', 'kds', overSocketIo(whole));
  const heard: string[] = [];
  screen.on('KdsTicketCreated', ({ channel, origin }) => void heard.push(`${channel} ${origin}`));
  await live(screen);
  expect((await place(whole)).status).toBe(201);
  await until(() => heard.length === 1);
  expect(heard).toEqual(['kds live']);
  expect(opened(whole)).toEqual([wire('kds'), `private-device.${deviceIds.kds}.notifications`]);
  const told = whole.traffic.flatMap((entry) =>
    entry.kind === 'event' && entry.wire === 'socket-io' ? [[entry.channel, entry.devices]] : [],
  );
  expect(told).toEqual([[wire('kds'), 1]]);
  const asked = whole.traffic.filter((entry) => entry.kind === 'request' && entry.path.endsWith('/broadcasting/auth'));
  expect(asked).toEqual([]);
  expect(whole.troubles()).toEqual([]);
});

test('cut off, it comes back and has what it missed; who was the last has taken the namespace along', async () => {
  const whole = await startWhole();
  const screen = posDevice(whole, 'kds', 'kds', overSocketIo(whole));
  const heard: string[] = [];
  screen.on('KdsTicketCreated', ({ origin }) => void heard.push(origin));
  await live(screen);
  const away = await whole.server.faults.add({
    kind: 'refused-connection',
    match: { wire: 'socket-io' },
    times: 1_000,
  });
  await whole.server.faults.add({ kind: 'cut-connections', match: { wire: 'socket-io' } });
  await until(() => !isLive(screen));
  await place(whole);
  whole.server.faults.remove(away.id);
  await until(() => isLive(screen) && heard.length === 1);
  await place(whole);
  await until(() => heard.length === 2);
  expect(heard).toEqual([expect.stringMatching(/^(?:replay|snapshot|list)/), 'live']);
}, 20_000);

test('events that are lost, doubled or overtaken on the way are made good', async () => {
  const whole = await startWhole();
  const screen = posDevice(whole, 'kds', 'kds', overSocketIo(whole));
  const heard: unknown[] = [];
  screen.on('KdsTicketCreated', ({ seq }) => void heard.push(seq));
  await live(screen);
  for (const kind of ['dropped-event', 'doubled-event', 'reordered-event'] as const) {
    await whole.server.faults.add({ kind, match: { channel: wire('kds') } });
    const before = heard.length;
    await place(whole);
    await place(whole);
    await until(() => heard.length === before + 2);
  }
  expect(new Set(heard).size).toBe(6);
  expect(whole.server.faults.list().map(({ fired }) => fired)).toEqual([1, 1, 1]);
}, 20_000);

test('a token that has run out is replaced once for all namespaces', async () => {
  const whole = await startWhole();
  const match = { wire: 'socket-io', channel: 'private-*' };
  await whole.server.faults.add({ kind: 'expired-token', match, times: 2 });
  const reasons: string[] = [];
  const screen = posDevice(whole, 'kds', 'kds', {
    ...overSocketIo(whole),
    token({ reason }) {
      reasons.push(reason);
      return `${posTokens.kds}~${reasons.length}`;
    },
  });
  await live(screen);
  expect(reasons).toEqual(['start', 'rejected']);
  expect(opened(whole)).toHaveLength(2);
});

test('a namespace that is refused by a fault is asked for again', async () => {
  const whole = await startWhole();
  await whole.server.faults.add({ kind: 'answer', status: 503, match: { wire: 'socket-io', channel: wire('kds') } });
  await live(posDevice(whole, 'kds', 'kds', overSocketIo(whole)));
  expect(whole.server.faults.list().map(({ fired }) => fired)).toEqual([1]);
}, 20_000);

test('another store, another device and a channel beyond its abilities are denied; the others go on', async () => {
  const whole = await startWhole();
  const { client: stranger, denied } = screenOf(
    whole,
    { sku: 'another-store', deviceId: deviceIds.kds },
    posTokens.kds,
  );
  await stranger.start();
  await until(() => denied.length === 1);
  expect(denied).toEqual([['kds', 'forbidden']]);

  const other = screenOf(whole, { sku: store.sku, deviceId: deviceIds.pos }, posTokens.kds);
  await other.client.start();
  await until(() => other.denied.length === 1);
  expect(other.denied).toEqual([['notifications', 'forbidden']]);

  const till = screenOf(whole, { sku: store.sku, deviceId: deviceIds.pos }, posTokens.pos);
  await till.client.start();
  await until(() => till.denied.length === 1);
  expect(till.denied).toEqual([['kds', 'forbidden']]);

  const nobody = screenOf(whole, { sku: store.sku, deviceId: deviceIds.kds }, 'nobody');
  await nobody.client.start();
  await until(() => nobody.denied.length === 2);
  expect(nobody.denied.map(([, reason]) => reason)).toEqual(['auth-required', 'auth-required']);
});

test('a device that is blocked is let in nowhere, and V1 has no presence', async () => {
  const whole = await startWhole();
  const enter = (channel: string, token: string): Promise<unknown> =>
    guest(whole, `/${channel}`, { token }).then(
      () => 'in',
      (error: Error) => error.message,
    );
  const presence = `presence-store.${store.sku}.kds.presence`;
  expect(await enter(presence, posTokens.kds)).toBe('in');
  const block = `${whole.url}/laravel-pos/v1/devices/${deviceIds.kds}/status`;
  expect((await ask('POST', block, posTokens.backOffice, { status: 'blocked' })).status).toBe(200);
  expect(await enter(wire('kds'), posTokens.kds)).toBe('Forbidden');
  expect(await enter(wire('kds'), posTokens.backOffice)).toBe('in');

  const first = await startWhole({ v1: true });
  await expect(guest(first, `/${presence}`, { token: posTokens.kds })).rejects.toThrow('Forbidden');
});

test('what a café calls "/orders" stays the café’s, and a backend that asks nobody is not heard there', async () => {
  const whole = await startWhole();
  expect(whole.server.addresses['socket-io']).toHaveLength(1);
  await expect(guest(whole, '/orders', { token: posTokens.pos })).rejects.toThrow('Authentication error');
  await expect(guest(whole, '/tables')).rejects.toThrow('Invalid namespace');
});
