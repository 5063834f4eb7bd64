import { expect, test, vi } from 'vitest';
import { ownClient } from '../../src/react/own-client.ts';
import type { PlainClient } from '../../src/react/plain-client.ts';

/** A client whose stop takes until it is told to be over. */
function createSlow() {
  const told: string[] = [];
  let finish: () => void = () => undefined;
  const client = {
    start: async () => void told.push('start'),
    stop: () =>
      new Promise<void>((resolve) => {
        told.push('stop');
        finish = resolve;
      }),
  } as unknown as PlainClient;
  return { client, told, finish: () => finish() };
}
const failed = (error: unknown): void => expect.unreachable(String(error));
const later = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

test('a client that is let go of and used again within one task goes on', async () => {
  const { client, told } = createSlow();
  const own = ownClient(() => client, 'going-on');
  const release = own.use(failed);
  await later();
  release();
  const releaseAgain = own.use(failed);
  await later();
  expect(told).toEqual(['start']);
  releaseAgain();
  await later();
  expect(told).toEqual(['start', 'stop']);
});

test('the next client of a contract starts when the one before it has stopped', async () => {
  const [first, second, other] = [createSlow(), createSlow(), createSlow()];
  const release = ownClient(() => first.client, 'one-after-the-other').use(failed);
  await later();
  // As React does it: everything is unmounted before anything is mounted.
  release();
  ownClient(() => second.client, 'one-after-the-other').use(failed);
  ownClient(() => other.client, 'another-backend').use(failed);
  await later();
  expect([first.told, second.told, other.told]).toEqual([['start', 'stop'], [], ['start']]);
  first.finish();
  await later();
  expect(second.told).toEqual(['start']);
});

test('a client that was unmounted before it could start is not started', async () => {
  const { client, told } = createSlow();
  const make = vi.fn<() => PlainClient>(() => client);
  const release = ownClient(make, 'never-seen').use(failed);
  release();
  await later();
  expect(told).toEqual([]);
  expect(make).not.toHaveBeenCalled();
});

test('what cannot be made is told once, and leaves nothing to stop', async () => {
  const make = vi.fn<() => never>(() => {
    throw new Error('no storage');
  });
  const told: unknown[] = [];
  const release = ownClient(make, 'not-made').use((error) => told.push(error));
  await later();
  release();
  await later();
  expect(told).toMatchObject([{ message: 'no storage' }]);
  expect(make).toHaveBeenCalledTimes(1);
});
