// The words in which a scenario is written: what happens to a device, its network and its server, and what must hold at the
// end. Data and nothing else, so that one list can be played in Node, in a page, over every transport and against any app.
import type { SignalKind } from '../../core/signals.ts';
import type { HostEvent } from '../../host/host.ts';
import type { StoreFault } from '../../storage/store.ts';
import type { FaultAction } from '../proxy/rule.ts';

/** What of an app's traffic a fault is for. Whoever plays a scenario says which paths and texts that is in the app. */
export type Traffic =
  /** A socket that is to be opened. */
  | 'connect'
  /** The question whether a channel may be heard. */
  | 'auth'
  /** The server's word that a channel is heard from now on. */
  | 'joined'
  /** A message that tells an event. */
  | 'event'
  /** A request that reads what was missed: the log, or the list where there is none. */
  | 'catch-up'
  /** A request that reads a list. */
  | 'list'
  /** A request that changes something. */
  | 'mutation';

/** How an open socket ends: as a reset, as an end without a word, or with a close code. */
export type Ending = 'reset' | 'end' | number;

/** What a scenario waits for. */
export type Moment =
  /** The status says `live`. */
  | 'live'
  /** It does not. */
  | 'not-live'
  /** Every event that the server accepted has reached the handler. */
  | 'told'
  /** No mutation waits any more. */
  | 'drained'
  /** Each fault that was asked for has happened as often as it was asked for. */
  | 'struck';

/** One thing that happens. */
export type Step =
  /** The server accepts so many events, one after the other. */
  | { readonly do: 'publish'; readonly count: number }
  /** Somebody at the device asks the server for so many things, and does not wait for the answers. */
  | { readonly do: 'mutate'; readonly count: number }
  /** The same, and the device says no to each: nothing of it may ever reach the server. */
  | { readonly do: 'mutate-in-vain'; readonly count: number }
  /** Somebody decides that what is parked is sent again. */
  | { readonly do: 'retry-parked' }
  /** Every open socket ends. */
  | { readonly do: 'cut'; readonly how: Ending }
  /** Nothing gets through any more on the sockets that are open, and nobody is told. */
  | { readonly do: 'half-open'; readonly way: 'both' | 'up' | 'down' }
  /** What was kept back in the silence comes late. */
  | { readonly do: 'heal' }
  /** Something goes wrong with traffic of a kind, so often, after so many were let pass. */
  | {
      readonly do: 'spoil';
      readonly what: Traffic;
      readonly how: FaultAction;
      readonly times: number;
      readonly after: number;
    }
  /** A frame that no healthy server sends. `foreign`: an event of another house, on the device's own channel. */
  | { readonly do: 'inject'; readonly frame: 'prototype' | 'foreign' | 'reserved' | 'huge' | 'no-json' | 'newer' }
  /** Nobody listens; and somebody does again. */
  | { readonly do: 'server-down' | 'server-up' }
  /** The server ends, and begins again with what it has kept. */
  | { readonly do: 'restart-server' }
  /** Whoever shows a token next is told that it has run out. */
  | { readonly do: 'expire-token' }
  /** Positions begin anew; or the tables are as they were at the start, too. */
  | { readonly do: 'reset-epoch' | 'restore-database' }
  /** The page or the device tells of itself. Hints, which may lie. */
  | { readonly do: 'hint'; readonly event: HostEvent['kind'] }
  /** No timer runs for so long; the monotonic clock may stop meanwhile. */
  | { readonly do: 'sleep'; readonly ms: number; readonly monotonicClock: 'runs' | 'stops' }
  /** Timers run only at multiples of this, as on a hidden page. 0 ends it. */
  | { readonly do: 'throttle'; readonly everyMs: number }
  /** Somebody sets the device's clock. */
  | { readonly do: 'set-clock'; readonly byMs: number }
  /** The next commits fail like this. `silent`: they never answer. */
  | {
      readonly do: 'spoil-storage';
      readonly fault: StoreFault | 'silent';
      readonly times: number;
      readonly of: 'mutations' | 'anything';
    }
  /** The app ends in order, or dies, and starts again over what it has stored; `emptied`: over nothing. */
  | { readonly do: 'restart-device'; readonly how: 'in-order' | 'killed' | 'emptied' }
  /** The app's handler does this with the next events. */
  | { readonly do: 'handler'; readonly does: 'throws' | 'takes-its-time'; readonly times: number }
  /** Time passes. */
  | { readonly do: 'pass'; readonly ms: number }
  /** Until this is so, but no longer than that. */
  | { readonly do: 'until'; readonly moment: Moment; readonly withinMs: number };

/** What must be so at the end, beyond what always must: each accepted event told once, each mutation in effect once. */
export interface Outcome {
  /** What the device says of itself. Default `live`. */
  readonly status?: 'live' | 'offline' | 'connecting' | 'catchingUp' | 'blocked';
  /** Signals that somebody must have been given. */
  readonly told?: readonly SignalKind[];
  /** Signals that are no surprise here. Anything else that tells of trouble is. */
  readonly mayTell?: readonly SignalKind[];
  /** So many mutations wait for a person. Default 0. */
  readonly parked?: number;
  /** What was missed may be told in another order, because only lists told it. Default: in order. */
  readonly order?: 'any';
  /** More sockets than this would be a storm. Default 8. */
  readonly mostSockets?: number;
  /** More requests than this would be a storm. Default 60. */
  readonly mostRequests?: number;
}

export interface Scenario {
  /** In plain words, and once in a list. */
  readonly name: string;
  /** The faults that it answers to, in whatever list of faults there is. */
  readonly faults: readonly string[];
  /** What the server does not have. Default: it has both. */
  readonly without?: readonly ('replay' | 'idempotency-keys')[];
  readonly steps: readonly Step[];
  readonly holds?: Outcome;
}

const usualPatienceMs = 120_000;

interface HowOften {
  readonly times?: number;
  /** So many are let pass first. */
  readonly after?: number;
}

/** The words, as a list of scenarios writes them. */
export const words = {
  publish: (count = 1): Step => ({ do: 'publish', count }),
  mutate: (count = 1): Step => ({ do: 'mutate', count }),
  mutateInVain: (count = 1): Step => ({ do: 'mutate-in-vain', count }),
  retryParked: (): Step => ({ do: 'retry-parked' }),
  cut: (how: Ending = 'reset'): Step => ({ do: 'cut', how }),
  halfOpen: (way: 'both' | 'up' | 'down' = 'both'): Step => ({ do: 'half-open', way }),
  heal: (): Step => ({ do: 'heal' }),
  spoil: (what: Traffic, how: FaultAction, { times = 1, after = 0 }: HowOften = {}): Step => ({
    do: 'spoil',
    what,
    how,
    times,
    after,
  }),
  inject: (frame: Extract<Step, { readonly do: 'inject' }>['frame']): Step => ({ do: 'inject', frame }),
  serverDown: (): Step => ({ do: 'server-down' }),
  serverUp: (): Step => ({ do: 'server-up' }),
  restartServer: (): Step => ({ do: 'restart-server' }),
  expireToken: (): Step => ({ do: 'expire-token' }),
  resetEpoch: (): Step => ({ do: 'reset-epoch' }),
  restoreDatabase: (): Step => ({ do: 'restore-database' }),
  hint: (event: HostEvent['kind']): Step => ({ do: 'hint', event }),
  sleep: (ms: number, monotonicClock: 'runs' | 'stops' = 'stops'): Step => ({ do: 'sleep', ms, monotonicClock }),
  throttle: (everyMs: number): Step => ({ do: 'throttle', everyMs }),
  setClock: (byMs: number): Step => ({ do: 'set-clock', byMs }),
  spoilStorage: (fault: StoreFault | 'silent', times = 1, of: 'mutations' | 'anything' = 'anything'): Step => ({
    do: 'spoil-storage',
    fault,
    times,
    of,
  }),
  restartDevice: (how: 'in-order' | 'killed' | 'emptied' = 'in-order'): Step => ({ do: 'restart-device', how }),
  handler: (does: 'throws' | 'takes-its-time', times = 1): Step => ({ do: 'handler', does, times }),
  pass: (ms: number): Step => ({ do: 'pass', ms }),
  until: (moment: Moment, withinMs: number = usualPatienceMs): Step => ({ do: 'until', moment, withinMs }),
} as const;
