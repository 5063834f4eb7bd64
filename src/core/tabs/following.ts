// What a tab hears of whoever leads: how things stand, and every event once and in its place.
import type { OutboxChange } from '../outbox/changes.ts';
import type { SessionOptions } from '../session/session.ts';
import { LeadersRows } from './leaders-rows.ts';
import type { TabMessage, ToFollowers, ToLeader, Told, View } from './messages.ts';
import type { Questions } from './questions.ts';

export interface FollowingOptions extends Pick<SessionOptions, 'tables' | 'signal' | 'changed'> {
  readonly tab: string;
  readonly post: (message: ToLeader) => void;
  readonly sayHello: () => void;
  readonly questions: Questions;
  readonly deliver: (told: Told) => void;
  readonly outboxChanged: (change: OutboxChange) => void;
  /** The leader has shown that it is awake. */
  readonly heard: () => void;
}

type Of<Kind extends TabMessage['kind']> = Extract<TabMessage, { readonly kind: Kind }>;
type ByReign = Exclude<ToFollowers, Of<'reign' | 'lending'>>;

export interface Following {
  /** Of the leader that is known; undefined while nobody is. */
  readonly view: View | undefined;
  readonly isLed: boolean;
  /** Of the leader that is known. */
  readonly reign: string | undefined;
  /** A leader says who it is; says whether it was not known. `isNew`: this tab has just been opened, and begins here. */
  recognise(message: Of<'reign'>, isNew: boolean): boolean;
  hear(message: ByReign): void;
  /** What is told to a tab that leads itself. */
  keep(message: Of<'events'>): void;
  /** What leaders of a lower rank have told and nobody has handed out. */
  handOlder(rank: number): void;
  /** The tab that led is gone, or it is this one now. */
  leaderless(tab?: string): void;
}

/** As many as a leader remembers. */
const mostKept = 2_000;

export function createFollowing(options: FollowingOptions): Following {
  const { tab, post, sayHello, questions, tables, deliver, signal, changed } = options;
  /** Who leads, and how much of it this tab has heard. */
  let leader: { readonly reign: string; heardUpTo: number; changes: number } | undefined;
  let view: View | undefined;
  let rows: LeadersRows | undefined;
  /** What was told by somebody who is not the leader that this tab knows. */
  let kept: { readonly rank: number; readonly told: Told }[] = [];

  /**
   * The last words of a leader before, who may have stored what it told, so that nobody reads it again. They wait until it is known who leads,
   * and until this tab is caught up where it leads: most of them come again, and in their place.
   */
  function keep({ rank, events }: Of<'events'>): void {
    for (const told of events) if (told.event.id !== undefined) kept.push({ rank, told });
    if (kept.length > mostKept) kept = kept.slice(-mostKept);
  }

  /** What has been told meanwhile may have come after it, so it says that its place is not certain. */
  function handOlder(rank: number): void {
    const older = kept.filter((one) => one.rank < rank);
    // Of the leader itself it is asked for by its number.
    kept = kept.filter((one) => one.rank > rank);
    for (const { told } of older) deliver({ ...told, event: { ...told.event, continuity: 'unproven' } });
  }

  function takeEvents(first: number, events: readonly Told[]): void {
    if (leader === undefined) return;
    const next = leader.heardUpTo + 1;
    if (first > next) return post({ kind: 'missed', reign: leader.reign, after: leader.heardUpTo });
    for (const told of events.slice(next - first)) deliver(told);
    leader.heardUpTo = Math.max(leader.heardUpTo, first + events.length - 1);
  }

  function forgotten(upTo: number): void {
    if (leader === undefined || upTo <= leader.heardUpTo) return;
    leader.heardUpTo = upTo;
    const lost = { kind: 'continuity', continuity: 'lost', reason: 'this tab was asleep' } as const;
    for (const { channel } of view?.health.channels ?? []) signal({ ...lost, channel, replayed: 0, compacted: false });
  }

  /** A tab that was asleep may not have heard how a mutation has ended, and would show for ever what it asked for. */
  function takeView(now: View): void {
    view = now;
    if (leader !== undefined && leader.changes !== now.changes) {
      leader.changes = now.changes;
      tables?.begin(now.pending);
    }
    rows?.told(now.rows);
    changed();
  }

  function take(message: ByReign): void {
    switch (message.kind) {
      case 'view':
        // Said by a timer, and nothing else is: whoever is frozen may still answer what it is asked.
        options.heard();
        return takeView(message.view);
      case 'events':
        return takeEvents(message.first, message.events);
      case 'tables-told':
        return message.tab === tab ? rows?.takeAll(message) : undefined;
      case 'rows':
        return rows?.take(message);
      case 'forgotten':
        return forgotten(message.upTo);
      case 'signal':
        return signal(message.signal);
      case 'changed':
        // After one that was missed the next view says how things stand.
        if (leader?.changes === message.number - 1) leader.changes = message.number;
        return options.outboxChanged(message.change);
      case 'answer':
        if (message.tab === tab) questions.answered(message.id, message.result);
        return;
      case 'refusal':
        if (message.tab === tab) questions.refused(message.id, message.fault);
        return;
      case 'settled':
        if (message.tab === tab) questions.tellSettled(message.id, message.settled);
    }
  }

  return {
    get view() {
      return view;
    },
    get isLed() {
      return leader !== undefined && view !== undefined;
    },
    get reign() {
      return leader?.reign;
    },
    recognise({ reign, rank, count, view: now }, isNew) {
      if (leader?.reign === reign) {
        takeView(now);
        return false;
      }
      options.heard();
      // Who was there before it led has missed nothing of what it told; who comes now begins here.
      if (isNew) kept = [];
      handOlder(rank);
      view = now;
      leader = { reign, heardUpTo: isNew ? count : 0, changes: now.changes };
      sayHello();
      if (leader.heardUpTo < count) post({ kind: 'missed', reign, after: leader.heardUpTo });
      tables?.release();
      rows = new LeadersRows(tab, reign, post);
      tables?.open(rows);
      tables?.begin(now.pending);
      questions.askAgain();
      changed();
      return true;
    },
    hear(message) {
      if (leader?.reign === message.reign) return take(message);
      if (message.kind === 'events') keep(message);
      // Somebody leads who has not introduced itself to this tab.
      sayHello();
    },
    keep,
    handOlder,
    leaderless(other) {
      if (other !== undefined && leader?.reign.startsWith(other) !== true) return;
      leader = undefined;
      rows = undefined;
      if (other === undefined) view = undefined;
      changed();
    },
  };
}
