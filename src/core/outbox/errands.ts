import type { Host } from '../../host/host.ts';
import type { Api } from '../api/api.ts';
import { readHttpAnswer, readSocketAnswer, type ReadAnswer } from './answer.ts';
import { contextOf, type Mutations } from './contract-functions.ts';
import type { OutboxRecord } from './record.ts';
import type { OutboxRules } from './rules.ts';
import { carryBySocket, type OutboxSocket } from './socket-carrier.ts';
import type { VerifyOutcome } from './state.ts';
import { askWhetherItTookEffect } from './verification.ts';

interface ErrandOptions {
  readonly host: Host;
  readonly api: Api;
  readonly socket: OutboxSocket;
  readonly mutations: Mutations;
  readonly scope: object;
  readonly rules: OutboxRules;
  readonly paymentTimeoutMs: number;
  probe(signal: AbortSignal): Promise<boolean>;
  readonly report: (error: unknown) => void;
}

/** What is asked of the server at the moment. Nothing of it rejects, and nobody hears of it after `stopAll`. */
interface Errands {
  send(id: string, turn: number, record: OutboxRecord, told: (read: ReadAnswer) => void): void;
  verify(id: string, turn: number, record: OutboxRecord, told: (outcome: VerifyOutcome) => void): void;
  probe(told: (reached: boolean) => void): void;
  /** Gives up what was begun under this turn. */
  stop(id: string, turn: number): void;
  stopAll(): void;
}

export function createErrands(options: ErrandOptions): Errands {
  const { host, api, socket, mutations, scope, rules, paymentTimeoutMs, report } = options;
  const running = new Map<string, { readonly turn: number; readonly controller: AbortController }>();
  const lifetime = new AbortController();

  function begin<Answer>(
    id: string,
    turn: number,
    ask: (signal: AbortSignal) => Promise<Answer>,
    told: (answer: Answer) => void,
  ): void {
    if (lifetime.signal.aborted) return;
    const controller = new AbortController();
    running.set(id, { turn, controller });
    void finish(ask(controller.signal), () => running.get(id)?.turn === turn && running.delete(id), told);
  }

  async function finish<Answer>(
    answer: Promise<Answer>,
    isWanted: () => boolean,
    told: (answer: Answer) => void,
  ): Promise<void> {
    const answered = await answer;
    if (isWanted() && !lifetime.signal.aborted) told(answered);
  }

  async function attempt(record: OutboxRecord, signal: AbortSignal): Promise<ReadAnswer> {
    const definition = mutations.get(record.name);
    const { request, id, input } = record;
    if (definition === undefined || request === undefined) return readSocketAnswer({ kind: 'not-sent' });
    if (request.carrier === 'socket') {
      return readSocketAnswer(await carryBySocket({ host, socket, definition, request, input, signal, report }));
    }
    const { method, path, body } = request;
    const key = rules.idempotencyKey(record);
    const asked = {
      signal,
      correlationId: id,
      ...(definition.priority === 'payment' && { timeoutMs: paymentTimeoutMs }),
      ...(key !== undefined && { idempotencyKey: key }),
      ...(body !== undefined && { bodyText: body }),
    };
    const judge = { promisesBody: definition.answer !== 'empty', answers: definition.answers };
    try {
      return readHttpAnswer(judge, await api.ask({ method, path }, asked));
    } catch (error) {
      // It may have been sent before it failed.
      report(error);
      const failure = { kind: 'failure', because: 'aborted', status: undefined, retryAfterMs: undefined } as const;
      return readHttpAnswer(judge, failure);
    }
  }

  async function verification(record: OutboxRecord, signal: AbortSignal): Promise<VerifyOutcome> {
    const definition = mutations.get(record.name);
    if (definition === undefined) return { kind: 'read', tookEffect: undefined };
    const context = contextOf(record, scope);
    return askWhetherItTookEffect({ api, definition, input: record.input, context, signal, report });
  }

  async function reached(): Promise<boolean> {
    try {
      return await options.probe(lifetime.signal);
    } catch (error) {
      report(error);
      return false;
    }
  }

  return {
    send: (id, turn, record, told) => begin(id, turn, (signal) => attempt(record, signal), told),
    verify: (id, turn, record, told) => begin(id, turn, (signal) => verification(record, signal), told),
    probe: (told) => void finish(reached(), () => true, told),
    stop(id, turn) {
      const run = running.get(id);
      if (run?.turn !== turn) return;
      running.delete(id);
      run.controller.abort();
    },
    stopAll() {
      lifetime.abort();
      for (const { controller } of running.values()) controller.abort();
      running.clear();
    },
  };
}
