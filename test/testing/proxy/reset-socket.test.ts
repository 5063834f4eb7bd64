import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { resetSocket } from '../../../src/testing/proxy/reset-socket.ts';

/** Both ends of a connection. */
async function pair(): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [near] = (await once(server, 'connection')) as [Socket];
  for (const socket of [near, far]) {
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
  }
  return { near, far };
}

test('a reset is heard as one', async () => {
  const { near, far } = await pair();
  const heard = once(far, 'error');
  resetSocket(near);
  const [error] = (await heard) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
});

test('a socket that is just being ended is let go of, too, and the other side hears so', async () => {
  const { near, far } = await pair();
  const faults: unknown[] = [];
  near.on('error', (error) => faults.push(error));
  far.resume();
  const [hereGone, thereGone] = [once(near, 'close'), once(far, 'close')];
  near.end();
  resetSocket(near);
  await hereGone;
  await thereGone;
  expect(faults).toEqual([]);
});
