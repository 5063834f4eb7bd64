import { expect, test } from 'vitest';
import { laravelPos } from '../../../src/contracts/laravel-pos/index.ts';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';
import type { Processor } from '../../../src/core/inbox/inbox.ts';
import { createBorrowing } from '../../../src/core/tabs/borrowing.ts';
import type { BorrowerSays } from '../../../src/core/tabs/lending-messages.ts';
import { createFakeHost } from '../../../src/testing/fake-host.ts';

const event = { name: 'PrintJobQueued', channel: 'printing', params: {}, data: {} } as unknown as DeliveredEvent;
const work = (id: string, key = id) => ({ id, key, event, attempt: 1, redelivered: false });

/** A tab that prints; the leader's words are the test's. */
function openTab({ hasBegun = true } = {}) {
  const host = createFakeHost();
  const said: BorrowerSays[] = [];
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const processor: Processor = {
    handler: (_, { signal }) =>
      new Promise<void>((resolve, reject) => {
        begun.push(signal.aborted ? 'aborted' : 'begun');
        ends.push(resolve);
        signal.addEventListener('abort', () => reject(new Error('stopped')));
      }),
    runs: new Map(),
  };
  const borrowing = createBorrowing({
    host,
    tab: 'me',
    contract: laravelPos,
    processors: new Map([['PrintJobQueued', processor]]),
    say: (say) => void said.push(say),
    signal: () => undefined,
  });
  if (hasBegun) borrowing.begin();
  const endings = (): readonly string[] =>
    said.flatMap((one) => (one.kind === 'ended' ? [`${one.claim} ${one.how}`] : []));
  return {
    host,
    borrowing,
    processor,
    begun,
    ends,
    endings,
    kinds: () => said.map(({ kind }) => kind),
    offer: (offer: string) => borrowing.hear({ kind: 'offer', offer, name: 'PrintJobQueued' }),
    go: (offer: string, lent = work(offer)) =>
      borrowing.hear({ kind: 'go', tab: 'me', claim: `me ${offer}`, work: lent }),
    claims: (...claims: readonly { readonly claim: string; readonly isAborted?: boolean }[]) =>
      borrowing.hear({
        kind: 'claims',
        claims: claims.map(({ claim, isAborted = false }) => ({ tab: 'me', claim, isAborted })),
      }),
  };
}

test('T13: it begins what it has offered to begin, and not what it was told before it slept', async () => {
  const tab = openTab();
  tab.offer('1.1');
  tab.go('1.1');
  await tab.host.pass(0);
  expect(tab.begun).toEqual(['begun']);
  tab.offer('1.2');
  await tab.host.pass(10_001);
  tab.go('1.2');
  // Never offered, and begun before.
  tab.go('1.3');
  tab.go('1.1');
  await tab.host.pass(0);
  expect(tab.begun).toHaveLength(1);
  expect(tab.endings()).toEqual(['me 1.2 lost', 'me 1.3 lost']);
});

test('T13: it offers nothing before the client was started, and nothing while it stops', async () => {
  const tab = openTab({ hasBegun: false });
  tab.offer('1.1');
  expect(tab.kinds()).toEqual([]);
  tab.borrowing.begin();
  tab.offer('1.2');
  expect(tab.kinds()).toEqual(['does', 'take']);
  const stopped = tab.borrowing.stop();
  tab.offer('1.3');
  tab.go('1.2');
  await stopped;
  expect(tab.begun).toEqual([]);
  expect(tab.kinds()).toEqual(['does', 'take', 'ended']);
});

test('T12: it says again how a run ended as often as it is asked, and of what never came that it is lost', async () => {
  const tab = openTab();
  tab.offer('1.1');
  tab.go('1.1');
  await tab.host.pass(0);
  tab.ends[0]?.();
  await tab.host.pass(0);
  tab.claims({ claim: 'me 1.1' }, { claim: 'me 1.2' });
  tab.claims({ claim: 'me 1.1' });
  expect(tab.endings()).toEqual(['me 1.1 done', 'me 1.1 done', 'me 1.2 lost', 'me 1.1 done']);
});

test('T10, T13: what is aborted, or not lent to it any more, is told to stop', async () => {
  const tab = openTab();
  for (const offer of ['1.1', '1.2', '1.3']) {
    tab.offer(offer);
    tab.go(offer);
  }
  await tab.host.pass(0);
  tab.claims({ claim: 'me 1.1' }, { claim: 'me 1.2', isAborted: true });
  await tab.host.pass(0);
  expect(tab.endings()).toEqual(['me 1.2 lost', 'me 1.3 lost']);
});

test('T13: what is taken back in the moment in which it would begin does not begin', async () => {
  const tab = openTab();
  for (const offer of ['1.1', '1.2']) {
    tab.offer(offer);
    tab.go(offer);
  }
  // What a page that slept is told comes at once when it wakes.
  tab.claims({ claim: 'me 1.2' });
  await tab.host.pass(0);
  expect(tab.begun).toEqual(['begun']);
  expect(tab.endings()).toEqual(['me 1.1 lost']);
});

test('T9: however often it is asked at once who is there, it says so once', async () => {
  const tab = openTab();
  for (let time = 1; time <= 1_000; time += 1) tab.borrowing.hear({ kind: 'roll' });
  await tab.host.pass(10);
  expect(tab.kinds()).toEqual(['does', 'does']);
  tab.borrowing.hear({ kind: 'roll' });
  await tab.borrowing.stop();
  await tab.host.pass(10);
  expect(tab.kinds()).toEqual(['does', 'does']);
});

test('I11: nothing runs beside a run of its key that outlived the client in which it began', async () => {
  const tab = openTab();
  let end: (how: 'done' | 'failed') => void = () => undefined;
  tab.processor.runs.set('7', {
    key: 'key 7',
    ended: new Promise((resolve) => {
      end = resolve;
    }),
  });
  tab.offer('1.1');
  tab.go('1.1', work('7', 'key 7'));
  await tab.host.pass(1_000);
  expect(tab.begun).toEqual([]);
  tab.processor.runs.delete('7');
  end('done');
  await tab.host.pass(0);
  expect(tab.begun).toEqual([]);
  expect(tab.endings()).toEqual(['me 1.1 done']);
});
