// What a seed decides of the orders: whether there are any, what people want, and how often each thing goes wrong with them.
import { drawIntents, type Intent } from '../outbox/intents.ts';
import { randomOf, type Random } from '../random.ts';
import { orderFaults, type OrderFault } from './faults.ts';

export interface OrderScenario {
  readonly random: Random;
  readonly intents: readonly Intent[];
  readonly rates: Readonly<Record<OrderFault, number>>;
}

/** So many seeds have orders; the others show the streams alone, and in less time. */
const share = 0.4;

export function orderScenarioOf(seed: number, lastsMs: number): OrderScenario {
  const random = randomOf(seed ^ 0x0de5);
  const rates = noOrderFaults();
  if (random() >= share) return { random, intents: [], rates };
  for (const name of orderFaults) rates[name] = random() < 0.4 ? random() * (ceilings[name] ?? 0.15) : 0;
  const intents = drawIntents({
    random,
    rates: {
      dependent: rates['order-dependent'],
      refused: rates['order-refused'],
      declined: rates['order-declined'],
      conflict: rates['order-conflict'],
    },
    fewest: 2,
    most: 6,
    everyMs: Math.floor(lastsMs / 6),
  });
  return { random, intents, rates };
}

const noOrderFaults = (): Record<OrderFault, number> =>
  Object.fromEntries(orderFaults.map((name) => [name, 0])) as Record<OrderFault, number>;

const ceilings: Readonly<Partial<Record<OrderFault, number>>> = {
  'order-dependent': 0.6,
  'order-lost-request': 0.3,
  'order-lost-reply': 0.4,
  'order-hangs': 0.06,
  'order-redirect': 0.06,
  'order-verify-failed': 0.4,
  'order-verify-silent': 0.3,
  'order-unclear-answer': 0.3,
};
