import { expect, inject, test } from 'vitest';
import { socketIo } from '../../../src/transports/socket-io.ts';
import { connect } from '../../transports/listener.ts';

test('a browser that says it is offline ends no connection that works', async () => {
  const { told, connection, until } = connect(socketIo({ url: inject('socketIo') }));
  await until('opened');
  connection.join('/orders');
  await until('joined');
  window.dispatchEvent(new Event('offline'));
  const answer = new Promise((acknowledged) => {
    connection.send({ channel: '/orders', name: 'hello', payload: { n: 1 }, acknowledged });
  });
  expect(await answer).toEqual({ n: 1 });
  expect(told.map(([name]) => name)).not.toContain('closed');
  connection.close();
});

test('a browser does not say why there was no socket', async () => {
  const { told, until } = connect(socketIo({ url: 'http://127.0.0.1:9' }));
  await until('failed');
  expect(told).toEqual([['failed', { kind: 'unknown' }]]);
});
