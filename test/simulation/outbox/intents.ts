// What people want, drawn from a seed: each wants one thing once, and knows nothing of servers.
import type { Repeat } from '../../../src/contract/mutation.ts';
import type { Random } from '../random.ts';

/** What somebody at the till wants to happen once. */
export interface Intent {
  readonly n: number;
  readonly kind: Repeat;
  readonly lane: string;
  readonly atMs: number;
  /** The earlier intent that it is about. */
  readonly parent: number | undefined;
  /** What the server thinks of it. */
  readonly fate: 'accepted' | 'refused' | 'declined' | 'conflict';
}

/** How often an intent has each property. */
type IntentRates = Readonly<Record<'dependent' | 'refused' | 'declined' | 'conflict', number>>;

export interface IntentOptions {
  readonly random: Random;
  readonly rates: IntentRates;
  readonly fewest: number;
  readonly most: number;
  /** Between two. */
  readonly everyMs: number;
}

const kinds: readonly Repeat[] = ['key', 'natural', 'none'];

/** In the order in which they are asked for; a child is asked for after its parent. */
export function drawIntents({ random, rates, fewest, most, everyMs }: IntentOptions): readonly Intent[] {
  const count = fewest + Math.floor(random() * (most - fewest + 1));
  const lanes = 1 + Math.floor(random() * 3);
  const intents: Intent[] = [];
  for (let n = 0; n < count; n += 1) {
    const kind = kinds[Math.floor(random() * 3)] ?? 'key';
    const earlier = intents.filter(({ parent }) => parent === undefined);
    const parent =
      earlier.length > 0 && random() < rates.dependent ? earlier[Math.floor(random() * earlier.length)]?.n : undefined;
    const fate = fateOf(random(), rates);
    const lane = `lane:${Math.floor(random() * lanes)}`;
    intents.push({ n, kind, lane, atMs: n * everyMs + Math.floor(random() * everyMs), parent, fate });
  }
  return intents;
}

function fateOf(drawn: number, { refused, declined, conflict }: IntentRates): Intent['fate'] {
  if (drawn < refused) return 'refused';
  if (drawn < refused + declined) return 'declined';
  return drawn < refused + declined + conflict ? 'conflict' : 'accepted';
}
