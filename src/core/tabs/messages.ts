// What the tabs of one device say to each other. All of them run the same version: another one is in another channel.
import type { DrainOptions, DrainReport } from '../outbox/drain.ts';
import type { OutboxChange } from '../outbox/changes.ts';
import type { DeadLetter } from '../inbox/unfinished.ts';
import type { ToldRow } from '../collections/tables.ts';
import type { WaitingMutation } from '../../contract/mutation.ts';
import type { Settled } from '../outbox/handles.ts';
import type { ParkedMutation } from '../outbox/parked-mutation.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { Health } from '../session/health.ts';
import type { Session } from '../session/session.ts';
import type { Unfinished } from '../session/unfinished.ts';
import type { Signal } from '../signals.ts';
import type { BorrowerSays, LenderSays } from './lending-messages.ts';

/** What a follower shows of the leader without asking. */
export interface View {
  /** How many changes of mutations the leader has told before: whoever has heard fewer has missed one. */
  readonly changes: number;
  /** The same of what was told of rows. */
  readonly rows: number;
  readonly health: Health;
  /** Who is in which channel, by its name on the wire. */
  readonly presences: ReturnType<Session['presences']>;
  readonly pending: readonly WaitingMutation[];
  readonly parked: readonly ParkedMutation[];
  readonly deadLetters: readonly DeadLetter[];
}

/** An event as the leader handed it out. `isFirst`: no other channel had told it before. */
export interface Told {
  readonly event: DeliveredEvent;
  readonly isFirst: boolean;
}

/** What a follower asks the leader to do. Each may come twice, when the leader changes in the middle. */
interface Calls {
  readonly mutate: { readonly args: readonly [id: string, name: string, input: unknown]; readonly result: void };
  readonly rebase: { readonly args: readonly [former: string, id: string, input: unknown]; readonly result: void };
  /** Says how a mutation ends, or has ended. */
  readonly watch: { readonly args: readonly [id: string]; readonly result: void };
  readonly retry: { readonly args: readonly [id: string]; readonly result: void };
  readonly discard: { readonly args: readonly [id: string]; readonly result: void };
  readonly drain: { readonly args: readonly [options: DrainOptions | undefined]; readonly result: DrainReport };
  readonly drained: { readonly args: readonly []; readonly result: void };
  readonly refresh: { readonly args: readonly []; readonly result: void };
  readonly send: { readonly args: readonly [name: string, input: unknown]; readonly result: void };
  readonly retryWork: { readonly args: readonly [id: string]; readonly result: boolean };
  readonly discardWork: { readonly args: readonly [id: string]; readonly result: boolean };
  readonly unfinished: { readonly args: readonly []; readonly result: Unfinished };
}

export type CallName = keyof Calls;
export type Args<Name extends CallName> = Calls[Name]['args'];
export type Result<Name extends CallName> = Calls[Name]['result'];
export type Call<Asked extends CallName = CallName> = {
  readonly [Name in Asked]: { readonly name: Name; readonly args: Args<Name> };
}[Asked];

/** A refusal, to be put together again on the other side. */
export interface Fault {
  readonly code: string | undefined;
  readonly message: string;
  readonly remediation: string;
}

/** A channel that a tab hears beside those of its role. */
export interface Wanted {
  readonly channel: string;
  readonly params: object;
}

/** What a tab says to whoever leads. */
export type ToLeader =
  /** A tab is there, hears these, and does work of these kinds, as soon as it says so. */
  | {
      readonly kind: 'hello';
      readonly tab: string;
      readonly wanted: readonly Wanted[];
      readonly does: readonly string[];
    }
  /** A tab has not heard what came after that. */
  | { readonly kind: 'missed'; readonly reign: string; readonly after: number }
  | { readonly kind: 'call'; readonly tab: string; readonly id: string; readonly call: Call }
  /** A tab shows these collections, and does not know their rows. */
  | { readonly kind: 'tables'; readonly tab: string; readonly reign: string; readonly names: readonly string[] }
  /** About work that the leader does not do itself. */
  | { readonly kind: 'borrowing'; readonly tab: string; readonly reign: string; readonly say: BorrowerSays }
  /** A follower has heard nothing for long. */
  | { readonly kind: 'anybody' };

const leadersOwn: { readonly [Kind in ToLeader['kind']]: true } = {
  hello: true,
  missed: true,
  call: true,
  tables: true,
  borrowing: true,
  anybody: true,
};
export const isToLeader = (message: TabMessage): message is ToLeader => message.kind in leadersOwn;

/** What a leader says to those who follow. */
export type ToFollowers =
  /** The leader is there. `rank`: higher than that of every leader before it; `count`: how many events it has told since it leads. */
  | {
      readonly kind: 'reign';
      readonly tab: string;
      readonly reign: string;
      readonly rank: number;
      readonly count: number;
      readonly view: View;
    }
  | { readonly kind: 'view'; readonly reign: string; readonly view: View }
  /** `first` is the number of the first one. */
  | {
      readonly kind: 'events';
      readonly reign: string;
      readonly rank: number;
      readonly first: number;
      readonly events: readonly Told[];
    }
  /** All rows of some collections, for one tab, as they are after so many changes were told. */
  | {
      readonly kind: 'tables-told';
      readonly tab: string;
      readonly reign: string;
      readonly count: number;
      readonly names: readonly string[];
      readonly rows: readonly ToldRow[];
    }
  /** What has changed; the number of it. */
  | { readonly kind: 'rows'; readonly reign: string; readonly number: number; readonly rows: readonly ToldRow[] }
  /** Nobody remembers what came up to there. */
  | { readonly kind: 'forgotten'; readonly reign: string; readonly upTo: number }
  | {
      readonly kind: 'answer';
      readonly reign: string;
      readonly tab: string;
      readonly id: string;
      readonly result: unknown;
    }
  | {
      readonly kind: 'refusal';
      readonly reign: string;
      readonly tab: string;
      readonly id: string;
      readonly fault: Fault;
    }
  | {
      readonly kind: 'settled';
      readonly reign: string;
      readonly tab: string;
      readonly id: string;
      readonly settled: Settled;
    }
  | { readonly kind: 'changed'; readonly reign: string; readonly number: number; readonly change: OutboxChange }
  | { readonly kind: 'signal'; readonly reign: string; readonly signal: Signal }
  /** About work that the leader does not do itself. */
  | { readonly kind: 'lending'; readonly reign: string; readonly say: LenderSays };

/** What everybody has to know. */
type ToAll =
  | { readonly kind: 'gone'; readonly tab: string }
  /** The principal has signed out: nobody goes on. */
  | { readonly kind: 'over' };

export type TabMessage = ToLeader | ToFollowers | ToAll;

/** Raised with every change of a message: tabs of two versions do not understand each other, and each has a leader of its own. */
export const protocolVersion = 3;

/** Posted by our own scripts, or by somebody else's under the same name. */
export const isTabMessage = (message: unknown): message is TabMessage =>
  typeof message === 'object' && message !== null && 'kind' in message && typeof message.kind === 'string';
