import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createConsumers } from '../../../src/core/consume/consumers.ts';
import { patience, runs } from '../../effort.ts';
import { eventOf, watchedSignal } from './rig.ts';

// A random program is run twice: by the consumers, and by a model that is so simple that it can be believed. What each
// says, in order, has to be the same.

interface Subscribing {
  readonly kind: 'on' | 'once';
  readonly names: readonly string[];
  readonly program: readonly Step[];
}

type Step =
  | Subscribing
  | { readonly kind: 'leave' | 'abort'; readonly which: number }
  | { readonly kind: 'deliver'; readonly name: string }
  | { readonly kind: 'throw' }
  | { readonly kind: 'dispose' };

const name = fc.constantFrom('A', 'B', '__proto__', 'constructor');
const names = fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: name }, fc.constant('*')), { maxLength: 3 });
const { program } = fc.letrec<{ step: Step; program: readonly Step[] }>((tie) => ({
  step: fc.oneof(
    { maxDepth: 3 },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('deliver' as const), name }) },
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constantFrom('on' as const, 'once' as const), names, program: tie('program') }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'abort' as const), which: fc.nat({ max: 12 }) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'throw' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'dispose' as const }) },
  ),
  program: fc.array(tie('step'), { maxLength: 12, depthIdentifier: 'program' }),
}));

/** Programs can cause events without end; both worlds stop causing them at the same point. */
const mostDeliveries = 30;

interface Trace {
  readonly said: string[];
  size: number;
}

interface World {
  on(step: Subscribing, run: (program: readonly Step[]) => void): void;
  leave(which: number, how: 'leave' | 'abort'): void;
  deliver(name: string, number: number): void;
  dispose(): void;
  size(): number;
}

function trace(create: (say: (line: string) => void) => World, steps: readonly Step[]): Trace {
  const said: string[] = [];
  const world = create((line) => void said.push(line));
  let deliveries = 0;
  const run = (program: readonly Step[]): void => {
    for (const step of program) {
      if (step.kind === 'throw') throw new Error('thrown');
      if ('program' in step) world.on(step, run);
      else if ('which' in step) world.leave(step.which, step.kind);
      else if (step.kind === 'dispose') world.dispose();
      else if (deliveries < mostDeliveries) world.deliver(step.name, (deliveries += 1));
      said.push(`size ${world.size()}`);
    }
  };
  for (const step of steps) {
    try {
      run([step]);
    } catch {
      said.push('thrown outside');
    }
  }
  return { said, size: world.size() };
}

function real(say: (line: string) => void): World {
  const consumers = createConsumers({ report: (_, event) => say(`reported ${event?.seq}`) });
  const subscriptions: { leave: () => void; abort: () => void; listeners: () => number }[] = [];
  return {
    on({ kind, names, program }, run) {
      const { signal, abort, listeners } = watchedSignal();
      const number = subscriptions.length;
      const leave = consumers[kind](
        names,
        (event) => {
          say(`${number} hears ${event.name} ${event.seq}`);
          run(program);
        },
        { signal, ended: (because) => say(`${number} ${because}`) },
      );
      subscriptions.push({ leave, abort, listeners });
    },
    leave: (which, how) => subscriptions[which]?.[how](),
    deliver: (name, number) => void consumers.deliver(eventOf(name, number)),
    dispose: () => consumers.dispose(),
    size() {
      // Whoever is subscribed has one listener on its signal, and nobody else has any.
      const listening = subscriptions.reduce((sum, { listeners }) => sum + listeners(), 0);
      return consumers.size === listening ? listening : Number.NaN;
    },
  };
}

function model(say: (line: string) => void): World {
  interface Subscription {
    readonly number: number;
    readonly step: Subscribing;
    readonly run: () => void;
    live: boolean;
  }
  const subscriptions: Subscription[] = [];
  const queue: [name: string, number: number][] = [];
  let running = false;
  let disposed = false;
  return {
    on(step, run) {
      const number = subscriptions.length;
      // As the app sees it: who was ended before it began is told at once.
      if (disposed) say(`${number} disposed`);
      subscriptions.push({ number, step, run: () => run(step.program), live: !disposed });
    },
    leave(which, how) {
      const one = subscriptions[which];
      if (one?.live !== true) return;
      one.live = false;
      if (how === 'abort') say(`${which} aborted`);
    },
    deliver(name, number) {
      queue.push([name, number]);
      if (running) return;
      running = true;
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [wanted, seq] = next;
        const hearers = subscriptions.filter(({ step }) => step.names.includes(wanted) || step.names.includes('*'));
        for (const one of hearers) {
          if (!one.live) continue;
          if (one.step.kind === 'once') one.live = false;
          say(`${one.number} hears ${wanted} ${seq}`);
          try {
            one.run();
          } catch {
            say(`reported ${seq}`);
          }
        }
      }
      running = false;
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      for (const one of subscriptions) {
        if (!one.live) continue;
        one.live = false;
        say(`${one.number} disposed`);
      }
    },
    size: () => subscriptions.filter(({ live }) => live).length,
  };
}

test(
  'F39: whatever handlers do, it is as if there were a list that is walked from the front',
  () => {
    fc.assert(
      fc.property(program, (steps) => {
        expect(trace(real, steps)).toEqual(trace(model, steps));
      }),
      { ...runs(300) },
    );
  },
  patience,
);

test('the programs are worth running: handlers hear, leave, nest, throw and dispose in them', () => {
  const counts = new Map<string, number>();
  fc.assert(
    fc.property(program, (steps) => {
      for (const line of trace(model, steps).said) {
        const word = /hears|reported|aborted|disposed|thrown/.exec(line)?.[0];
        if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
  for (const word of ['hears', 'reported', 'aborted', 'disposed', 'thrown']) {
    expect(counts.get(word) ?? 0, word).toBeGreaterThan(20);
  }
});
