// Each fault of a WebSocket, with the `ws` package on both sides.
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFakeHost } from '../../../src/testing/fake-host.ts';
import { platformHost } from '../../../src/host/platform.ts';
import { guest, house, until } from './house.ts';

test('without faults everything passes as it is: texts, bytes, fragments, pings, large messages, and how it ends', async () => {
  const place = await house();
  const { socket, heard, ended } = await guest(place);
  const large = randomBytes(300_000);
  socket.send('hello');
  socket.send('in two ', { fin: false });
  socket.ping();
  socket.send('parts', { fin: true });
  socket.send(large);
  await until(() => heard.length === 3);
  expect(heard.slice(0, 2)).toEqual(['hello', 'in two parts']);
  expect(heard[2]).toBe(large.toString());
  socket.close(4321, 'enough');
  expect(await ended).toBe(4321);
  await until(() => place.proxy.sockets === 0 && place.sockets.size === 0);
  expect(place.proxy.log).toEqual([]);
});

test('drop: one message to the client never comes, and its neighbours do (F18)', async () => {
  const place = await house();
  const { socket, heard } = await guest(place);
  const rule = place.proxy.add({ match: { direction: 's2c', text: 'two' }, action: { kind: 'drop' } });
  for (const text of ['one', 'two', 'three', 'two']) socket.send(text);
  await until(() => heard.length === 3);
  expect(heard).toEqual(['one', 'three', 'two']);
  expect(place.heard).toEqual(['one', 'two', 'three', 'two']);
  expect([rule.fired, place.proxy.log]).toMatchObject([
    1,
    [{ rule: rule.id, kind: 'drop', on: 'message', direction: 's2c', path: '/socket', connection: 1 }],
  ]);
});

test('dup: a message comes twice, or as often as told; `after` lets some pass and `times` ends it (F27)', async () => {
  const place = await house();
  const { socket, heard } = await guest(place);
  place.proxy.add({ match: { direction: 's2c' }, action: { kind: 'dup' }, after: 1 });
  place.proxy.add({ match: { direction: 'c2s', text: /^four$/ }, action: { kind: 'dup', count: 3 } });
  for (const text of ['one', 'two', 'three', 'four']) socket.send(text);
  await until(() => heard.length === 7);
  expect(heard).toEqual(['one', 'two', 'two', 'three', 'four', 'four', 'four']);
  // Which of the two was first, the network decides.
  expect(place.proxy.log.map(({ kind, direction }) => `${kind} ${direction}`).sort()).toEqual(['dup c2s', 'dup s2c']);
});

test('reorder: a message comes after the next one, and alone after a while (F28)', async () => {
  const host = createFakeHost();
  const place = await house({ host });
  const { socket, heard } = await guest(place);
  place.proxy.add({ match: { direction: 's2c', text: 'one' }, action: { kind: 'reorder' } });
  const last = place.proxy.add({ match: { direction: 's2c', text: 'four' }, action: { kind: 'reorder', heldMs: 500 } });
  for (const text of ['one', 'two', 'three', 'four']) socket.send(text);
  await until(() => last.fired === 1 && heard.length === 3);
  expect(heard).toEqual(['two', 'one', 'three']);
  host.advance(499);
  expect(host.pendingTimers).toBe(1);
  host.advance(1);
  await until(() => heard.length === 4);
  expect(heard.at(-1)).toBe('four');
});

test('latency: a message waits, and those behind it wait with it', async () => {
  const host = createFakeHost();
  const place = await house({ host });
  const { socket, heard } = await guest(place);
  place.proxy.add({ match: { direction: 's2c', text: 'one' }, action: { kind: 'latency', ms: 5_000 } });
  socket.send('one');
  socket.send('two');
  await until(() => place.heard.length === 2 && host.pendingTimers === 1);
  host.advance(4_999);
  expect(host.pendingTimers).toBe(1);
  host.advance(1);
  await until(() => heard.length === 2);
  expect(heard).toEqual(['one', 'two']);
});

test('latency of a whole connection, with jitter that the seed draws', async () => {
  const delaysOf = async (seed: number): Promise<readonly number[]> => {
    const delays: number[] = [];
    const platform = platformHost();
    const schedule = (ms: number, then: () => void) => {
      delays.push(ms);
      return platform.schedule(0, then);
    };
    const clock = { ...platform.clock, monotonicMs: () => delays.length * 1_000 };
    const place = await house({ host: { clock, schedule }, seed });
    place.proxy.add({ match: { on: 'upgrade' }, action: { kind: 'latency', ms: 10, jitterMs: 20 } });
    const { socket, heard } = await guest(place);
    for (const text of ['one', 'two']) {
      socket.send(text);
      await until(() => heard.includes(text));
    }
    return delays;
  };
  const first = await delaysOf(5);
  expect(first.map((ms) => ms >= 10 && ms < 30)).toEqual([true, true, true, true]);
  expect(await delaysOf(5)).toEqual(first);
  expect(await delaysOf(6)).not.toEqual(first);
});

test('slicer: every byte in a write of its own, and the message arrives whole (F01)', async () => {
  const place = await house();
  place.proxy.add({ match: { on: 'upgrade' }, action: { kind: 'slicer' } });
  const { socket, heard } = await guest(place);
  const text = 'Борщ, crème brûlée '.repeat(20);
  socket.send(text);
  await until(() => heard.length === 1);
  expect(heard).toEqual([text]);
  place.proxy.add({ match: { direction: 's2c' }, action: { kind: 'slicer', bytes: 7 } });
  socket.send('again');
  await until(() => heard.length === 2);
  expect(place.proxy.log.map(({ kind, on }) => [kind, on])).toEqual([
    ['slicer', 'upgrade'],
    ['slicer', 'message'],
  ]);
});

test('inject: a message that nobody sent comes before or after another, to either side, or at once (F31)', async () => {
  const place = await house();
  const { socket, heard } = await guest(place);
  place.proxy.add({ match: { direction: 's2c', text: 'a' }, action: { kind: 'inject', data: '<', place: 'before' } });
  place.proxy.add({ match: { direction: 's2c', text: 'b' }, action: { kind: 'inject', data: '>' } });
  for (const text of ['a', 'b']) socket.send(text);
  await until(() => heard.length === 4);
  expect(heard).toEqual(['<', 'a', 'b', '>']);
  expect(place.proxy.now({ kind: 'inject', data: 'to the server', direction: 'c2s' }, { path: '/sock*' })).toBe(1);
  expect(place.proxy.now({ kind: 'inject', data: 'to nobody' }, { path: '/elsewhere' })).toBe(0);
  await until(() => heard.length === 5);
  expect(place.heard).toEqual(['a', 'b', 'to the server']);
  expect(place.proxy.log.at(-1)).toMatchObject({ rule: 0, on: 'now', kind: 'inject' });
});

test('corrupt: a message that ends in its middle, and one that is no UTF-8 (F35)', async () => {
  const place = await house();
  const { socket, heard, ended } = await guest(place);
  const frame = JSON.stringify({ type: 'event', payload: { order: 7 } });
  place.proxy.add({ match: { direction: 's2c' }, action: { kind: 'corrupt' } });
  socket.send(frame);
  await until(() => heard.length === 1);
  expect(frame.startsWith(heard[0] ?? 'nothing')).toBe(true);
  expect(() => void JSON.parse(heard[0] ?? '')).toThrow(SyntaxError);
  place.proxy.add({ match: { direction: 's2c' }, action: { kind: 'corrupt', how: 'byte' } });
  socket.send(frame);
  // What `ws` says to a text that is none.
  expect(await ended).toBe(1006);
});

test.each([4000, 4001, 4100, 4200, 4300, 1001, 1012, 1013, 1005])(
  'close: the client is told %i, and the server sees that it is gone (F08, F09, F10)',
  async (code) => {
    const place = await house();
    const { ended } = await guest(place);
    expect(place.proxy.now({ kind: 'close', code, reason: 'restart' })).toBe(1);
    expect(await ended).toBe(code);
    await until(() => place.sockets.size === 0 && place.proxy.sockets === 0);
  },
);

test('rst and fin: the connection is gone without a close frame, also in the middle of a message (F01)', async () => {
  const place = await house();
  for (const kind of ['rst', 'fin'] as const) {
    const now = await guest(place);
    place.proxy.now({ kind });
    expect(await now.ended).toBe(1006);
    const inMessage = await guest(place);
    const rule = place.proxy.add({ match: { direction: 's2c' }, action: { kind, afterBytes: 4 } });
    inMessage.socket.send('never whole');
    expect([await inMessage.ended, inMessage.heard, rule.fired]).toEqual([1006, [], 1]);
  }
  await until(() => place.sockets.size === 0 && place.proxy.sockets === 0);
});

test('halfopen: nothing gets through and nobody is told; what was kept comes late, even to one that gave up (F02, F04)', async () => {
  const place = await house();
  const first = await guest(place);
  place.proxy.now({ kind: 'halfopen' });
  first.socket.send('lost?');
  for (const one of place.sockets) one.send('unheard');
  // A second connection shows that the first one had all the time it needed.
  const second = await guest(place);
  second.socket.send('through');
  await until(() => second.heard.length === 1);
  expect([first.heard, place.heard, first.socket.readyState]).toEqual([[], ['through'], first.socket.OPEN]);
  expect(place.proxy.release()).toBe(1);
  await until(() => first.heard.length === 2);
  expect([first.heard, place.heard]).toEqual([
    ['unheard', 'lost?'],
    ['through', 'lost?'],
  ]);
});

test('blackhole: one way is silent and the other is not (F03)', async () => {
  const place = await house();
  const { socket, heard } = await guest(place);
  place.proxy.add({ match: { direction: 's2c', text: 'quiet' }, action: { kind: 'blackhole-s2c' } });
  for (const text of ['one', 'quiet', 'three']) socket.send(text);
  await until(() => place.heard.length === 3 && heard.length === 1);
  const other = await guest(place);
  other.socket.send('through');
  await until(() => other.heard.length === 1);
  other.socket.terminate();
  expect([heard, place.proxy.log.length]).toEqual([['one'], 1]);
  place.proxy.release();
  await until(() => heard.length === 3);

  place.proxy.now({ kind: 'blackhole-c2s' });
  socket.send('unheard');
  for (const one of place.sockets) one.send('told');
  await until(() => heard.length === 4);
  expect([heard.at(-1), place.heard.length]).toEqual(['told', 4]);
});

test('pings and pongs can be lost alone (F07)', async () => {
  const place = await house();
  const { socket, heard } = await guest(place);
  const rule = place.proxy.add({ match: { frame: 'pong', direction: 's2c' }, action: { kind: 'drop' } });
  let pongs = 0;
  socket.on('pong', () => (pongs += 1));
  socket.ping();
  socket.send('behind it');
  await until(() => heard.length === 1);
  expect([pongs, rule.fired]).toEqual([0, 1]);
  socket.ping();
  await until(() => pongs === 1);
});

test('at the upgrade: refused, answered with a status or a web page, ended, or closed as soon as it is open (F05, F06)', async () => {
  const place = await house();
  const { proxy } = place;
  const on = 'upgrade';
  proxy.add({ match: { on }, action: { kind: 'http-respond', status: 401, headers: { 'x-why': 'token' } } });
  await expect(guest(place)).rejects.toThrow('Unexpected server response: 401');
  proxy.add({ match: { on }, action: { kind: 'http-html' } });
  await expect(guest(place)).rejects.toThrow('Unexpected server response: 200');
  proxy.add({ match: { on }, action: { kind: 'rst' } });
  await expect(guest(place)).rejects.toThrow('ECONNRESET');
  proxy.add({ match: { on }, action: { kind: 'fin' } });
  await expect(guest(place)).rejects.toThrow('socket hang up');
  proxy.add({ action: { kind: 'refuse' } });
  await expect(guest(place)).rejects.toThrow('ECONNRESET');
  expect(place.upgrades).toHaveLength(0);
  await expect(guest(place, '/closed')).rejects.toThrow('Unexpected server response: 403');
  proxy.add({ match: { on, path: '/socket' }, action: { kind: 'close', code: 4009 } });
  expect(await (await guest(place)).ended).toBe(4009);
  proxy.add({ match: { on }, action: { kind: 'inject', data: 'first' } });
  const { heard } = await guest(place);
  await until(() => heard[0] === 'first');
  expect(proxy.log.map(({ kind }) => kind)).toEqual([
    'http-respond',
    'http-html',
    'rst',
    'fin',
    'refuse',
    'close',
    'inject',
  ]);
});

test('what is compressed could not be looked at, so that compression is never agreed on', async () => {
  const place = await house();
  const { socket } = await guest(place);
  expect(socket.extensions).toBe('');
  expect(place.upgrades[0]?.headers).not.toHaveProperty('sec-websocket-extensions');
});
