// Who is there, with our own client on every wire, against the development server.
import { describe, expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../src/client.ts';
import { defineContract } from '../../../src/contract/define-contract.ts';
import { barePayload } from '../../../src/contract/dialects/bare-payload.ts';
import type { Schema } from '../../../src/contract/schema.ts';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import type { Presence } from '../../../src/core/presence/presence.ts';
import type { Caller, CreateBackend } from '../../../src/dev-server/backend.ts';
import { createLaravelPos } from '../../../src/dev-server/backends/laravel-pos/index.ts';
import { store } from '../../../src/dev-server/backends/laravel-pos/tokens.ts';
import { contractBackend } from '../../../src/dev-server/contract-backend.ts';
import { developmentApp } from '../../../src/dev-server/signature.ts';
import type { ChannelPresence } from '../../../src/core/presence/followed.ts';
import { pusher } from '../../../src/transports/pusher.ts';
import { socketIo } from '../../../src/transports/socket-io.ts';
import type { Transport } from '../../../src/transports/transport.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { device, start, until, type Rig } from './rig.ts';

const anything: Schema<object> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as object }) },
};

/** A backend over Socket.IO, or plain WebSocket without signatures, that knows who is there. */
const floor = defineContract({
  name: 'floor',
  scope: anything,
  dialect: barePayload({}),
  connection: { transports: ['socket-io', 'websocket'], auth: { kind: 'handshake' } },
  events: {},
  channels: { room: { wire: '/room', events: [], position: 'none', access: 'presence' } },
  roles: { screen: { channels: ['room'] } },
});
const people: ReadonlyMap<string, Caller> = new Map(
  ['21', '22', '51'].map((id) => [`token-${id}`, { id, abilities: [], scope: {} }]),
);
const floorBackend: CreateBackend = (seams) => {
  const { connected: _, ...backend } = contractBackend(floor)(seams);
  return { ...backend, callerOf: (token) => people.get(token ?? '') };
};

interface Screen {
  readonly presence: ChannelPresence;
  readonly told: readonly Presence[];
  readonly moved: readonly string[];
  stop(): Promise<void>;
}
type Who = '21' | '22' | '51';

const laravelTokens: Readonly<Record<Who, string>> = {
  '21': 'dev-kds',
  '22': 'dev-kds-grill',
  '51': 'dev-back-office',
};
const timing = { connection: { backoffBaseMs: 50, backoffFloorMs: 50, spreadMs: 50 } };

async function follow(
  client: {
    start(): Promise<void>;
    dispose(): Promise<void>;
    stop(): Promise<void>;
  },
  presence: ChannelPresence,
): Promise<Screen> {
  const told: Presence[] = [];
  const moved: string[] = [];
  presence.subscribe((shown) => void told.push(shown));
  presence.onJoin(({ id }) => void moved.push(`+${id}`));
  presence.onLeave(({ id }) => void moved.push(`-${id}`));
  onTestFinished(() => client.dispose());
  await client.start();
  await until(() => presence.get().current);
  return { presence, told, moved, stop: () => client.stop() };
}

function openLaravel({ url }: Rig, transport: Transport, who: Who): Promise<Screen> {
  const client = createClient(laravelPos, {
    role: who === '51' ? 'back-office' : 'kds',
    scope: { sku: store.sku, deviceId: Number(who) },
    transport,
    api: { baseUrl: `${url}/laravel-pos` },
    token: () => laravelTokens[who],
    timing,
  });
  return follow(client, client.presence('presence'));
}

function openFloor({ url }: Rig, transport: Transport, who: Who): Promise<Screen> {
  const client = createClient(floor, {
    role: 'screen',
    scope: {},
    transport,
    api: { baseUrl: `${url}/floor` },
    token: () => `token-${who}`,
    timing,
  });
  return follow(client, client.presence('room'));
}

const wires: readonly {
  readonly wire: string;
  readonly backend: CreateBackend;
  open(rig: Rig, who: Who): Promise<Screen>;
  /** What a backend tells of a member. */
  info(who: Who): object;
}[] = [
  {
    wire: 'Pusher',
    backend: createLaravelPos,
    open(rig, who) {
      const { hostname, port } = new URL(rig.url);
      const address = { wsHost: hostname, wsPort: Number(port), forceTLS: false };
      return openLaravel(rig, pusher({ key: developmentApp.key, ...address }), who);
    },
    info: (who) => ({ info: { device_id: Number(who), device_type: expect.anything() as unknown } }),
  },
  {
    wire: 'plain WebSocket',
    backend: createLaravelPos,
    open: (rig, who) => openLaravel(rig, webSocket({ url: `${rig.ws}/socket` }), who),
    info: (who) => ({ info: { device_id: Number(who), device_type: expect.anything() as unknown } }),
  },
  {
    wire: 'Socket.IO before a backend that signs for Pusher',
    backend: createLaravelPos,
    open: (rig, who) => openLaravel(rig, socketIo({ url: rig.url }), who),
    info: (who) => ({ info: { device_id: Number(who), device_type: expect.anything() as unknown } }),
  },
  {
    wire: 'plain WebSocket without signatures',
    backend: floorBackend,
    open: (rig, who) => openFloor(rig, webSocket({ url: `${rig.ws}/socket` }), who),
    info: () => ({}),
  },
  {
    wire: 'Socket.IO',
    backend: floorBackend,
    open: (rig, who) => openFloor(rig, socketIo({ url: rig.url }), who),
    info: () => ({}),
  },
];

describe.each(wires)('$wire', ({ backend, open, info }) => {
  const member = (who: Who) => ({ id: who, ...info(who) });
  const idsOf = ({ presence }: Screen): readonly unknown[] | undefined => presence.get().members?.map(({ id }) => id);

  test('W2, W8: each screen is told who is there, who comes and who goes (F26)', async () => {
    const rig = await start({ backends: [backend] });
    const first = await open(rig, '21');
    expect(first.presence.get()).toEqual({ members: [member('21')], me: member('21'), current: true });
    const second = await open(rig, '51');
    expect(second.presence.get()).toEqual({ members: [member('21'), member('51')], me: member('51'), current: true });
    await until(() => first.moved.length === 1);
    await second.stop();
    await until(() => first.moved.length === 2);
    expect(first.moved).toEqual(['+51', '-51']);
    expect(first.told).toHaveLength(3);
    expect(second.moved).toEqual([]);
  });

  test('W4: a user with two connections is one member, and there until the last of them is gone (F26)', async () => {
    const rig = await start({ backends: [backend] });
    const first = await open(rig, '21');
    const [one, other] = [await open(rig, '22'), await open(rig, '22')];
    expect(idsOf(other)).toEqual(['21', '22']);
    await one.stop();
    await open(rig, '51');
    await until(() => first.moved.length === 2);
    await other.stop();
    await until(() => first.moved.length === 3);
    expect(first.moved).toEqual(['+22', '+51', '-22']);
  });

  test('W2, W3: whoever was cut off shows who was there at last, and then who is (F26)', async () => {
    const rig = await start({ backends: [backend] });
    const screens = [await open(rig, '21'), await open(rig, '51')];
    await until(() => screens.every((screen) => idsOf(screen)?.length === 2));
    const outageOf = ({ told }: Screen): number => told.findIndex(({ current }) => !current);
    await rig.server.faults.add({ kind: 'cut-connections' });
    await until(() => screens.every((screen) => outageOf(screen) > 0));
    for (const screen of screens) {
      const outage = outageOf(screen);
      // One of two that are cut may still have heard of the other.
      expect(screen.told[outage]).toEqual({ ...screen.told[outage - 1], current: false });
    }
    await until(() => screens.every((screen) => screen.presence.get().current && idsOf(screen)?.length === 2));
  }, 20_000);
});

test('W5: whom a device calls itself without a signature is nobody (F26)', async () => {
  const { ws } = await start({ backends: [floorBackend] });
  const { say, frames } = await device(`${ws}/socket`);
  say({ type: 'auth', version: 1, token: 'token-21' });
  say({ type: 'subscribe', channel: '/room', channelData: '{"user_id":"51","user_info":{"name":"the boss"}}' });
  expect((await frames(2))[1]).toEqual({
    type: 'ack',
    channel: '/room',
    payload: { members: [{ id: '21' }], me: '21' },
  });
});
