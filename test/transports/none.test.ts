import { expect, test } from 'vitest';
import { none } from '../../src/transports/none.ts';
import { connect } from './listener.ts';

test('there is no socket to be had, and every method is harmless', () => {
  const { told, connection } = connect(none());
  connection.ping();
  connection.join('orders');
  connection.leave('orders');
  expect(connection.send({ channel: 'orders', name: 'hello', payload: 1 })).toBe(false);
  connection.close();
  expect(told).toEqual([['failed', { kind: 'no-socket' }]]);
});
