'use client';
// The hooks of React: thin, over what any user of a client sees. React 18 and 19.

export { createHooks } from './create-hooks.ts';
export type { ClientOf, CollectionQuestion, Hooks, MountedChannel, OutboxHook, ProviderProps } from './hooks.ts';
export type { OutboxView } from './outbox-view.ts';
export type { MutationHook, MutationState } from './use-mutation.ts';
export type { Elapsed, Moment, TimerOptions } from './use-ticket-timer.ts';
