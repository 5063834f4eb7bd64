// What this tab asks of whoever leads, itself included: each question until it is answered, also when the leader changes.
import type { Settled } from '../outbox/handles.ts';
import { errorOf } from './faults.ts';
import type { Args, Call, CallName, Fault, Result } from './messages.ts';

interface Question {
  readonly call: Call;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export interface Questions {
  ask<Name extends CallName>(name: Name, ...args: Args<Name>): Promise<Result<Name>>;
  /** How a mutation ends, as soon as the leader says so. */
  settled(id: string): Promise<Settled>;
  /** It was not taken in: there is no end to wait for. */
  drop(id: string): void;
  answered(id: string, result: unknown): void;
  refused(id: string, fault: Fault | Error): void;
  tellSettled(id: string, settled: Settled): void;
  /** Puts everything that has no answer to a new leader. */
  askAgain(): void;
  end(error: Error, as: Settled): void;
}

/** `put` is called with each question, at once and again. */
export function createQuestions(put: (id: string, call: Call) => void): Questions {
  const open = new Map<string, Question>();
  const waiting = new Map<string, ((settled: Settled) => void)[]>();
  let asked = 0;

  function ask<Name extends CallName>(name: Name, ...args: Args<Name>): Promise<Result<Name>> {
    asked += 1;
    const id = String(asked);
    const call = { name, args } as unknown as Call;
    return new Promise<Result<Name>>((resolve, reject) => {
      open.set(id, { call, resolve, reject });
      put(id, call);
    });
  }

  return {
    ask,
    settled: (id) =>
      new Promise((resolve) => {
        waiting.set(id, [...(waiting.get(id) ?? []), resolve]);
      }),
    drop: (id) => void waiting.delete(id),
    answered(id, result) {
      open.get(id)?.resolve(result);
      open.delete(id);
    },
    refused(id, fault) {
      open.get(id)?.reject(fault instanceof Error ? fault : errorOf(fault));
      open.delete(id);
    },
    tellSettled(id, settled) {
      const told = waiting.get(id) ?? [];
      waiting.delete(id);
      for (const resolve of told) resolve(settled);
    },
    askAgain() {
      // First what was asked for: only then is there something to watch.
      for (const [id, { call }] of Array.from(open)) put(id, call);
      const named = new Set([...open.values()].map(({ call }) => call.args[call.name === 'rebase' ? 1 : 0]));
      for (const id of waiting.keys()) if (!named.has(id)) ask('watch', id).catch(() => undefined);
    },
    end(error, as) {
      for (const { reject } of open.values()) reject(error);
      open.clear();
      for (const told of waiting.values()) for (const resolve of told) resolve(as);
      waiting.clear();
    },
  };
}
