// What every event log must do, as tests: whoever keeps events in a Redis or SQL of their own runs these against it. They need
// no framework, only a `test` and an `expect` like those of vitest, jest or bun.
import type { EventLog, LoggedEvent, LoggedFacts, Retention } from '../emit/event-log.ts';
import type { TestFramework } from './store-conformance.ts';

/** One log, made for one test. */
export interface EventLogUnderTest {
  readonly log: EventLog;
  /** The same log as another process sees it; without it, the one log is asked in its place. */
  readonly other?: EventLog;
  /** Opens it again after everything was closed. Without it, the log is not expected to outlive its process. */
  reopen?(): EventLog | Promise<EventLog>;
  /** After everything was closed. */
  cleanUp?(): void | Promise<void>;
}

/** Names that are special to some language, or look alike to a careless comparison. */
const hostileNames: readonly string[] = [
  '__proto__',
  'constructor',
  'private-store.a.orders',
  'private-store.A.orders',
  'private-store.a_orders',
  'private-store.a%orders',
  "'; DROP TABLE log_event; --",
  '"quoted"',
  '`ticked`',
  'nul\0in the middle',
  'nul',
  'nul\0',
  '/orders',
  ' ',
  '',
  'caf\u00e9',
  'cafe\u0301',
  '\ud83c\udf55',
  'long '.repeat(100),
];

const oddData: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.1 + 0.2,
  Number.MAX_SAFE_INTEGER,
  5e-324,
  '',
  '\0',
  '\ud800 alone \udc00',
  'pizza \ud83c\udf55 \u00e0 emporter',
  [],
  {},
  [[[]], [null], {}],
  { '': 1, 'a b': [1, 'two', { three: null }], constructor: 'c', length: 5 },
  JSON.parse('{"__proto__":{"admin":true}}'),
];

const facts = (id: string, data: unknown = { id }): LoggedFacts => ({
  id,
  name: 'OrderCreated',
  data,
  occurredAt: 1_767_225_600_123,
});

const numbered = (count: number, prefix = 'event'): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${prefix} ${at + 1}`);

const upTo = (last: number, from = 1): readonly number[] =>
  Array.from({ length: Math.max(0, last - from + 1) }, (_, at) => from + at);

const seqs = (events: readonly LoggedEvent[]): readonly number[] => events.map(({ seq }) => seq);
const ids = (events: readonly LoggedEvent[]): readonly string[] => events.map((event) => event.facts.id);

/** A promise that can be asked whether it is over. */
function watched<Result>(work: Promise<Result>): { readonly result: Promise<Result>; isOver(): boolean } {
  let over = false;
  const result = work.finally(() => (over = true));
  return { result, isOver: () => over };
}

/** Lets timers and sockets have their turn: a log that answers at once would keep it from one that does not. */
async function breath(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.addEventListener('message', () => resolve());
    port1.start();
    port2.postMessage(undefined);
  });
  port1.close();
}

/** More than any of these tests has. */
const all = 100_000;

/** Registers the suite. `create` is called once for each test, with how much the log is to keep. */
export function eventLogConformance(
  { test, expect }: TestFramework,
  create: (retention: Retention) => EventLogUnderTest | Promise<EventLogUnderTest>,
): void {
  interface Place {
    readonly log: EventLog;
    readonly other: EventLog;
    /** Everything is closed, and opened again; `undefined` when the log does not outlive its process. */
    reopened(): Promise<EventLog | undefined>;
  }

  function check(promise: string, run: (place: Place) => Promise<void>, retention: Retention = {}): void {
    test(promise, async () => {
      const { log, other = log, reopen, cleanUp } = await create(retention);
      let open = [log, other];
      const closeAll = async (): Promise<void> => {
        for (const each of open) await each.close();
      };
      try {
        await run({
          log,
          other,
          async reopened() {
            if (reopen === undefined) return undefined;
            await closeAll();
            const again = await reopen();
            open = [again];
            return again;
          },
        });
      } finally {
        await closeAll();
        await cleanUp?.();
      }
    });
  }

  check('a channel that nobody has spoken on ends at 0', async ({ log }) => {
    const { headSeq, floorSeq, events } = await log.read('orders', 0, 10);
    expect({ headSeq, floorSeq, events }).toEqual({ headSeq: 0, floorSeq: 1, events: [] });
  });

  check('positions begin at 1 and every one is used, on each channel by itself', async ({ log, other }) => {
    for (const [at, id] of numbered(6).entries()) {
      const channel = at % 3 === 0 ? 'store.b.orders' : 'store.a.orders';
      await (at % 2 === 0 ? log : other).append(facts(id), [channel]);
    }
    const [a, b] = [await log.read('store.a.orders', 0, all), await log.read('store.b.orders', 0, all)];
    expect([seqs(a.events), seqs(b.events)]).toEqual([upTo(4), upTo(2)]);
    expect(ids(a.events)).toEqual(['event 2', 'event 3', 'event 5', 'event 6']);
    expect([a.headSeq, a.floorSeq, b.headSeq, b.floorSeq]).toEqual([4, 1, 2, 1]);
  });

  check('an event of several channels has a position of its own in each', async ({ log }) => {
    await log.append(facts('before'), ['kds']);
    const placed = await log.append(facts('both'), ['kds', 'station']);
    const { epoch } = await log.read('kds', 0, 1);
    expect(placed).toEqual([
      { channel: 'kds', epoch, seq: 2, isRepeat: false },
      { channel: 'station', epoch, seq: 1, isRepeat: false },
    ]);
    expect(ids((await log.read('station', 0, all)).events)).toEqual(['both']);
  });

  check('what cannot be written is in none of its channels, and uses up no position', async ({ log }) => {
    const unwritable = {
      get id(): string {
        throw new Error('cannot be read');
      },
    };
    let rejected = false;
    try {
      await log.append(facts('unwritable', unwritable), ['kds', 'station']);
    } catch {
      rejected = true;
    }
    expect(rejected).toEqual(true);
    for (const channel of ['kds', 'station']) expect((await log.read(channel, 0, all)).headSeq).toEqual(0);
    expect((await log.append(facts('next'), ['kds', 'station'])).map(({ seq }) => seq)).toEqual([1, 1]);
  });

  check('whoever sees an event on one channel sees it on the others', async ({ log, other }) => {
    const appending = watched(
      Promise.all(numbered(200).map((id, at) => (at % 2 === 0 ? log : other).append(facts(id), ['kds', 'station']))),
    );
    while (!appending.isOver()) {
      const first = ids((await other.read('kds', 0, all)).events);
      const second = new Set(ids((await log.read('station', 0, all)).events));
      expect(first.filter((id) => !second.has(id))).toEqual([]);
      await breath();
    }
    await appending.result;
  });

  check('an event is seen when every position below it is, whoever writes meanwhile', async ({ log, other }) => {
    const appending = watched(
      Promise.all(numbered(300).map((id, at) => (at % 2 === 0 ? log : other).append(facts(id), ['orders']))),
    );
    let seen: readonly string[] = [];
    while (!appending.isOver()) {
      const { events, headSeq } = await (seen.length % 2 === 0 ? log : other).read('orders', 0, all);
      expect(seqs(events)).toEqual(upTo(headSeq));
      expect(ids(events).slice(0, seen.length)).toEqual(seen);
      seen = ids(events);
      await breath();
    }
    const given = (await appending.result).flat().map(({ seq }) => seq);
    expect(given.toSorted((one, next) => one - next)).toEqual(upTo(300));
    const { events } = await log.read('orders', 0, all);
    expect(events.every(({ seq, facts: { id } }) => given[numbered(300).indexOf(id)] === seq)).toEqual(true);
  });

  check('appended one after the other, events stand in that order', async ({ log }) => {
    for (const id of numbered(50)) await log.append(facts(id), ['orders']);
    expect(ids((await log.read('orders', 0, all)).events)).toEqual(numbered(50));
  });

  check('an id that is there keeps its position and its facts', async ({ log, other }) => {
    const [first] = await log.append(facts('a', { said: 'first' }), ['orders']);
    await log.append(facts('b'), ['orders']);
    const again = await other.append(facts('a', { said: 'again' }), ['orders', 'kds']);
    expect(again).toEqual([
      { ...first, isRepeat: true },
      { ...first, channel: 'kds', seq: 1, isRepeat: false },
    ]);
    const { events, headSeq } = await log.read('orders', 0, all);
    expect([headSeq, events[0]?.facts.data]).toEqual([2, { said: 'first' }]);
  });

  check('an id that is appended many times at once gets one position', async ({ log, other }) => {
    const placed = await Promise.all(
      upTo(40).map((at) => (at % 2 === 0 ? log : other).append(facts('the same'), ['orders'])),
    );
    expect(new Set(placed.flat().map(({ seq }) => seq)).size).toEqual(1);
    expect(placed.flat().filter(({ isRepeat }) => !isRepeat).length).toEqual(1);
    expect((await log.read('orders', 0, all)).headSeq).toEqual(1);
  });

  check(
    'a page begins behind the position that was asked for, and ends at its limit or at the head',
    async ({ log }) => {
      for (const id of numbered(10)) await log.append(facts(id), ['orders']);
      const cases: readonly (readonly [after: number, limit: number, expected: readonly number[]])[] = [
        [0, 3, [1, 2, 3]],
        [3, 3, [4, 5, 6]],
        [8, 3, [9, 10]],
        [9, 1, [10]],
        [10, 5, []],
        [99, 5, []],
        [0, all, upTo(10)],
      ];
      for (const [after, limit, expected] of cases) {
        const { events, headSeq, floorSeq } = await log.read('orders', after, limit);
        expect([after, limit, seqs(events), headSeq, floorSeq]).toEqual([after, limit, expected, 10, 1]);
      }
    },
  );

  check(
    'trimming moves the floor and never the head, and leaves no hole',
    async ({ log }) => {
      for (const id of numbered(400)) await log.append(facts(id), ['orders']);
      await log.append(facts('elsewhere'), ['kds']);
      const { floorSeq, headSeq, events } = await log.read('orders', 0, all);
      expect(headSeq).toEqual(400);
      expect(floorSeq > 1).toEqual(true);
      expect(floorSeq <= 391).toEqual(true);
      expect(seqs(events)).toEqual(upTo(400, floorSeq));
      expect(seqs((await log.read('orders', 395, all)).events)).toEqual(upTo(400, 396));
      expect((await log.append(facts('next'), ['orders'])).map(({ seq }) => seq)).toEqual([401]);
      expect((await log.read('kds', 0, all)).floorSeq).toEqual(1);
    },
    { atLeast: 10, forMs: 0 },
  );

  check(
    'what is young is kept, however many there are',
    async ({ log }) => {
      for (const id of numbered(200)) await log.append(facts(id), ['orders']);
      expect((await log.read('orders', 0, all)).floorSeq).toEqual(1);
    },
    { atLeast: 10, forMs: 3_600_000 },
  );

  check('one epoch holds for all channels, and is short and plain', async ({ log, other }) => {
    const [placed] = await log.append(facts('a'), ['orders']);
    const { epoch } = await other.read('kds', 0, 1);
    expect(placed?.epoch).toEqual(epoch);
    expect(/^[!-~]{1,36}$/.test(epoch)).toEqual(true);
  });

  check('another epoch begins every channel anew, for everybody', async ({ log, other }) => {
    for (const id of numbered(5)) await log.append(facts(id), ['orders', 'kds']);
    const before = (await other.read('orders', 0, 1)).epoch;
    const next = await log.beginEpoch();
    expect(next === before).toEqual(false);
    for (const channel of ['orders', 'kds']) {
      expect(await other.read(channel, 0, all)).toEqual({ epoch: next, headSeq: 0, floorSeq: 1, events: [] });
    }
    expect(await other.append(facts('event 1'), ['orders'])).toEqual([
      { channel: 'orders', epoch: next, seq: 1, isRepeat: false },
    ]);
  });

  check('what is told comes back as it was', async ({ log, other }) => {
    const whole: LoggedFacts = {
      ...facts('whole'),
      subject: { type: 'Order', id: 7 },
      sender: { deviceId: 'kiosk-1', deviceType: 'Kiosk' },
      correlationId: 'a-request',
      tenant: 'pizza-bab-el-oued',
      tenantId: 7,
    };
    await log.append(whole, ['orders']);
    for (const [at, data] of oddData.entries()) await log.append(facts(`odd ${at}`, data), ['orders']);
    const { events } = await other.read('orders', 0, all);
    expect(events[0]?.facts).toEqual(whole);
    const back = events.slice(1).map((event) => JSON.stringify(event.facts.data));
    expect(back).toEqual(oddData.map((data) => JSON.stringify(data)));
    expect('admin' in {}).toEqual(false);
  });

  check('what anybody does to it later changes nothing in the log', async ({ log }) => {
    const data = { items: ['tajine'] };
    await log.append(facts('a', data), ['orders']);
    data.items.push('and another');
    for (const read of (await log.read('orders', 0, 1)).events) (read.facts.data as typeof data).items.push('a third');
    expect((await log.read('orders', 0, 1)).events[0]?.facts.data).toEqual({ items: ['tajine'] });
  });

  check('every name is a channel of its own', async ({ log, other, reopened }) => {
    for (const [at, name] of hostileNames.entries()) await log.append(facts(`of ${at}`), [name]);
    const read = async (from: EventLog): Promise<readonly (readonly string[])[]> =>
      Promise.all(hostileNames.map(async (name) => ids((await from.read(name, 0, all)).events)));
    const expected = hostileNames.map((_, at) => [`of ${at}`]);
    expect(await read(other)).toEqual(expected);
    const again = await reopened();
    if (again !== undefined) expect(await read(again)).toEqual(expected);
  });

  check('ids are as odd as they like', async ({ log }) => {
    const odd = ['__proto__', "' OR 1=1 --", '%', 'A', 'a', '1', '01', ' '];
    for (const id of [...odd, ...odd]) await log.append(facts(id), ['orders']);
    expect(ids((await log.read('orders', 0, all)).events)).toEqual(odd);
  });

  check('what outlives its process goes on counting where it stopped, in the same epoch', async ({ log, reopened }) => {
    for (const id of numbered(3)) await log.append(facts(id), ['orders', 'kds']);
    const before = await log.read('orders', 0, all);
    const again = await reopened();
    if (again === undefined) return;
    expect(await again.read('orders', 0, all)).toEqual(before);
    const placed = await again.append(facts('event 4'), ['orders', 'kds']);
    expect(placed.map(({ seq, epoch }) => [seq, epoch])).toEqual([
      [4, before.epoch],
      [4, before.epoch],
    ]);
    expect((await again.append(facts('event 2'), ['orders'])).map(({ seq, isRepeat }) => [seq, isRepeat])).toEqual([
      [2, true],
    ]);
  });

  check('closing twice is closing', async ({ log }) => {
    await log.append(facts('a'), ['orders']);
    await log.close();
    await log.close();
  });
}
