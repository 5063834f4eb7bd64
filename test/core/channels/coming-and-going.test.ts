import { expect, test } from 'vitest';
import { createRig, deferred, granted, refused } from './rig.ts';

test('J27, F24: wanting what is wanted does nothing, in any state', async () => {
  const rig = createRig({
    authorise: (question) => (question.channel === 'private-no' ? refused(403) : granted(question)),
  });
  const again = (): void => {
    rig.joiner.add('orders', 'nothing');
    rig.joiner.add('private-yes', 'signature');
    rig.joiner.add('private-no', 'signature');
  };
  again();
  again();
  rig.up();
  again();
  await rig.settle();
  again();
  rig.admit('orders');
  again();
  await rig.settle();
  expect(rig.said).toEqual(['1 join orders', '1 join private-yes signed:1.1:nobody']);
  expect(rig.told).toEqual(['denied private-no forbidden 403', 'joined orders 1']);
  expect(rig.questions).toHaveLength(2);
});

test('J27: names are data', () => {
  const rig = createRig({ admits: true });
  const odd = ['__proto__', 'constructor', 'toString', '', ' ', '🍕'];
  for (const wire of odd) rig.joiner.add(wire, 'nothing');
  rig.up();
  expect(rig.told).toEqual(odd.map((wire) => `joined ${wire} 1`));
  for (const wire of odd) expect(rig.word(wire)).toBe('joined');
  for (const wire of odd) rig.joiner.remove(wire);
  expect(rig.word('hasOwnProperty')).toBeUndefined();
  expect(rig.word('__proto__')).toBeUndefined();
});

test('J28, J10: who is removed while in is left, and told', () => {
  const rig = createRig({ admits: true });
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.joiner.remove('orders');
  rig.joiner.remove('orders');
  rig.admit('orders');
  rig.down();
  expect(rig.said).toEqual(['1 join orders', '1 leave orders']);
  expect(rig.told).toEqual(['joined orders 1', 'left orders']);
});

test('J28, F24: who is removed while joining is left, and the late answer means nothing', async () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.joiner.remove('orders');
  rig.admit('orders');
  rig.refuse('orders', 401);
  await rig.host.pass(60_000);
  expect(rig.said).toEqual(['1 join orders', '1 leave orders']);
  expect(rig.told).toEqual([]);
  expect(rig.host.pendingTimers).toBe(0);
});

test('J28: who is removed while it is asked for abandons the question, and is not left because it never was in', async () => {
  const rig = createRig();
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  rig.joiner.remove('private-orders');
  expect(rig.questions[0]?.signal.aborted).toBe(true);
  await rig.questions[0]?.answer({ kind: 'granted', auth: 'late' });
  expect(rig.said).toEqual([]);
  expect(rig.host.pendingTimers).toBe(0);
});

test('J28, F24: a double mount ends with one subscription that counts', async () => {
  const rig = createRig();
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  rig.joiner.remove('private-orders');
  rig.joiner.add('private-orders', 'signature');
  const [first, second] = rig.questions;
  await first?.answer({ kind: 'granted', auth: 'of the first' });
  expect(rig.said).toEqual([]);
  await second?.answer({ kind: 'granted', auth: 'of the second' });
  expect(rig.said).toEqual(['1 join private-orders of the second']);
  rig.admit('private-orders');
  expect(rig.told).toEqual(['joined private-orders 1']);
});

test('J28: the late answer to a channel that was forgotten fits no later question', async () => {
  const rig = createRig();
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  rig.joiner.remove('private-orders');
  rig.down();
  await rig.settle();
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.questions[0]?.answer({ kind: 'granted', auth: 'for the last socket' });
  expect(rig.said).toEqual([]);
});

test('J28, J9: after a quick leave and join, the answer to the first join is no proof', () => {
  const rig = createRig();
  rig.joiner.add('orders', 'nothing');
  rig.up();
  rig.joiner.remove('orders');
  rig.joiner.add('orders', 'nothing');
  expect(rig.said).toEqual(['1 join orders', '1 leave orders', '1 join orders']);
  rig.admit('orders');
  rig.admit('orders');
  expect(rig.told).toEqual(['joined orders 1', 'left orders', 'joined orders 1']);
});

test('J28: who is removed while a token is awaited is out of it', async () => {
  const late = deferred<string>();
  let calls = 0;
  const rig = createRig({ token: () => ((calls += 1) === 1 ? 't1' : late.promise), authorise: () => refused(401) });
  await rig.credentials.obtain('start');
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  rig.joiner.remove('private-orders');
  late.resolve('t2');
  await rig.host.pass(60_000);
  expect(rig.questions).toHaveLength(1);
  expect(rig.told).toEqual([]);
});

test('J28: a channel may come back with another need', () => {
  const rig = createRig();
  rig.joiner.add('orders', 'signature');
  rig.joiner.remove('orders');
  rig.joiner.add('orders', 'nothing');
  rig.up();
  expect(rig.said).toEqual(['1 join orders']);
});

test('J29: a component that is mounted anew because its channel is denied is no loop', async () => {
  const rig = createRig({
    authorise: () => refused(403),
    random: () => 0.5,
    onDenied(channel) {
      if (rig.told.length > 50) return;
      rig.joiner.remove(channel);
      rig.joiner.add(channel, 'signature');
    },
  });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.host.pass(70_000);
  expect(rig.questions).toHaveLength(1);
  // Each of them is told why.
  expect(rig.told.length).toBeGreaterThan(1);
  await rig.host.pass(10_000);
  expect(rig.questions).toHaveLength(2);
});

test('J29: neither is one that comes and goes while the server wants to be left alone', async () => {
  const rig = createRig({ authorise: () => refused(503, 20_000) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  for (let second = 0; second < 20; second += 1) {
    await rig.host.pass(900);
    rig.joiner.remove('private-orders');
    rig.joiner.add('private-orders', 'signature');
  }
  expect(rig.questions).toHaveLength(1);
});

test('J29: who comes back when the wait is over, or after a wait for the network on a new link, waits no more', async () => {
  const rig = createRig({ authorise: ({ channel }) => (channel === 'private-no' ? refused(403) : { kind: 'failed' }) });
  rig.joiner.add('private-no', 'signature');
  rig.joiner.add('private-off', 'signature');
  rig.up();
  await rig.settle();
  rig.joiner.remove('private-no');
  rig.joiner.remove('private-off');
  rig.down();
  rig.up();
  rig.joiner.add('private-off', 'signature');
  expect(rig.questions).toHaveLength(3);
  rig.joiner.remove('private-off');
  await rig.host.pass(90_000);
  rig.joiner.add('private-no', 'signature');
  expect(rig.questions).toHaveLength(4);
});

test('J29, J17: a new token is for those, too, who are not here at the moment', async () => {
  const rig = createRig({ authorise: () => refused(403) });
  rig.joiner.add('private-orders', 'signature');
  rig.up();
  await rig.settle();
  rig.joiner.remove('private-orders');
  rig.joiner.tokenChanged();
  rig.joiner.add('private-orders', 'signature');
  await rig.host.pass(1_000);
  expect(rig.questions).toHaveLength(2);
});

test('J30: after dispose there is no timer and no question, and whatever comes late is harmless', async () => {
  const rig = createRig();
  for (const wire of ['private-1', 'private-2', 'private-3']) rig.joiner.add(wire, 'signature');
  rig.joiner.add('orders', 'nothing');
  rig.joiner.add('tables', 'nothing');
  const link = rig.up();
  rig.admit('orders');
  await rig.questions[2]?.answer(refused(403));
  const told = [...rig.told];
  const said = [...rig.said];
  rig.joiner.dispose();
  expect(rig.host.pendingTimers).toBe(0);
  expect(rig.questions.slice(0, 2).map(({ signal }) => signal.aborted)).toEqual([true, true]);
  await rig.questions[0]?.answer({ kind: 'granted', auth: 'late' });
  await rig.questions[1]?.fail(new Error('late'));
  rig.joiner.add('late', 'nothing');
  rig.joiner.remove('orders');
  rig.joiner.linkDown(1);
  rig.joiner.linkUp(link);
  rig.admit('tables', 1);
  rig.refuse('tables', 401, 1);
  rig.joiner.tokenChanged();
  rig.joiner.dispose();
  await rig.host.pass(600_000);
  expect([rig.told, rig.said, rig.errors]).toEqual([told, said, []]);
  expect(rig.host.pendingTimers).toBe(0);
  expect(rig.joiner.state('orders')).toBeUndefined();
  expect(rig.joiner.state('late')).toBeUndefined();
});

test('J30: dispose from within a call ends everything there', () => {
  const rig = createRig({ admits: true, onJoined: () => rig.joiner.dispose() });
  for (const wire of ['a', 'b', 'c']) rig.joiner.add(wire, 'nothing');
  rig.up();
  expect(rig.told).toEqual(['joined a 1']);
  expect(rig.host.pendingTimers).toBe(0);
});

test('J30: a day of coming and going on a flapping network leaves nothing behind', async () => {
  const rig = createRig({ authorise: granted, admits: true });
  for (let round = 0; round < 500; round += 1) {
    rig.up();
    rig.joiner.add(`private-${round}`, 'signature');
    rig.joiner.add(`table-${round}`, 'nothing');
    await rig.host.pass(60_000);
    rig.joiner.remove(`private-${round}`);
    rig.joiner.remove(`table-${round}`);
    rig.down();
  }
  expect(rig.told.filter((line) => line.startsWith('joined'))).toHaveLength(1_000);
  expect(rig.told.filter((line) => line.startsWith('left'))).toHaveLength(1_000);
  expect(rig.host.pendingTimers).toBe(0);
});
