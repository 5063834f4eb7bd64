import { expect, test } from 'vitest';
import type { EventLog, Retention } from '../../src/emit/event-log.ts';
import { memoryLog } from '../../src/emit/memory-log.ts';
import { eventLogConformance } from '../../src/testing/event-log-conformance.ts';

/** The promises that a log breaks. */
async function brokenBy(create: (retention: Retention) => EventLog): Promise<readonly string[]> {
  const checks: (readonly [promise: string, run: () => Promise<void>])[] = [];
  eventLogConformance({ test: (promise, run) => void checks.push([promise, run]), expect }, (retention) => ({
    log: create(retention),
  }));
  const broken: string[] = [];
  for (const [promise, run] of checks) {
    try {
      await run();
    } catch {
      broken.push(promise);
    }
  }
  return broken;
}

/** A sound log, but for what is wrong with it. */
const wrong =
  (mistake: (sound: EventLog) => Partial<EventLog>) =>
  (retention: Retention): EventLog => {
    const sound = memoryLog(retention);
    return { ...sound, ...mistake(sound) };
  };

test('a sound log breaks none', async () => {
  expect(await brokenBy((retention) => memoryLog(retention))).toEqual([]);
});

test.each<[string, (sound: EventLog) => Partial<EventLog>, RegExp]>([
  [
    'gives an id that is there another position',
    (sound) => ({ append: (facts, channels) => sound.append({ ...facts, id: crypto.randomUUID() }, channels) }),
    /keeps its position/,
  ],
  [
    'counts over all channels',
    (sound) => ({
      append: async (facts, channels) =>
        (await sound.append(facts, ['all'])).flatMap((placed) => channels.map((channel) => ({ ...placed, channel }))),
      read: (_, after, limit) => sound.read('all', after, limit),
    }),
    /each channel by itself/,
  ],
  [
    'writes the channels of an event one by one',
    (sound) => ({
      append: async (facts, channels) => {
        const placed = [];
        for (const channel of channels) {
          placed.push(...(await sound.append(facts, [channel])));
          await new Promise((resolve) => setImmediate(resolve));
        }
        return placed;
      },
    }),
    /on one channel sees it on the others/,
  ],
  [
    'shows an event before the one below it',
    (sound) => {
      const late = new Set<string>();
      return {
        append: async (facts, channels) => {
          const placed = await sound.append(facts, channels);
          if ((placed[0]?.seq ?? 0) % 2 === 0) return placed;
          late.add(facts.id);
          await new Promise((resolve) => setImmediate(resolve));
          late.delete(facts.id);
          return placed;
        },
        read: async (channel, after, limit) => {
          const page = await sound.read(channel, after, limit);
          return { ...page, events: page.events.filter(({ facts }) => !late.has(facts.id)) };
        },
      };
    },
    /when every position below it is/,
  ],
  [
    'forgets the head with what it trims',
    (sound) => ({
      read: async (channel, after, limit) => {
        const page = await sound.read(channel, after, limit);
        return { ...page, headSeq: page.headSeq - page.floorSeq + 1 };
      },
    }),
    /never the head/,
  ],
  [
    'trims without saying so',
    (sound) => ({
      read: async (channel, after, limit) => ({ ...(await sound.read(channel, after, limit)), floorSeq: 1 }),
    }),
    /trimming moves the floor/,
  ],
  [
    'goes on counting in another epoch',
    (sound) => {
      let epoch: string | undefined;
      return {
        beginEpoch: async () => (epoch = crypto.randomUUID()),
        read: async (channel, after, limit) => {
          const page = await sound.read(channel, after, limit);
          return { ...page, epoch: epoch ?? page.epoch };
        },
      };
    },
    /begins every channel anew/,
  ],
  [
    'compares names as the alphabet does',
    (sound) => ({
      append: async (facts, channels) => {
        const placed = await sound.append(
          facts,
          channels.map((channel) => channel.toLowerCase()),
        );
        return placed.map((each, at) => ({ ...each, channel: channels[at] ?? '' }));
      },
      read: (channel, after, limit) => sound.read(channel.toLowerCase(), after, limit),
    }),
    /every name is a channel/,
  ],
  [
    'gives out what it keeps',
    (sound) => {
      const kept = new Map<string, unknown>();
      return {
        append: (facts, channels) => {
          kept.set(facts.id, facts.data);
          return sound.append(facts, channels);
        },
        read: async (channel, after, limit) => {
          const page = await sound.read(channel, after, limit);
          const events = page.events.map(({ seq, facts }) => ({ seq, facts: { ...facts, data: kept.get(facts.id) } }));
          return { ...page, events };
        },
      };
    },
    /changes nothing in the log/,
  ],
])('a log that %s is noticed', async (_, mistake, promise) => {
  const broken = await brokenBy(wrong(mistake));
  expect(broken).toContainEqual(expect.stringMatching(promise));
});
