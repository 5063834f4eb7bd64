import type { Refusal } from '../../contract/mutation.ts';
import type { Mutations } from './contract-functions.ts';
import { parkCodeOf, type OutboxRecord, type ParkCode } from './record.ts';
import type { AnsweredBody, Item } from './state.ts';

/** A mutation that the server refused, or that nobody knows the outcome of. It waits for a person. */
export interface ParkedMutation {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  readonly createdAt: number;
  readonly code: ParkCode;
  readonly status: number | undefined;
  readonly problem: string | undefined;
  readonly attempts: number;
  /** An attempt of it may have taken effect: look at the server before it is sent again. */
  readonly mayHaveHappened: boolean;
  /** What the contract says to people about it. */
  readonly explained: Refusal | undefined;
}

export function parkedMutation(
  { record, refusal }: Item,
  mutations: Mutations,
  report: (error: unknown) => void,
): ParkedMutation {
  const { id, name, input, createdAt, attempts, fault, doubt } = record;
  return {
    id,
    name,
    input,
    createdAt,
    code: parkCodeOf(fault),
    status: fault?.status,
    problem: fault?.problem,
    attempts,
    mayHaveHappened: doubt !== undefined,
    explained: explanation(record, refusal, mutations, report),
  };
}

/** After a restart only the status is known: what a server writes about a guest is not kept. */
function explanation(
  { name, input, fault }: OutboxRecord,
  refusal: AnsweredBody | undefined,
  mutations: Mutations,
  report: (error: unknown) => void,
): Refusal | undefined {
  const status = refusal?.status ?? fault?.status;
  if (status === undefined) return undefined;
  try {
    return mutations.get(name)?.explain?.(input, { status, body: refusal?.body });
  } catch (error) {
    report(error);
    return undefined;
  }
}
