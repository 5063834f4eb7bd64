import { describe, expect, test } from 'vitest';
import { createRig, orders, printing, type Rig } from './rig.ts';

interface Told {
  readonly seq: number | undefined;
  readonly atMs: number;
  readonly continuity: string;
}

const job = (id: number): object => ({ print_job: { id, status: 'queued' } });
const order = (id: number): object => ({ order: { id, status: 'accepted' } });

async function live(): Promise<{ readonly rig: Rig; readonly told: Told[] }> {
  const rig = createRig();
  const told: Told[] = [];
  rig.pos.on('*', ({ seq, continuity }) => void told.push({ seq, continuity, atMs: rig.host.clock.monotonicMs() }));
  await rig.pos.start();
  await rig.host.pass(2_000);
  expect(rig.pos.status.get().word).toBe('live');
  return { rig, told };
}

const cursorOf = (rig: Rig, channel: string): number | undefined =>
  rig.pos.health().channels.find((one) => one.channel === channel)?.cursor?.seq;

describe('a hole while HTTP is down', () => {
  test.each([
    {
      what: 'a print job by 2 s',
      wire: printing,
      channel: 'printing',
      name: 'PrintJobQueued',
      data: job,
      heldMs: 2_000,
    },
    { what: 'an order by 5 s', wire: orders, channel: 'orders', name: 'OrderCreated', data: order, heldMs: 5_000 },
  ])(
    'delays $what and not for ever, and is closed when HTTP is back',
    async ({ wire, channel, name, data, heldMs }) => {
      const { rig, told } = await live();
      rig.say(wire, name, data(1));
      await rig.host.pass(1_000);
      rig.http.weather = 'down';
      rig.say(wire, name, data(2), true);
      const arrivesAtMs = rig.host.clock.monotonicMs() + 20;
      rig.say(wire, name, data(3));
      await rig.host.pass(30_000);
      expect(told).toMatchObject([
        { seq: 1, continuity: 'kept' },
        { seq: 3, continuity: 'unproven', atMs: arrivesAtMs + heldMs },
      ]);
      expect(cursorOf(rig, channel)).toBe(1);
      // What follows does not wait again.
      rig.say(wire, name, data(4));
      await rig.host.pass(20);
      expect(told.at(-1)).toMatchObject({ seq: 4, continuity: 'unproven' });

      rig.http.weather = 'clear';
      await rig.host.pass(40_000);
      expect(told.slice(3)).toMatchObject([{ seq: 2 }]);
      expect(cursorOf(rig, channel)).toBe(4);
      await rig.pos.dispose();
    },
  );
});
