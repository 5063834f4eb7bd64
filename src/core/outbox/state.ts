import type { MutationPriority, Repeat } from '../../contract/mutation.ts';
import type { StoredValue, StoreFault } from '../../storage/store.ts';
import type { ReadAnswer } from './answer.ts';
import type { FrozenRequest, OutboxRecord, RecordedFault } from './record.ts';
import type { OutboxRules } from './rules.ts';
import type { OutboxSettings } from './settings.ts';
import type { OutboxSignal } from './signal.ts';

/** What the machine has to know of a mutation's description. */
export interface MutationFacts {
  readonly repeat: Repeat;
  readonly priority: MutationPriority;
  readonly verifies: boolean;
  readonly ladder: readonly number[] | undefined;
  readonly keepsNewestOnly: boolean;
  readonly mayBeBlocked: boolean;
}

/** The contract's functions, made total: none of them throws. */
export interface OutboxContract {
  facts(name: string): MutationFacts | undefined;
  /** `undefined` where the contract fails at this input. */
  lane(record: OutboxRecord, input: StoredValue): string | undefined;
  /** `undefined` where no request can be made of it. */
  freeze(record: OutboxRecord, input: StoredValue): FrozenRequest | undefined;
  isBlocked(record: OutboxRecord, waiting: readonly Item[]): boolean;
}

export interface MachineOptions {
  readonly settings: OutboxSettings;
  readonly rules: OutboxRules;
  readonly contract: OutboxContract;
  /** Taking in is fenced as everything else is. */
  readonly takesInAlone: boolean;
}

/** Everything from outside that a step may depend on, read once before it. */
export interface Moment {
  /** Monotonic. */
  readonly nowMs: number;
  readonly wallMs: number;
  /** The wall clock, corrected by what is known of the server's. */
  readonly serverMs: number;
  /** From 0 up to 1; one for each step. */
  readonly random: number;
}

/** What follows once the outcome is written. */
export type Next =
  | { readonly to: 'waiting'; readonly dueAtMs: number; readonly forNetwork: boolean }
  | { readonly to: 'unclear'; readonly dueAtMs: number }
  | { readonly to: 'parked'; readonly refusal: AnsweredBody | undefined }
  | { readonly to: 'answered'; readonly by: AnsweredBy };

/** What a person may be told about, for as long as this page lives. */
export interface AnsweredBody {
  readonly status: number;
  readonly body: unknown;
}

type AnsweredBy =
  | { readonly kind: 'answer'; readonly status: number | undefined; readonly body: unknown }
  /** A read showed that it had taken effect. */
  | { readonly kind: 'verification' };

interface Phases {
  /** Being stored for the first time. */
  readonly adding: object;
  /** `forNetwork`: it failed for lack of one, and goes as soon as there is one. */
  readonly waiting: { readonly dueAtMs: number; readonly forNetwork: boolean };
  /** That it is under way is being stored. `before` is what is true when it cannot be. */
  readonly claiming: { readonly before: OutboxRecord };
  readonly sending: object;
  /** How it ended is being stored; `againAtMs`: it could not be, and is tried again. */
  readonly settling: { readonly next: Next; readonly againAtMs: number | undefined };
  /** It may have taken effect; a read will tell. */
  readonly unclear: { readonly dueAtMs: number };
  readonly verifying: object;
  readonly parked: object;
  readonly removing: {
    readonly as: 'discarded' | 'replaced';
    readonly before: Phase<'waiting' | 'unclear' | 'parked'>;
  };
}

export type PhaseName = keyof Phases;
export type Phase<P extends PhaseName = PhaseName> = { readonly [K in P]: { readonly name: K } & Phases[K] }[P];

/** One mutation, while it is not answered. */
export interface Item {
  readonly id: string;
  /** As it is stored, or being stored. */
  record: OutboxRecord;
  /** What was asked for, once the record does not say it any more: the answer is being stored. */
  asked: StoredValue | undefined;
  /** The parked item that it was made of. */
  readonly replaces: string | undefined;
  /** `undefined`: the contract has no such mutation any more. */
  readonly facts: MutationFacts | undefined;
  /** What it refers to, until its request is frozen. */
  parents: readonly string[];
  /** Where it queues now: a child's lane is renamed when its parent is answered. */
  lane: string;
  /** Whether it stands in that lane. */
  isQueued: boolean;
  readonly order: number;
  phase: Phase;
  /** When the phase began. */
  sinceMs: number;
  /** Number of the newest question to store or server; older answers are stale. */
  turn: number;
  /** When this page first knew it, and how old it was then. */
  readonly knownAtMs: number;
  readonly ageThenMs: number;
  /** Number of its newest attempt or verification, among all. */
  begun: number;
  /** Network failures of it alone, while a plain GET worked. */
  suspicions: number;
  /** What the refusal said, for the contract to explain. */
  refusal: AnsweredBody | undefined;
}

export interface Lane {
  /** In order; parked items have left. */
  readonly items: Item[];
  readonly underway: Set<Item>;
}

/** Why nothing is sent although something waits. */
export interface NetworkGate {
  readonly failures: number;
  readonly dueAtMs: number;
  /** Since when the GET is under way. */
  readonly askedAtMs: number | undefined;
  /** Who failed as a network error since it was last answered. */
  readonly suspects: ReadonlySet<Item>;
}

export interface OneAtATimeGate {
  /** How many attempts had been begun by then: theirs is no news. */
  readonly begun: number;
  readonly dueAtMs: number;
  readonly failures: number;
  /** Who goes first. */
  readonly firstId: string;
}

export interface OutboxState {
  readonly items: Map<string, Item>;
  readonly lanes: Map<string, Lane>;
  readonly children: Map<string, Set<Item>>;
  /** Answered mutations, the oldest first: what the server said, for those that refer to it. */
  readonly journal: Map<string, { readonly answer: StoredValue | undefined; readonly answeredAt: number }>;
  /** By the id of one that was rebased: who took its place. */
  readonly successors: Map<string, string>;
  /** Ids of records that are left as they are: unreadable, newer, of somebody else. What refers to them waits. */
  readonly untouched: Set<string>;
  /** In phases that end by themselves, the longest first. */
  readonly busy: Set<Item>;
  /** Claiming, sending or verifying: they take a place. */
  readonly places: Set<Item>;
  /** Outcomes that could not be stored. */
  readonly unstored: Set<Item>;
  readonly pauses: Set<string>;
  network: NetworkGate | undefined;
  unauthorised: OneAtATimeGate | undefined;
  config: OneAtATimeGate | undefined;
  /** Attempts and verifications that were begun. */
  begun: number;
  /** Number of the newest GET. */
  probe: number;
  /** Pages in a row where JSON was promised. */
  pages: number;
  /** How often in a row the device has slept while something was under way. */
  naps: number;
  parked: number;
  /** On their way, or sent without a known outcome. */
  inflight: number;
  lastOrder: number;
  /** When the first of those that could go now but for the time may go. */
  nextDueMs: number;
}

export type VerifyOutcome =
  | { readonly kind: 'read'; readonly tookEffect: boolean | undefined }
  | {
      readonly kind: 'failed';
      readonly code: RecordedFault['code'];
      readonly retryAfterMs: number | undefined;
      readonly reached: ReadAnswer['reached'];
    };

interface ItemInputs {
  /** Its turn has come. */
  readonly go: object;
  readonly stored: { readonly turn: number };
  readonly notStored: { readonly turn: number; readonly fault: StoreFault };
  readonly answered: { readonly turn: number; readonly read: ReadAnswer };
  readonly verified: { readonly turn: number; readonly outcome: VerifyOutcome };
  /** Its phase has lasted too long. */
  readonly overdue: object;
  readonly retry: object;
  readonly discard: object;
}

export type ItemInputKind = keyof ItemInputs;
export type ItemInput<I extends ItemInputKind = ItemInputKind> = {
  readonly [K in I]: { readonly kind: K } & ItemInputs[K];
}[I];

export type OutboxInput =
  | { readonly kind: 'item'; readonly id: string; readonly input: ItemInput }
  | { readonly kind: 'add'; readonly record: OutboxRecord; readonly replaces: string | undefined }
  /** Another tab has taken them in. */
  | { readonly kind: 'found'; readonly records: readonly OutboxRecord[] }
  | { readonly kind: 'tick' }
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'resume'; readonly reason: string }
  /** The client is connected. */
  | { readonly kind: 'connected' }
  /** Something happened after which the network may be another. */
  | { readonly kind: 'hinted' }
  /** There is a token again. */
  | { readonly kind: 'authorised' }
  | { readonly kind: 'probed'; readonly probe: number; readonly reached: boolean };

/** How a mutation ended; `parked` may be followed by another end, when a person has decided. */
export type End =
  | { readonly kind: 'done'; readonly by: AnsweredBy }
  | { readonly kind: 'parked' }
  | { readonly kind: 'discarded' }
  | { readonly kind: 'replaced' };

export type OutboxEffect =
  | {
      readonly kind: 'store';
      readonly id: string;
      readonly turn: number;
      /** Nothing: it is removed. */
      readonly record: OutboxRecord | undefined;
      /** Another record that goes in the same commit. */
      readonly removes: string | undefined;
      /** Only while this tab may send. */
      readonly fenced: boolean;
    }
  | { readonly kind: 'send'; readonly id: string; readonly turn: number; readonly record: OutboxRecord }
  | { readonly kind: 'verify'; readonly id: string; readonly turn: number; readonly record: OutboxRecord }
  /** Nobody waits for what was sent or asked under this turn any more. */
  | { readonly kind: 'abort'; readonly id: string; readonly turn: number }
  | { readonly kind: 'probe'; readonly probe: number }
  | { readonly kind: 'added'; readonly id: string }
  | { readonly kind: 'not-added'; readonly id: string; readonly fault: StoreFault }
  /** Without a fault: it went on before its turn to be removed came. */
  | { readonly kind: 'not-removed'; readonly id: string; readonly fault: StoreFault | undefined }
  | { readonly kind: 'changed'; readonly id: string; readonly phase: PhaseName }
  | { readonly kind: 'ended'; readonly id: string; readonly end: End }
  /** It could have been sent, and was not answered for good. */
  | { readonly kind: 'held-up' }
  | { readonly kind: 'forget'; readonly ids: readonly string[] }
  | { readonly kind: 'signal'; readonly signal: OutboxSignal };

export interface Step {
  readonly state: OutboxState;
  readonly effects: readonly OutboxEffect[];
}
