import { expect, test } from 'vitest';
import { createRig, failed, ok, refused, type Input } from './rig.ts';

test.each(['network', 'timeout', 'captive-portal'] as const)(
  'O28: after %s nothing is sent until a plain GET was answered',
  async (because) => {
    const rig = await createRig();
    await rig.enqueue('key', { n: 1 });
    rig.last().answer(failed(because));
    await rig.settle();
    await rig.enqueue('blind', { n: 2 });
    expect(rig.asked).toHaveLength(1);
    expect(rig.probes).toHaveLength(1);
    rig.probes[0]?.(true);
    await rig.settle();
    expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([1, 2]);
  },
);

test('O28: an outage costs one attempt, however many wait', async () => {
  const rig = await createRig({ probe: () => Promise.resolve(false) });
  await rig.enqueue('blind', { n: 1 });
  rig.last().answer(failed('network'));
  await rig.settle();
  for (let n = 2; n < 50; n += 1) await rig.enqueue('blind', { n });
  await rig.host.pass(3_600_000);
  expect(rig.asked).toHaveLength(1);
  expect(rig.outbox.counts()).toMatchObject({ waiting: 48, parked: 1 });
});

test('O28: the GET is asked at once, and then ever slower, up to half a minute', async () => {
  const times: number[] = [];
  const rig = await createRig({
    probe: () => {
      times.push(rig.host.clock.monotonicMs());
      return Promise.resolve(false);
    },
  });
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(failed('network'));
  await rig.host.pass(120_000);
  const waits = times.map((at, index) => at - (times[index - 1] ?? 0));
  expect(waits.slice(0, 9)).toEqual([0, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

test('O28: a GET that always fails does not keep everything from going: what is safe to repeat goes to see', async () => {
  const rig = await createRig({ probe: () => Promise.resolve(false) });
  await rig.enqueue('blind', { n: 1 });
  rig.last().answer(failed('network'));
  await rig.settle();
  await rig.enqueue('blind', { n: 2 });
  await rig.enqueue('key', { n: 3 });
  await rig.enqueue('key', { n: 4 });
  await rig.host.pass(1_700);
  expect(rig.asked).toHaveLength(1);
  await rig.host.pass(200);
  expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([1, 3]);
  rig.last().answer(ok());
  await rig.settle();
  expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([1, 3, 2, 4]);
});

test('O28: a GET that throws or rejects has reached nobody', async () => {
  let asked = 0;
  const rig = await createRig({
    probe() {
      asked += 1;
      if (asked === 1) throw new Error('thrown');
      return asked === 2 ? Promise.reject(new Error('rejected')) : Promise.resolve(true);
    },
  });
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(failed('network'));
  await rig.host.pass(2_000);
  expect(rig.asked).toHaveLength(2);
  expect(rig.errors).toEqual([new Error('thrown'), new Error('rejected')]);
});

test('O28: when nothing waits, nobody is asked', async () => {
  const rig = await createRig();
  await rig.enqueue('blind', { n: 1 });
  rig.last().answer(failed('network'));
  rig.probes[0]?.(false);
  await rig.host.pass(3_600_000);
  expect(rig.probes).toHaveLength(1);
  expect(rig.host.pendingTimers).toBe(0);
});

test('O28: an answer of the server to what was under way ends the waiting', async () => {
  const rig = await createRig();
  await rig.enqueue('key', { n: 1 });
  await rig.enqueue('key', { n: 2 });
  rig.asked[0]?.answer(failed('network'));
  await rig.settle();
  await rig.enqueue('key', { n: 3 });
  rig.asked[1]?.answer(refused(422));
  await rig.settle();
  expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([1, 2, 3]);
});

test('O29: what fails twice as a network error while the GET works is a matter of configuration', async () => {
  const rig = await createRig({ probe: () => Promise.resolve(true) });
  await rig.enqueue('key', { n: 1 });
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    rig.last().answer(failed('network'));
    await rig.settle();
    expect(rig.signals.filter(({ kind }) => kind === 'config')).toHaveLength(attempt > 1 ? 1 : 0);
    await rig.host.pass(10_000);
  }
  expect(rig.signals).toMatchObject([{ kind: 'config', because: 'blocked-request', name: 'key' }]);
  await rig.enqueue('key', { n: 2 });
  expect(rig.last().body).toMatchObject({ n: 2 });
});

test('O29: failures while there is no network, and failures with an answer between them, make nobody suspect', async () => {
  let isReached = false;
  const rig = await createRig({ probe: () => Promise.resolve(isReached) });
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(failed('network'));
  await rig.host.pass(1_000);
  isReached = true;
  await rig.host.pass(60_000);
  rig.last().answer(failed('network'));
  await rig.host.pass(60_000);
  rig.last().answer(refused(503));
  await rig.host.pass(60_000);
  rig.last().answer(failed('network'));
  await rig.host.pass(60_000);
  expect(rig.signals).toEqual([]);
});

test('O29: what never left the device is no reason for suspicion', async () => {
  const rig = await createRig({ probe: () => Promise.resolve(true) });
  await rig.enqueue('key', { n: 1 });
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    rig.last().answer(failed('network', { untouched: true }));
    await rig.host.pass(60_000);
  }
  expect(rig.signals).toEqual([]);
});

test('O30: a client that is connected waits for no GET, and what waited for the network goes at once', async () => {
  const rig = await createRig();
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(failed('network'));
  await rig.settle();
  await rig.enqueue('key', { n: 2 });
  const report = rig.outbox.drain();
  await rig.settle();
  expect(rig.asked.map(({ body }) => (body as Input).n)).toEqual([1, 1, 2]);
  for (const { isAnswered, answer } of rig.asked) if (!isAnswered) answer(ok());
  expect(await report).toMatchObject({ sent: 2, parked: 0, remaining: 0 });
});

test('O30: what the server asked to wait waits, connected or not', async () => {
  const rig = await createRig();
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(refused(503, { retryAfterMs: 60_000 }));
  await rig.settle();
  const report = await rig.outbox.drain();
  expect(rig.asked).toHaveLength(1);
  expect(report).toMatchObject({ sent: 0, remaining: 1 });
});

test.each(['online', 'visible', 'resume', 'clock-jump'] as const)(
  'O28: "%s" is a hint to ask at once',
  async (kind) => {
    const asked = await createRig();
    await asked.enqueue('key', { n: 1 });
    asked.last().answer(failed('network'));
    await asked.settle();
    for (let round = 0; round < 8; round += 1) {
      asked.probes.at(-1)?.(false);
      await asked.host.pass(20_000);
    }
    asked.probes.at(-1)?.(false);
    await asked.settle();
    const before = asked.probes.length;
    asked.host.emit({ kind });
    await asked.settle();
    expect(asked.probes).toHaveLength(before + 1);
  },
);

test.each(['offline', 'hidden'] as const)('O28: "%s" is no hint to ask', async (kind) => {
  const rig = await createRig();
  await rig.enqueue('key', { n: 1 });
  rig.last().answer(failed('network'));
  await rig.settle();
  rig.probes[0]?.(false);
  await rig.settle();
  rig.host.emit({ kind });
  await rig.settle();
  expect(rig.probes).toHaveLength(1);
});
