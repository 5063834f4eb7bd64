import type { Change, CollectionDefinition } from './collection.ts';
import type { QueryDefinition } from './query.ts';
import { fillPath, type RequestPlan } from './request.ts';
import type { Schema } from './schema.ts';

/**
 * Why sending a mutation again is safe. `key`: the server honours an idempotency key. `natural`: the server makes a
 * repeat harmless by itself, because it refuses it ("already paid") or because it changes nothing (a heartbeat). `none`: it is not safe, so after an unclear attempt it is verified or parked, and
 * never sent again blindly.
 */
export type Repeat = 'key' | 'natural' | 'none';

/** Money first, then food, then status, then telemetry. */
export type MutationPriority = 'payment' | 'order' | 'status' | 'telemetry';

/**
 * What an answer means where the general rules need help. `repeat` is the server's "you did this already"; `unclear` means
 * that it may or may not have happened: it is verified, and sent again only when the verification says that it did not.
 */
export type AnswerMeaning = 'done' | 'declined' | 'conflict' | 'repeat' | 'unclear';

/** What a request body may take from the record that carries it. */
export interface MutationContext<Scope = object> {
  /** Unique to this mutation, the same in every attempt. */
  readonly mutationId: string;
  /** When the app asked for it, in ms since 1970 by the device's clock, corrected by what is known of the server's. */
  readonly createdAt: number;
  readonly scope: Scope;
}

export interface HttpCarrier<Input> {
  readonly kind: 'http';
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/v1/orders/{orderId}/status`; values come from the input, then from the scope. */
  readonly path: string;
  body?(input: Input, context: MutationContext): unknown;
}

/** A mutation that travels over the socket, and how one knows that it arrived. */
export interface SocketCarrier<Input> {
  readonly kind: 'socket';
  /** The channel whose connection carries it. */
  readonly channel: string;
  /** The name on the wire. */
  readonly message: string;
  body(input: Input, context: MutationContext): unknown;
  readonly confirmBy: Confirmation<Input>;
}

export interface Confirmation<Input> {
  /** The server calls the acknowledgement, always or only in newer versions. */
  readonly acknowledgement: 'always' | 'perhaps' | 'never';
  /** The event that shows the effect, for servers that acknowledge nothing. */
  readonly event?: { readonly name: string; matches(input: Input, data: unknown): boolean };
  /** After this the outcome is unclear. */
  readonly timeoutMs: number;
}

/** A read that tells whether an unclear mutation took effect. */
export interface Verification<Input = unknown> {
  /** The query that is asked. */
  readonly query: QueryDefinition;
  params(input: Input, context: MutationContext): unknown;
  /** `undefined`: the answer does not settle it. */
  tookEffect(input: Input, answer: unknown, context: MutationContext): boolean | undefined;
}

/** Why a mutation is refused before it is queued. */
export interface Refusal {
  readonly message: string;
  readonly remediation: string;
}

/** A local rule over what the device knows of the row that a mutation is about. */
export interface Legality<Input = unknown> {
  readonly collection: CollectionDefinition;
  key(input: Input): string;
  refuse(input: Input, row: unknown): Refusal | undefined;
}

/** What a mutation changes on the screens of its device before the server has answered. */
export interface Showing<Input = unknown> {
  readonly collection: CollectionDefinition;
  /** A row that is made is put, under a key of its own until the server has given it one: see {@link ownNumber}. */
  change(input: Input, context: MutationContext): Change | undefined;
  /** The row as the server answers it, or the part of it that it answers. */
  answered?(answer: unknown, input: Input, context: MutationContext): unknown;
  /** Whether a row that the server shows is the one that this mutation has made. */
  is?(row: unknown, input: Input, context: MutationContext): boolean;
}

/** A mutation that waits in the outbox, as local rules see it. */
export interface WaitingMutation {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  readonly createdAt: number;
  readonly state: 'pending' | 'inflight' | 'unclear' | 'parked';
}

/** One mutation as a contract describes it. */
export interface MutationDefinition<Input = unknown, Answer = unknown> {
  readonly input: Schema<Input>;
  /** The JSON that a success brings; `empty` where the contract promises no body (204). */
  readonly answer: Schema<Answer> | 'empty';
  readonly carrier: HttpCarrier<Input> | SocketCarrier<Input>;
  readonly repeat: Repeat;
  readonly verify?: Verification<NoInfer<Input>>;
  /** Mutations of one lane go one after the other, in order. */
  lane(input: Input, context: MutationContext): string;
  readonly priority: MutationPriority;
  /** The answers that the backend documents, by status; a function where the body decides. */
  readonly answers: Readonly<Record<number, AnswerMeaning | ((body: unknown) => AnswerMeaning)>>;
  /** Says to people what the server's refusal means here: which table is taken, which cover is paid already. */
  explain?(input: Input, refusal: { readonly status: number; readonly body: unknown }): Refusal | undefined;
  /** A token needs one of these. */
  readonly abilities?: readonly string[];
  readonly legal?: Legality<NoInfer<Input>>;
  /** What this device shows as soon as it is taken in. */
  readonly shows?: Showing<NoInfer<Input>>;
  /** What the input's schema cannot say, and JSON Schema neither: refused before it is queued, like a misfit. */
  refuse?(input: Input): Refusal | undefined;
  /** Those of the waiting mutations that must be settled first. */
  blockedBy?(input: Input, waiting: readonly WaitingMutation[]): readonly WaitingMutation[];
  /** Pauses between attempts, the last one repeating, where the backend asks for its own. */
  readonly retryDelaysMs?: readonly number[];
  /** Only the newest of a lane is kept waiting: a heartbeat replaces the one before it. */
  readonly keepsNewestOnly?: boolean;
}

/** Describes a mutation; the types of what it carries follow from `input`. */
export function mutation<Input>(
  definition: MutationDefinition<Input, undefined> & { readonly answer: 'empty' },
): MutationDefinition<Input, undefined>;
export function mutation<Input, Answer>(
  definition: MutationDefinition<Input, Answer> & { readonly answer: Schema<Answer> },
): MutationDefinition<Input, Answer>;
export function mutation<Input, Answer>(
  definition: MutationDefinition<Input, Answer>,
): MutationDefinition<Input, Answer> {
  return definition;
}

/** Verifies by a query of the same contract, with its answer typed. */
export const verifyBy = <Input, Params, Answer>(
  query: QueryDefinition<Params, Answer>,
  rule: {
    params(input: Input, context: MutationContext): Params;
    tookEffect(input: Input, answer: Answer, context: MutationContext): boolean | undefined;
  },
): Verification<Input> => ({
  query: query,
  params: rule.params,
  tookEffect: (input, answer, context) => rule.tookEffect(input, answer as Answer, context),
});

/** Refuses by the row of a collection that the device holds; an unknown row refuses nothing: the server decides. */
export const legalBy = <Input, Row>(
  collection: CollectionDefinition<Row>,
  rule: { key(input: Input): string; refuse(input: Input, row: Row): Refusal | undefined },
): Legality<Input> => ({
  collection: collection,
  key: rule.key,
  refuse: (input, row) => (row === undefined ? undefined : rule.refuse(input, row as Row)),
});

/** Shows what a mutation will do to the rows of a collection. */
export const showBy = <Input, Row>(
  collection: CollectionDefinition<Row>,
  rule: {
    change(input: Input, context: MutationContext): Change<Row> | undefined;
    answered?(answer: never, input: Input, context: MutationContext): Row | undefined;
    is?(row: Row, input: Input, context: MutationContext): boolean;
  },
): Showing<Input> => ({
  collection: collection,
  change: rule.change,
  ...(rule.answered !== undefined && {
    answered: (answer, input, context) => rule.answered?.(answer as never, input, context),
  }),
  ...(rule.is !== undefined && { is: (row, input, context) => rule.is?.(row as Row, input, context) === true }),
});

/**
 * A number for a row that the server has not numbered yet: negative, so that it is none of the server's, and the same after
 * a restart. It is never sent: what refers to such a row says `{ $ref: mutationId }`.
 */
export const ownNumber = ({ mutationId }: MutationContext): number =>
  -Number.parseInt(mutationId.replaceAll('-', '').slice(0, 12), 16);

/** The request that carries a mutation, to be frozen at its first send. */
export function mutationRequest<Input extends object>(
  carrier: HttpCarrier<Input>,
  input: Input,
  context: MutationContext,
): RequestPlan {
  const path = fillPath(carrier.path, { ...context.scope, ...input });
  const body = carrier.body?.(input, context);
  return { method: carrier.method, path, ...(body !== undefined && { body }) };
}
