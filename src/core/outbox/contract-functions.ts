// The contract's own functions, as the machine calls them: none of them throws, and what throws is reported.
import {
  mutationRequest,
  type MutationContext,
  type MutationDefinition,
  type WaitingMutation,
} from '../../contract/mutation.ts';
import { validate } from '../../contract/schema.ts';
import { HeardError } from '../../errors.ts';
import { isRecord } from '../../lib/json.ts';
import type { StoredValue } from '../../storage/store.ts';
import type { FrozenRequest, OutboxRecord } from './record.ts';
import type { Item, MutationFacts, OutboxContract, PhaseName } from './state.ts';

export type Mutations = ReadonlyMap<string, MutationDefinition>;

interface Described {
  readonly mutations: Mutations;
  readonly scope: object;
  readonly maxRequestLength: number;
  readonly report: (error: unknown) => void;
}

export const contextOf = (
  { id, createdAt }: Pick<OutboxRecord, 'id' | 'createdAt'>,
  scope: object,
): MutationContext => ({
  mutationId: id,
  createdAt,
  scope,
});

/** Makes the request of an input that fits; throws where it cannot be made. */
export function requestOf(
  { carrier }: MutationDefinition,
  input: unknown,
  context: MutationContext,
  maxLength: number,
): FrozenRequest {
  const request = requestUnchecked(carrier, input, context);
  const length = (request.body ?? '').length + (request.carrier === 'http' ? request.path.length : 0);
  if (length > maxLength) {
    throw new HeardError(
      'input-invalid',
      `The request would have ${length} characters, and ${maxLength} are allowed.`,
      {
        remediation: 'Send less at once, or send files another way.',
      },
    );
  }
  return request;
}

function requestUnchecked(
  carrier: MutationDefinition['carrier'],
  input: unknown,
  context: MutationContext,
): FrozenRequest {
  if (carrier.kind === 'socket') {
    const body = JSON.stringify(carrier.body(input, context)) ?? 'null';
    return { carrier: 'socket', channel: carrier.channel, message: carrier.message, body };
  }
  const { path, body } = mutationRequest(carrier, isRecord(input) ? input : {}, context);
  const { method } = carrier;
  return { carrier: 'http', method, path, ...(body !== undefined && { body: JSON.stringify(body) }) };
}

const waitingStates: Readonly<Record<PhaseName, WaitingMutation['state']>> = {
  adding: 'pending',
  waiting: 'pending',
  claiming: 'inflight',
  sending: 'inflight',
  settling: 'inflight',
  removing: 'pending',
  unclear: 'unclear',
  verifying: 'unclear',
  parked: 'parked',
};

/** An item as the app and the contract's rules see it. */
export const waitingMutation = ({ record, asked, phase }: Item): WaitingMutation => ({
  id: record.id,
  name: record.name,
  input: asked ?? record.input,
  createdAt: record.createdAt,
  state: waitingStates[phase.name],
});

export function createOutboxContract({ mutations, scope, maxRequestLength, report }: Described): OutboxContract {
  const facts = new Map<string, MutationFacts>();
  for (const [name, definition] of mutations) {
    facts.set(name, {
      repeat: definition.repeat,
      priority: definition.priority,
      verifies: definition.verify !== undefined,
      ladder: definition.retryDelaysMs,
      keepsNewestOnly: definition.keepsNewestOnly === true,
      mayBeBlocked: definition.blockedBy !== undefined,
    });
  }

  function attempt<Result>(call: () => Result): Result | undefined {
    try {
      return call();
    } catch (error) {
      report(error);
      return undefined;
    }
  }

  return {
    facts: (name) => facts.get(name),
    lane: (record, input) => attempt(() => mutations.get(record.name)?.lane(input, contextOf(record, scope))),
    freeze: (record, input) =>
      attempt(() => {
        const definition = mutations.get(record.name);
        const fits = definition === undefined ? undefined : validate<unknown>(definition.input, input);
        if (definition === undefined || fits?.ok !== true) return undefined;
        return requestOf(definition, fits.value, contextOf(record, scope), maxRequestLength);
      }),
    // Whoever cannot say is blocked: a closing that is final must not go because a rule about it failed.
    isBlocked(record, waiting) {
      const others = waiting.map(waitingMutation);
      const blocking = attempt(() => mutations.get(record.name)?.blockedBy?.(record.input, others) ?? []);
      return blocking === undefined || blocking.length > 0;
    },
  };
}

/** A copy that nobody else holds and that every store keeps as it is. */
export const copyOf = (value: unknown): StoredValue => JSON.parse(JSON.stringify(value)) as StoredValue;
