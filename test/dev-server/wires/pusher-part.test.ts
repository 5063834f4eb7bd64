// How a Pusher server is hosted: what reaches it, what it publishes, and what is told of it.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import Pusher from 'pusher';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import { contractBackend } from '../../../src/dev-server/contract-backend.ts';
import { pusherPart, type HostedPusherOptions } from '../../../src/dev-server/pusher-part.ts';
import { developmentApp } from '../../../src/dev-server/signature.ts';
import type { Publication } from '../../../src/emit/index.ts';
import { start, until } from './rig.ts';

/** As much of a Pusher server as is hosted. */
function stub() {
  const asked: string[] = [];
  const published: Publication[] = [];
  let options: HostedPusherOptions | undefined;
  return {
    asked,
    published,
    happens: (...happening: Parameters<HostedPusherOptions['traffic']>) => options?.traffic(...happening),
    create(given: HostedPusherOptions) {
      options = given;
      return {
        handleUpgrade({ url }: IncomingMessage, socket: { end(text: string): unknown }) {
          asked.push(`upgrade ${url}`);
          socket.end('HTTP/1.1 418 Teapot\r\nConnection: close\r\n\r\n');
          return true;
        },
        async fetch({ url }: Request) {
          const { pathname } = new URL(url);
          return pathname.startsWith('/apps/') ? Response.json({ asked: asked.push(`fetch ${pathname}`) }) : undefined;
        },
        publisherOf: () => ({
          mostBytes: 400,
          atOnce: 10,
          async publish(publications: readonly Publication[]) {
            published.push(...publications);
          },
        }),
        connections: () => [
          { cut: () => void asked.push('cut'), sendAway: (code: number) => void asked.push(`away ${code}`) },
        ],
        close: () => void asked.push('close'),
      };
    },
  };
}

test('upgrades, its HTTP API and events reach it, faults cut it, and it ends with the server', async () => {
  const pusher = stub();
  const { server, url, ws, traffic } = await start({
    backends: [contractBackend(laravelPos)],
    parts: [pusherPart(pusher.create)],
  });
  expect(server.addresses['pusher']?.[0]?.url).toBe(`${ws}/app/heard-key`);
  const socket = new WebSocket(`${ws}/app/heard-key?protocol=7`);
  onTestFinished(() => socket.terminate());
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('418');
  expect((await fetch(`${url}/apps/heard-app/channels`)).status).toBe(200);
  const emit = (text: string) =>
    fetch(`${url}/laravel-pos/emit`, {
      method: 'POST',
      body: JSON.stringify({
        event: 'KdsTicketUpdated',
        scope: { sku: 'corner' },
        data: { ticket_id: 1, status: 'ready', text },
      }),
    });
  // What the smallest wire does not carry is refused before anybody is told.
  expect([(await emit('')).status, (await emit('x'.repeat(400))).status]).toEqual([201, 422]);
  await until(() => pusher.published.length === 1);
  expect(pusher.published[0]).toMatchObject({ channel: 'private-store.corner.kds', name: 'KdsTicketUpdated' });
  await server.faults.add({ kind: 'cut-connections', match: { wire: 'pusher' } });
  await server.faults.add({ kind: 'cut-connections', code: 4200, match: { wire: 'pusher' } });
  await server.close();
  expect(pusher.asked).toEqual([
    'upgrade /app/heard-key?protocol=7',
    'fetch /apps/heard-app/channels',
    'cut',
    'away 4200',
    'close',
  ]);
  expect(traffic.some((entry) => entry.kind === 'event' && entry.wire === 'pusher')).toBe(true);
});

test('the largest batch that Soketi takes is taken', async () => {
  const { url } = await start({ backends: [contractBackend(laravelPos)] });
  const pusher = new Pusher({
    ...developmentApp,
    appId: developmentApp.id,
    host: '127.0.0.1',
    port: new URL(url).port,
  });
  // Every quotation mark in it is two characters on the way.
  const data = '"'.repeat(100 * 1024);
  const batch = Array.from({ length: 10 }, (_, n) => ({ channel: `orders-${n}`, name: 'OrderCreated', data }));
  const answer = await pusher.triggerBatch(batch);
  expect([answer.status, await answer.text()]).toEqual([200, '{"ok":true}']);
});

test('its frames are told without what is in them', async () => {
  const pusher = stub();
  const { traffic } = await start({ parts: [pusherPart(pusher.create)] });
  const socketId = '1.2';
  pusher.happens({ what: 'opened', socketId, text: '' });
  const subscribe = { event: 'pusher:subscribe', data: { channel: 'private-a', auth: 'key:secret-signature' } };
  pusher.happens({ what: 'heard', socketId, text: JSON.stringify(subscribe) });
  pusher.happens({ what: 'said', socketId, text: '{"event":"OrderCreated","channel":"private-a","data":"Ada"}' });
  pusher.happens({ what: 'heard', socketId, text: 'rubbish' });
  pusher.happens({ what: 'closed', socketId, text: '4201' });
  expect(traffic).toMatchObject([
    { kind: 'connection', what: 'opened' },
    { kind: 'frame', to: 'server', type: 'pusher:subscribe', channel: 'private-a' },
    { kind: 'frame', to: 'server', type: 'malformed' },
    { kind: 'connection', what: 'closed', because: '4201' },
  ]);
  expect(JSON.stringify(traffic)).not.toMatch(/secret|Ada/);
});
