// The leader's side of work that other tabs do: it asks who is awake, lends to one of them, and knows of every loan whether
// whoever has it is still there.
import type { Host, Release } from '../../host/host.ts';
import type { Ending, IdleWork, Lender } from '../inbox/elsewhere.ts';
import { defaultInboxSettings } from '../inbox/settings.ts';
import type { BorrowerSays, LenderSays, StandingClaim } from './lending-messages.ts';
import type { Living } from './living.ts';

export interface LendingOptions {
  readonly host: Host;
  /** Higher than that of every leader before, so that no two claims have one name. */
  readonly rank: number;
  /** What the tabs of this device did lately. */
  readonly names: readonly string[];
  readonly living: Living;
  readonly say: (say: LenderSays) => void;
}

export interface Lending extends Lender {
  /** The leader has introduced itself. */
  begin(): void;
  /** Some tab does these: they are work from now on. */
  learn(names: readonly string[]): void;
  hear(tab: string, say: BorrowerSays): void;
  /** A page has said that it goes. */
  gone(tab: string): void;
  stop(): void;
}

interface Loan extends StandingClaim {
  readonly ended: (ending: Ending) => void;
  /** Until its tab must have answered that it is to stop. */
  readonly answering: Release | undefined;
}

/** Whoever is awake answers in some milliseconds. */
const answerMs = 2_000;
const beatMs = 3_000;
/** Without locks: as long as a run may take, so that nothing is lent again before. Whoever is merely throttled answers. */
const silentMs = defaultInboxSettings.runMs;
/** A long queue is not one message. */
const foundAtOnce = 100;

const lost: Ending = { how: 'lost', error: undefined };
const tabOf = (claim: string): string => claim.slice(0, claim.indexOf(' '));

export function createLending({ host, rank, names, living, say }: LendingOptions): Lending {
  const known = new Set(names);
  const loans = new Map<string, Loan>();
  const offers = new Map<string, (tab?: string) => void>();
  /** By tab: until it is gone, or has nothing of ours. */
  const watched = new Map<string, Release>();
  /** Those who have said that they do something. */
  const doers = new Set<string>();
  const heardAtMs = new Map<string, number>();
  /** Heard of since something of theirs was aborted last. */
  const answered = new Set<string>();
  let idle = (): readonly IdleWork[] => [];
  let handled: (id: string, lane: string) => void = () => undefined;
  /** By the name of work that somebody answers for: since when. */
  const rounds = new Map<string, number>();
  let round = 0;
  let offered = 0;
  let beat: Release | undefined;
  let isBegun = false;

  const nowMs = (): number => host.clock.monotonicMs();

  function learn(declared: readonly string[]): void {
    for (const name of declared) known.add(name);
  }

  function tellClaims(): void {
    const claims = Array.from(loans.values(), ({ tab, claim, isAborted }) => ({ tab, claim, isAborted }));
    if (isBegun && (claims.length > 0 || doers.size > 0)) say({ kind: 'claims', claims });
  }

  function tellFound(name: string, round: number, works: readonly IdleWork[]): void {
    for (let at = 0; at < works.length; at += foundAtOnce)
      say({ kind: 'found', name, round, works: works.slice(at, at + foundAtOnce) });
  }

  /** All that waits, from its beginning: answers come in the order in which it was asked, so the lanes keep theirs. */
  function askFromTheBeginning(name: string): void {
    round += 1;
    rounds.set(name, round);
    tellFound(
      name,
      round,
      idle().filter(({ event }) => event.name === name),
    );
  }

  function look(): void {
    for (const { tab } of Array.from(loans.values())) {
      if (living.onGone === undefined && nowMs() - (heardAtMs.get(tab) ?? 0) >= silentMs) goneFor(tab);
    }
    // Whoever was asleep has forgotten, perhaps, what it was told.
    tellClaims();
    if (idle().length > 0) say({ kind: 'roll' });
    beat = host.schedule(beatMs, look);
  }

  function add(claim: string): Promise<Ending> {
    const tab = tabOf(claim);
    heardAtMs.set(tab, nowMs());
    if (living.onGone !== undefined && !watched.has(tab))
      watched.set(
        tab,
        living.onGone(tab, () => goneFor(tab)),
      );
    return new Promise((ended) => loans.set(claim, { tab, claim, isAborted: false, ended, answering: undefined }));
  }

  function end(claim: string, ending: Ending): void {
    const loan = loans.get(claim);
    if (loan === undefined) return;
    loans.delete(claim);
    loan.answering?.();
    if (!Array.from(loans.values()).some(({ tab }) => tab === loan.tab)) {
      watched.get(loan.tab)?.();
      watched.delete(loan.tab);
      heardAtMs.delete(loan.tab);
    }
    loan.ended(ending);
  }

  /** Its time is over. Without locks, a tab that does not even answer that is not there to be waited for. */
  function awaited({ claim, tab }: Loan): Release {
    answered.delete(tab);
    return host.schedule(answerMs, () => {
      if (!answered.has(tab)) end(claim, lost);
    });
  }

  function goneFor(tab: string): void {
    for (const loan of Array.from(loans.values())) if (loan.tab === tab) end(loan.claim, lost);
  }

  return {
    attach(idleNow, handledBy) {
      idle = idleNow;
      handled = handledBy;
    },
    knows: (name) => known.has(name),
    came(work) {
      const { name } = work.event;
      const asked = rounds.get(name);
      // Otherwise it waits for somebody to speak, with all that came before it.
      if (asked !== undefined) tellFound(name, asked, [work]);
    },
    claim(name) {
      offered += 1;
      const offer = `${rank}.${offered}`;
      return new Promise((resolve) => {
        const over = (tab?: string): void => {
          offers.delete(offer);
          late();
          resolve(tab === undefined ? undefined : `${tab} ${offer}`);
        };
        const late = host.schedule(answerMs, () => {
          rounds.delete(name);
          over();
        });
        offers.set(offer, over);
        say({ kind: 'offer', offer, name });
      });
    },
    lend(claim, work) {
      const ended = add(claim);
      say({ kind: 'go', tab: tabOf(claim), claim, work });
      return ended;
    },
    adopt: add,
    abort(claim) {
      const loan = loans.get(claim);
      if (loan === undefined) return;
      loans.set(claim, {
        ...loan,
        isAborted: true,
        answering: living.onGone === undefined ? awaited(loan) : undefined,
      });
      tellClaims();
    },
    learn,
    begin() {
      isBegun = true;
      say({ kind: 'roll' });
      look();
    },
    hear(tab, said) {
      if (heardAtMs.has(tab)) heardAtMs.set(tab, nowMs());
      answered.add(tab);
      switch (said.kind) {
        case 'does':
          learn(said.names);
          doers.add(tab);
          tellClaims();
          for (const name of said.names) askFromTheBeginning(name);
          return;
        case 'here':
          return;
        case 'lanes':
          if (rounds.get(said.name) === said.round) for (const { id, lane } of said.lanes) handled(id, lane);
          return;
        case 'take':
          return offers.get(said.offer)?.(tab);
        case 'ended':
          return end(said.claim, { how: said.how, error: said.error });
      }
    },
    gone(tab) {
      doers.delete(tab);
      answered.delete(tab);
      // A lock says it for certain; a page that only says so may come back.
      if (living.onGone === undefined) goneFor(tab);
    },
    stop() {
      isBegun = false;
      beat?.();
      for (const release of watched.values()) release();
      watched.clear();
      for (const { answering } of loans.values()) answering?.();
      loans.clear();
      for (const over of Array.from(offers.values())) over();
    },
  };
}
