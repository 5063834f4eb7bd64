// SERVERS.md, Soketi, “Connection”: 4009, sign-in failed or user terminated.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { app, host, sign } from './hosting.ts';

const signIn = (socketId: string, user: unknown, secret = app.secret): object => {
  const userData = JSON.stringify(user);
  const signature = createHmac('sha256', secret).update(`${socketId}::user::${userData}`).digest('hex');
  return { event: 'pusher:signin', data: { auth: `${app.key}:${signature}`, user_data: userData } };
};

const farewell = (message: string) => ({ event: 'pusher:error', data: { code: 4009, message } });

test('who has signed in hears what the backend says to the user, and can be put out by it', async () => {
  const { device, library, time } = await host({ userAuthentication: true });
  const [first, second, other] = [await device(), await device(), await device()];
  for (const connected of [first, second]) {
    const frame = signIn(connected.id, { id: 18, name: 'Grill' });
    connected.say(frame);
    expect(await connected.next()).toEqual({ ...frame, event: 'pusher:signin_success' });
  }
  other.say(signIn(other.id, { id: '19' }));
  await other.next();
  expect(time.waiting).toBe(3);
  await library.sendToUser('18', 'Hello', { at: 'pass' });
  for (const connected of [first, second]) {
    expect(await connected.next()).toEqual({
      event: 'Hello',
      channel: '#server-to-user-18',
      data: '{"at":"pass"}',
    });
  }
  await library.terminateUserConnections('18');
  for (const connected of [first, second]) {
    expect(await connected.next()).toEqual(farewell('You got disconnected by the app.'));
    expect(await connected.gone()).toBe(4009);
  }
  expect(await other.settled()).toEqual([]);
});

test('4009 for a signature that is wrong, and for a user without an id', async () => {
  const { device } = await host({ userAuthentication: true });
  for (const [frameOf, message] of [
    [(id: string) => signIn(id, { id: 1 }, 'another-secret'), 'Connection not authorized.'],
    [() => signIn('1.1', { id: 1 }), 'Connection not authorized.'],
    [() => ({ event: 'pusher:signin', data: {} }), 'Connection not authorized.'],
    [(id: string) => signIn(id, { name: 'Grill' }), 'The returned user data must contain the "id" field.'],
    [(id: string) => signIn(id, null), 'The returned user data must contain the "id" field.'],
    [(id: string) => signIn(id, { id: '' }), 'The returned user data must contain the "id" field.'],
  ] as const) {
    const connected = await device();
    connected.say(frameOf(connected.id));
    expect(await connected.next()).toEqual(farewell(message));
    expect(await connected.gone()).toBe(4009);
  }
});

test('4009 for a connection that neither signed in nor showed a signature within 30 s', async () => {
  const { device, time } = await host({ userAuthentication: true });
  const [idle, listening, guarded] = [await device(), await device(), await device()];
  listening.say({ event: 'pusher:subscribe', data: { channel: 'orders' } });
  await listening.next();
  const auth = sign(guarded.id, 'private-kitchen');
  guarded.say({ event: 'pusher:subscribe', data: { channel: 'private-kitchen', auth } });
  await guarded.next();
  time.advance(30_000);
  for (const connected of [idle, listening]) {
    expect(await connected.next()).toEqual(farewell('Connection not authorized within timeout.'));
    expect(await connected.gone()).toBe(4009);
  }
  expect(await guarded.settled()).toEqual([]);
});

test('an app without users asks for nothing and answers nothing', async () => {
  const { device, time } = await host();
  const connected = await device();
  connected.say(signIn(connected.id, { id: 1 }, 'another-secret'));
  time.advance(30_000);
  expect(await connected.settled()).toEqual([]);
});
