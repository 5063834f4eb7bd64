// A counter with one collection: orders are taken and moved, and the contract says what that shows.
import { patch, put, type CollectionDefinition } from '../../../src/contract/collection.ts';
import type { ContractData } from '../../../src/contract/contract.ts';
import { mutation, ownNumber, showBy, type MutationDefinition } from '../../../src/contract/mutation.ts';
import { integer, maybe, record, text } from '../../../src/contracts/shapes.ts';

export interface Order {
  readonly id: number;
  readonly status: string;
  /** The mutation that made it. */
  readonly own?: string | null;
  readonly at?: number | null;
}

interface Answer {
  readonly order: Order;
}

const row = record<Order>({ id: integer, status: text, own: maybe(text), at: maybe(integer) });
const answer = record<Answer>({ order: row });

const orders: CollectionDefinition<Order> = {
  row,
  key: ({ id }) => String(id),
  version: ({ at }) => at ?? undefined,
  from: { Changed: () => undefined },
};

const usual = {
  answer,
  carrier: { kind: 'http', method: 'POST', path: '/orders' },
  repeat: 'key',
  lane: () => 'one',
  priority: 'order',
  answers: {},
} as const;

const answered = ({ order }: Answer): Order => order;

export type MutationName = 'take' | 'move' | 'faulty';

const mutations: Readonly<Record<MutationName, unknown>> = {
  take: mutation({
    ...usual,
    input: record<{ readonly status: string }>({ status: text }),
    shows: showBy(orders, {
      change: ({ status }, context) => put<Order>({ id: ownNumber(context), status, own: context.mutationId }),
      answered,
      is: (known, _, { mutationId }) => known.own === mutationId,
    }),
  }),
  move: mutation({
    ...usual,
    input: record<{ readonly id: number; readonly to: string }>({ id: integer, to: text }),
    shows: showBy(orders, { change: ({ id, to }) => patch<Order>(id, { status: to }), answered }),
  }),
  faulty: mutation({
    ...usual,
    input: record<{ readonly id: number }>({ id: integer }),
    shows: showBy(orders, {
      change: () => {
        throw new Error('a fault of the contract');
      },
    }),
  }),
};

export const contract: Pick<ContractData, 'collections' | 'mutations'> = {
  collections: new Map([['orders', orders as CollectionDefinition]]),
  mutations: new Map(Object.entries(mutations) as [string, MutationDefinition][]),
};
