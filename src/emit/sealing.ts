// From facts and a position to what the wire carries: the same for what is published and for what is replayed.
import type { ContractData } from '../contract/contract.ts';
import type { LoggedFacts } from './event-log.ts';

export interface Position {
  readonly seq: number;
  readonly epoch: string;
  readonly headSeq: number;
}

export const sealed = (
  { dialect }: ContractData,
  facts: LoggedFacts,
  at: Position | undefined,
  replayed: boolean,
): { readonly name: string; readonly payload: unknown } =>
  dialect.seal({
    ...facts,
    replayed,
    ...(at !== undefined && { seq: at.seq, epoch: at.epoch, previousSeq: at.seq - 1, headSeq: at.headSeq }),
  });
