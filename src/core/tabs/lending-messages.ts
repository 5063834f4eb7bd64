// What is said about work that the leader has and another tab does.
import type { Ending, IdleWork, LentWork } from '../inbox/elsewhere.ts';

/** What the leader says. */
export type LenderSays =
  /** Who is there that does work? */
  | { readonly kind: 'roll' }
  /** These wait for somebody who says in which lane they are. `round`: what is answered to an earlier one is too late. */
  | { readonly kind: 'found'; readonly name: string; readonly round: number; readonly works: readonly IdleWork[] }
  /** One of them has its turn: who is awake? */
  | { readonly kind: 'offer'; readonly offer: string; readonly name: string }
  /** One tab does it: it is stored that it does. */
  | { readonly kind: 'go'; readonly tab: string; readonly claim: string; readonly work: LentWork }
  /** Everything that is lent. What a tab runs and is not among it, it runs for nobody. */
  | { readonly kind: 'claims'; readonly claims: readonly StandingClaim[] };

export interface StandingClaim {
  readonly tab: string;
  readonly claim: string;
  readonly isAborted: boolean;
}

/** What another tab says. */
export type BorrowerSays =
  /** It is there, and does work of these kinds. */
  | { readonly kind: 'does'; readonly names: readonly string[] }
  /** It has heard what is lent to it. */
  | { readonly kind: 'here' }
  | {
      readonly kind: 'lanes';
      readonly name: string;
      readonly round: number;
      readonly lanes: readonly { readonly id: string; readonly lane: string }[];
    }
  /** It is awake, and would begin at once. */
  | { readonly kind: 'take'; readonly offer: string }
  | ({ readonly kind: 'ended'; readonly claim: string } & Ending);
