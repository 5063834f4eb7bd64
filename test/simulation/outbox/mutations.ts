// What can be wanted of the model's counter: one mutation of each kind, by whose answers everything else is judged.
import { mutation, verifyBy, type MutationDefinition, type Repeat } from '../../../src/contract/mutation.ts';
import { query } from '../../../src/contract/query.ts';
import type { Schema } from '../../../src/contract/schema.ts';

/** What a person enters. `n` is the intent: whatever is sent again, it stays the same. */
export interface Input {
  readonly n: number;
  readonly lane: string;
  /** Grows with every rebase. */
  readonly version: number;
  /** The order that it is about: a reference to the intent that makes it, and later its number. */
  readonly order?: unknown;
}

/** What reaches the counter of it. */
export interface Sent {
  readonly n: number;
  readonly version: number;
  readonly order: number | undefined;
}

/** Whatever is a record with a number fits: what is wrong here is never the input. */
const anything = <T>(): Schema<T> => ({
  '~standard': { version: 1, vendor: 'simulation', validate: (value) => ({ value: value as T }) },
});

const effects = query({
  path: '/effects/{n}',
  params: anything<{ n: number }>(),
  answer: anything<{ applied: boolean | null }>(),
});

const reasonOf = (body: unknown): unknown => (body as { reason?: unknown } | null)?.reason;

const define = (kind: Repeat): MutationDefinition<Input, { id: number }> =>
  mutation({
    input: anything<Input>(),
    answer: anything<{ id: number }>(),
    carrier: {
      kind: 'http',
      method: 'POST',
      path: `/${kind}`,
      body: ({ n, version, order }) => ({ n, version, ...(order !== undefined && { order }) }),
    },
    repeat: kind,
    // A server that honours keys needs no read, and its contract has none.
    ...(kind !== 'key' && {
      verify: verifyBy(effects, {
        params: ({ n }: Input) => ({ n }),
        tookEffect: (_: Input, { applied }) => applied ?? undefined,
      }),
    }),
    lane: ({ lane, order }, { mutationId }) =>
      order === undefined ? (lane === 'own' ? `order:${mutationId}` : lane) : `order:${String(order)}`,
    priority: 'order',
    answers: {
      201: 'done',
      402: (body) => (reasonOf(body) === 'terminal_timeout' ? 'unclear' : 'declined'),
      ...(kind === 'natural' && { 409: (body: unknown) => (reasonOf(body) === 'conflict' ? 'conflict' : 'repeat') }),
    },
  });

export const mutations: ReadonlyMap<Repeat, MutationDefinition> = new Map(
  (['key', 'natural', 'none'] as const).map((kind) => [kind, define(kind) as MutationDefinition]),
);
