import { createConsumers, type Consumers } from '../../../src/core/consume/consumers.ts';
import type { DeliveredEvent } from '../../../src/core/consume/delivered-event.ts';

interface Report {
  readonly error: unknown;
  /** The name of the event, if there was one. */
  readonly during: string | undefined;
}

interface Rig {
  readonly consumers: Consumers;
  readonly reports: Report[];
  /** Delivers events of these names, each with the next position. */
  say(...names: readonly string[]): void;
  /** The same, for what it returns. */
  deliver(...names: readonly string[]): (Promise<void> | undefined)[];
}

export function createRig(): Rig {
  const reports: Report[] = [];
  let seq = 0;
  const consumers = createConsumers({ report: (error, event) => reports.push({ error, during: event?.name }) });
  const deliver = (...names: readonly string[]): (Promise<void> | undefined)[] =>
    names.map((name) => consumers.deliver(eventOf(name, (seq += 1))));
  return { consumers, reports, deliver, say: (...names) => void deliver(...names) };
}

export const eventOf = (name: string, seq = 1): DeliveredEvent => ({
  name,
  data: {},
  channel: 'kitchen',
  params: {},
  id: undefined,
  seq,
  epoch: undefined,
  previousSeq: undefined,
  headSeq: undefined,
  occurredAt: undefined,
  subject: undefined,
  sender: undefined,
  correlationId: undefined,
  tenant: undefined,
  replayed: false,
  origin: 'live',
  known: true,
  redelivered: false,
  continuity: 'kept',
  ageMs: undefined,
});

/** A signal that knows who listens to it. */
export function watchedSignal(): {
  readonly signal: AbortSignal;
  readonly abort: (reason?: unknown) => void;
  listeners(): number;
} {
  const controller = new AbortController();
  const { signal } = controller;
  const listening = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listening.add(listener);
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListenerOrEventListenerObject) => {
    listening.delete(listener);
    remove(type, listener);
  };
  return { signal, abort: (reason) => controller.abort(reason), listeners: () => listening.size };
}

/** Long enough for any chain of promises that is not waiting for anything else. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** What became of a promise so far. */
export function watched(promise: Promise<unknown> | undefined): { state(): 'none' | 'pending' | 'done' | 'failed' } {
  let state: 'none' | 'pending' | 'done' | 'failed' = promise === undefined ? 'none' : 'pending';
  promise?.then(
    () => (state = 'done'),
    () => (state = 'failed'),
  );
  return { state: () => state };
}

/** A promise in the hands of a test. */
export function deferred(): { readonly promise: Promise<void>; resolve(): void; reject(reason: unknown): void } {
  let settle: [() => void, (reason: unknown) => void] = [() => undefined, () => undefined];
  const promise = new Promise<void>((resolve, reject) => (settle = [resolve, reject]));
  return { promise, resolve: () => settle[0](), reject: (reason) => settle[1](reason) };
}
