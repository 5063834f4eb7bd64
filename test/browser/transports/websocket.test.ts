import { expect, inject, test } from 'vitest';
import { webSocket } from '../../../src/transports/websocket.ts';
import { connect } from '../../transports/listener.ts';

const url = inject('sockets');

/** A device that was let in. */
async function open() {
  const heard = connect(webSocket({ url }), { token: 'secret' });
  await heard.until('opened');
  const tell = (name: string, payload: unknown = null): boolean =>
    heard.connection.send({ channel: 'test', name, payload });
  return { ...heard, tell };
}

test('a browser greets, joins, says, is acknowledged and hears ten thousand events in order', async () => {
  const { told, connection, until, tell } = await open();
  connection.join('orders');
  await until('joined');
  connection.ping();
  await until('alive');
  const answer = new Promise((acknowledged) => {
    connection.send({ channel: 'test', name: 'hello', payload: { n: 1 }, acknowledged });
  });
  expect(await answer).toEqual({ n: 1 });
  tell('burst', 10_000);
  await until('frame', 10_000);
  const payloads = told.flatMap(([name, frame]) => (name === 'frame' ? [(frame as { payload: string }).payload] : []));
  expect(payloads).toEqual(Array.from({ length: 10_000 }, (_, index) => `{"seq":${index + 1}}`));
  connection.close();
});

test.each([
  ['close', 1012, 1012],
  ['close', 4401, 4401],
  ['terminate', null, 1006],
  ['reset', null, 1006],
])('a browser tells once that the server is gone: %s %s', async (how, payload, code) => {
  const { told, connection, until, tell } = await open();
  tell(how, payload);
  await until('closed');
  expect(tell('close', 1000)).toBe(false);
  connection.ping();
  connection.close();
  expect(told).toEqual([
    ['opened', { socketId: '1.7' }],
    ['closed', { code }],
  ]);
});

test('a browser does not say why there was no socket', async () => {
  const { told, until } = connect(webSocket({ url: 'ws://127.0.0.1:9/' }));
  await until('failed');
  expect(told).toEqual([['failed', { kind: 'unknown' }]]);
});

test('hostile frames cost no neighbour in a browser', async () => {
  const { told, connection, until, tell } = await open();
  tell('bytes');
  tell('say', 'not json');
  tell('say', '{"type":"event","channel":"__proto__","name":"constructor","payload":{"__proto__":{"x":1}}}');
  tell('say', `{"type":"event","channel":"orders","name":"Huge","payload":"${'x'.repeat(2_000_000)}"}`);
  tell('say', '{"type":"event","channel":"orders","name":"Neighbour","payload":{}}');
  await until('frame', 3);
  expect(told.slice(1)).toEqual([
    ['alive'],
    ['alive'],
    ['frame', { channel: '__proto__', name: 'constructor', payload: '{"__proto__":{"x":1}}' }],
    ['frame', { channel: 'orders', name: 'Huge', payload: '…', bytes: expect.any(Number) }],
    ['frame', { channel: 'orders', name: 'Neighbour', payload: '{}' }],
  ]);
  connection.close();
});
