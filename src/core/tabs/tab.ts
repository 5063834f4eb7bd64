// One tab of a device that is open in several: it leads or follows, and for the app both are the same session.
import { fillChannel } from '../../contract/channel.ts';
import { HeardError } from '../../errors.ts';
import { createListeners } from '../../lib/listeners.ts';
import type { Release } from '../../host/host.ts';
import type { Consumers } from '../consume/consumers.ts';
import type { OutboxChange } from '../outbox/changes.ts';
import type { MutationHandle, Parting, Settled } from '../outbox/handles.ts';
import { createMutationId } from '../outbox/mutation-id.ts';
import type { Health } from '../session/health.ts';
import type { OpenChannel } from '../session/heard-channels.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import type { Status } from '../session/status.ts';
import { faultOf } from './faults.ts';
import { createHeardHere } from './heard-here.ts';
import { createLeading, type Leading } from './leading.ts';
import {
  isTabMessage,
  protocolVersion,
  type Call,
  type TabMessage,
  type ToFollowers,
  type Told,
  type View,
  type Wanted,
} from './messages.ts';
import { createQuestions } from './questions.ts';
import { nextRank } from './rank.ts';
import type { TabHost } from './tab-host.ts';
import { throneByLease, throneByLock, type Throne } from './throne.ts';

export type StartSession = (options: SessionOptions) => Promise<Session>;

/** What makes one device of several tabs; an option, so that it costs nothing where it is not used. */
export interface Tabs {
  start(options: SessionOptions, startSession: StartSession): Promise<Session>;
  /** Ends the client in all other tabs: their principal has signed out. */
  dismiss(storeName: string): void;
}

interface Opened extends Wanted {
  readonly wire: string;
  readonly consumers: Consumers;
  /** While this tab leads. */
  open: OpenChannel | undefined;
}

/** Until a leader is heard or this tab leads; then the client is started, whatever else. */
const startWithinMs = 3_000;
const lookEveryMs = 2_000;
const silentMs = 8_000;
const againMs = 5_000;

const nobodyLeads: Status = { word: 'connecting', reason: 'no leading tab' };

export const channelName = (storeName: string): string => `heard tabs ${protocolVersion} ${storeName}`;

export async function startTab(options: SessionOptions, tabs: TabHost, startSession: StartSession): Promise<Session> {
  const { host, contract, scope, consumers, signal } = options;
  const report = (error: unknown): void => signal({ kind: 'callback', error });
  const tab = createMutationId(options.randomBytes);
  const heard = createHeardHere();
  const changes = createListeners<OutboxChange>(report);
  const channels = new Set<Opened>();
  const questions = createQuestions(put);
  /** Of the last leader that was heard of, this tab among them. */
  let rank = 0;
  let session: Session | undefined;
  let leading: Leading | undefined;
  /** One at a time: rising and stepping down take their time. */
  let turn: Promise<void> = Promise.resolve();
  let isOver = false;
  /** Who leads, as far as this tab knows, and how much of it this tab has heard. */
  let leader: { readonly reign: string; heardUpTo: number } | undefined;
  let view: View | undefined;
  /** What was told by somebody who is not the leader that this tab knows. */
  let late: readonly { readonly rank: number; readonly told: Told }[] = [];
  let heardAtMs = host.clock.monotonicMs();
  let askedAtMs: number | undefined;
  let looking: Release | undefined;
  /** As long as the start has not come to its end. */
  let whenKnown: (() => void) | undefined;
  let whenFailed: ((error: unknown) => void) | undefined;
  let whenLeading: (() => void)[] = [];

  const name = channelName(options.storeName);
  const line = tabs.open(name, (message) => {
    if (!isOver && isTabMessage(message)) hear(message);
  });
  const listener = { granted: () => void inTurn(rise), lost: () => void inTurn(stepDown) };
  const throne: Throne =
    tabs.locks === undefined
      ? throneByLease({ host, store: options.store, name: options.storeName, tab, listener, report })
      : throneByLock(tabs.locks, name, listener);

  const leavePage = tabs.onLeave?.(() => {
    if (leading !== undefined) post({ kind: 'gone', tab });
  });

  function post(message: TabMessage): void {
    try {
      line.post(message);
    } catch (error) {
      report(error);
    }
  }

  function inTurn(action: () => Promise<void>): Promise<void> {
    turn = turn.then(action).catch(report);
    return turn;
  }

  const wanted = (): readonly Wanted[] => [...channels].map(({ channel, params }) => ({ channel, params }));
  const wireOf = (channel: string, params: object): string =>
    fillChannel(contract.channels.get(channel)?.wire ?? channel, { ...scope, ...params });

  // Leading.

  async function rise(): Promise<void> {
    if (isOver || session !== undefined) return;
    // A store that cannot be asked is told by the session.
    rank = await nextRank(options.store, options.storeName, rank).catch(() => rank + 1);
    const lead = createLeading({ host, reign: `${tab} ${rank}`, rank, post, report });
    try {
      session = await startSession({
        ...options,
        told: lead.told,
        isNews: (event) => heard.tell(event, true),
        isNewsOn: heard.tellOn,
        signal(told) {
          signal(told);
          lead.signal(told);
        },
        changed() {
          options.changed();
          lead.changed();
          handLate();
        },
      });
    } catch (error) {
      await throne.leave();
      if (whenFailed !== undefined) return whenFailed(error);
      // Somebody else may have better luck; and this tab tries again.
      report(error);
      host.schedule(againMs, () => {
        if (!isOver && leading === undefined) throne.ask();
      });
      return;
    }
    leading = lead;
    leader = undefined;
    view = undefined;
    session.outbox.subscribe(changes.tell);
    for (const opened of channels) opened.open = session.open(opened.channel, opened.params, opened.consumers);
    lead.begin(session);
    questions.askAgain();
    for (const resolve of whenLeading.splice(0)) resolve();
    known();
    options.changed();
  }

  /** Somebody else leads now. What was under way here ends; what was not stored, the other one does again. */
  async function stepDown(): Promise<void> {
    const ending = session;
    leading?.stop();
    leading = undefined;
    session = undefined;
    for (const opened of channels) opened.open = undefined;
    if (!isOver) options.changed();
    await ending?.stop();
    if (isOver) return;
    throne.ask();
    sayHello();
  }

  function serve(lead: Leading, { tab: asking, id, call }: Extract<TabMessage, { kind: 'call' }>): void {
    const settled = (of: string, how: Settled): void => {
      // Who steps down keeps it for the next leader, who says how it ends.
      if (leading === lead) post({ kind: 'settled', tab: asking, id: of, settled: how });
    };
    lead.perform(call, settled).then(
      (result) => post({ kind: 'answer', tab: asking, id, result }),
      (error: unknown) => {
        if (leading === lead) post({ kind: 'refusal', tab: asking, id, fault: faultOf(error) });
      },
    );
  }

  function hear(message: TabMessage): void {
    switch (message.kind) {
      case 'hello':
      case 'missed':
      case 'anybody':
        return leading?.hear(message);
      case 'call':
        if (leading !== undefined) serve(leading, message);
        return;
      case 'over':
        options.dismissed?.();
        return;
      case 'gone':
        return hasGone(message.tab);
      case 'reign':
        // One that was robbed in its sleep and does not know it yet.
        if (message.rank < rank) return;
        rank = message.rank;
        if (leading !== undefined) void inTurn(stepDown);
        else if (message.tab === '' || message.tab === tab || leader?.reign !== message.reign) recognise(message);
        return;
      case 'answer':
      case 'refusal':
      case 'settled':
      case 'view':
      case 'events':
      case 'forgotten':
      case 'signal':
      case 'changed':
        if (leading === undefined) follow(message);
        else if (message.kind === 'events') keepForLater(message);
    }
  }

  /**
   * What somebody tells who is not this tab's leader, or not yet: the last words of one before, who may have stored what it told, so that
   * nobody reads it again. It waits until this tab is caught up: most of it comes again, and in its place.
   */
  function keepForLater({ rank: from, events }: Extract<TabMessage, { kind: 'events' }>): void {
    for (const told of events) if (told.event.id !== undefined) late = [...late, { rank: from, told }];
    handLate();
  }

  function handLate(): void {
    if (late.length > 0 && session?.status().word === 'live') handOlder();
  }

  /** Of leaders before the one that leads now. What has been told meanwhile may have come after it, so it says that its place is not certain. */
  function handOlder(): void {
    for (const { told } of late.filter((one) => one.rank < rank))
      deliver({ ...told, event: { ...told.event, continuity: 'unproven' } });
    late = late.filter((one) => one.rank > rank);
  }

  function hasGone(other: string): void {
    leading?.gone(other);
    if (leader?.reign.startsWith(other) === true) {
      leader = undefined;
      options.changed();
    }
    throne.vacated(other);
  }

  // Following.

  function follow(message: Exclude<ToFollowers, { kind: 'reign' }>): void {
    switch (message.kind) {
      case 'answer':
        if (message.tab === tab) questions.answered(message.id, message.result);
        return;
      case 'refusal':
        if (message.tab === tab) questions.refused(message.id, message.fault);
        return;
      case 'settled':
        if (message.tab === tab) questions.tellSettled(message.id, message.settled);
        return;
      case 'view':
      case 'events':
      case 'forgotten':
      case 'signal':
      case 'changed':
        if (isOfLeader(message.reign)) take(message);
        else if (message.kind === 'events') keepForLater(message);
    }
  }

  function take(message: Extract<ToFollowers, { kind: 'view' | 'events' | 'forgotten' | 'signal' | 'changed' }>): void {
    switch (message.kind) {
      case 'view':
        view = message.view;
        return options.changed();
      case 'events':
        return takeEvents(message.first, message.events);
      case 'forgotten':
        return forgotten(message.upTo);
      case 'signal':
        return signal(message.signal);
      case 'changed':
        changes.tell(message.change);
    }
  }

  /** A message of somebody who leads and has not introduced itself was posted before this tab listened. */
  function isOfLeader(reign: string): boolean {
    if (leader?.reign === reign) {
      heardAtMs = host.clock.monotonicMs();
      askedAtMs = undefined;
      return true;
    }
    sayHello();
    return false;
  }

  function recognise({ reign, count, view: now }: Extract<TabMessage, { kind: 'reign' }>): void {
    heardAtMs = host.clock.monotonicMs();
    askedAtMs = undefined;
    view = now;
    if (leader?.reign !== reign) {
      // Who was there before it led has missed nothing of what it told; who comes now begins here.
      const isNew = whenKnown !== undefined;
      if (isNew) late = [];
      handOlder();
      leader = { reign, heardUpTo: isNew ? count : 0 };
      sayHello();
      if (leader.heardUpTo < count) post({ kind: 'missed', reign, after: leader.heardUpTo });
      questions.askAgain();
    }
    known();
    options.changed();
  }

  function forgotten(upTo: number): void {
    if (leader === undefined || upTo <= leader.heardUpTo) return;
    leader.heardUpTo = upTo;
    const lost = { kind: 'continuity', continuity: 'lost', reason: 'this tab was asleep' } as const;
    for (const { channel } of view?.health.channels ?? []) signal({ ...lost, channel, replayed: 0, compacted: false });
  }

  function takeEvents(first: number, events: readonly Told[]): void {
    if (leader === undefined) return;
    const next = leader.heardUpTo + 1;
    if (first > next) return post({ kind: 'missed', reign: leader.reign, after: leader.heardUpTo });
    for (const told of events.slice(next - first)) deliver(told);
    leader.heardUpTo = Math.max(leader.heardUpTo, first + events.length - 1);
  }

  function deliver({ event, isFirst }: Told): void {
    if (heard.tell(event, isFirst)) void consumers.deliver(event);
    const wire = wireOf(event.channel, event.params);
    const hearing = [...channels].filter((opened) => opened.wire === wire);
    if (hearing.length > 0 && heard.tellOn(event)) for (const opened of hearing) void opened.consumers.deliver(event);
  }

  const sayHello = (): void => post({ kind: 'hello', tab, wanted: wanted() });

  /** A leader that is frozen has its lock and says nothing. Asked, whoever is merely throttled answers. */
  function look(): void {
    const nowMs = host.clock.monotonicMs();
    if (leading === undefined && nowMs - heardAtMs >= silentMs) {
      if (askedAtMs === undefined) {
        askedAtMs = nowMs;
        post({ kind: 'anybody' });
      } else {
        askedAtMs = undefined;
        heardAtMs = nowMs;
        throne.rob();
      }
    }
    lookLater();
  }

  function lookLater(): void {
    looking = host.schedule(lookEveryMs, look);
  }

  // Both.

  function put(id: string, call: Call): void {
    if (leading === undefined) {
      if (leader !== undefined) post({ kind: 'call', tab, id, call });
      return;
    }
    const lead = leading;
    const settled = (of: string, how: Settled): void => {
      if (leading === lead || isOver) questions.tellSettled(of, how);
    };
    lead.perform(call, settled).then(
      (result) => questions.answered(id, result),
      (error: unknown) => {
        if (leading === lead) questions.refused(id, error instanceof Error ? error : faultOf(error));
      },
    );
  }

  function known(): void {
    whenKnown?.();
    whenKnown = undefined;
    whenFailed = undefined;
  }

  async function enqueue(mutation: string, input: unknown): Promise<MutationHandle> {
    const id = createMutationId(options.randomBytes);
    const settled = questions.settled(id);
    await questions.ask('mutate', id, mutation, input);
    return { id, settled };
  }

  async function rebase(former: string, input: unknown): Promise<MutationHandle> {
    const id = createMutationId(options.randomBytes);
    const settled = questions.settled(id);
    await questions.ask('rebase', former, id, input);
    return { id, settled };
  }

  function retry(id: string): MutationHandle {
    const settled = questions.settled(id);
    questions.ask('retry', id).catch(report);
    return { id, settled };
  }

  function status(): Status {
    if (session !== undefined) return session.status();
    return leader === undefined || view === undefined ? nobodyLeads : view.health.status;
  }

  function health(): Health {
    if (session !== undefined) return { ...session.health(), tab: 'leader' };
    const shown = view?.health ?? options.idleHealth();
    return { ...shown, status: status(), tab: 'follower' };
  }

  /** In a tab that follows the outcome is known later than the call returns. */
  const ofWork = (id: string, what: 'retryWork' | 'discardWork'): boolean => {
    if (session !== undefined) return what === 'retryWork' ? session.inbox.retry(id) : session.inbox.discard(id);
    questions.ask(what, id).catch(report);
    return view?.deadLetters.some((letter) => letter.id === id) ?? false;
  };

  async function stop(as: Parting = 'kept'): Promise<void> {
    if (isOver) return;
    isOver = true;
    looking?.();
    leavePage?.();
    await turn;
    const ending = session;
    leading?.stop();
    leading = undefined;
    session = undefined;
    await ending?.stop(as);
    await throne.leave();
    post({ kind: 'gone', tab });
    line.close();
    questions.end(gone(), { outcome: as });
    changes.end();
  }

  /** Until it is known who leads, or for a while: a leader that says nothing must not keep an app from starting. */
  function begun(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = host.schedule(startWithinMs, known);
      whenKnown = () => {
        late();
        resolve();
      };
      whenFailed = (error) => {
        late();
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      sayHello();
      throne.ask();
      lookLater();
    });
  }

  try {
    await begun();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    status,
    health,
    open(channel, params, own) {
      const opened: Opened = { channel, params, wire: wireOf(channel, params), consumers: own, open: undefined };
      opened.open = session?.open(channel, params, own);
      channels.add(opened);
      if (leading === undefined) sayHello();
      return {
        word() {
          if (opened.open !== undefined) return opened.open.word();
          const shown = view?.health.channels.find((one) => wireOf(one.channel, one.params) === opened.wire);
          return shown?.word ?? 'offline';
        },
        close() {
          if (!channels.delete(opened)) return;
          opened.open?.close();
          opened.open = undefined;
          if (leading === undefined && !isOver) sayHello();
        },
      };
    },
    refresh: () => questions.ask('refresh'),
    send(message, input) {
      if (session !== undefined) return session.send(message, input);
      questions.ask('send', message, input).catch(report);
    },
    tokenChanged: () => session?.tokenChanged(),
    inbox: {
      deadLetters: () => session?.inbox.deadLetters() ?? view?.deadLetters ?? [],
      retry: (id) => ofWork(id, 'retryWork'),
      discard: (id) => ofWork(id, 'discardWork'),
    },
    outbox: {
      pending: () => session?.outbox.pending() ?? view?.pending ?? [],
      parked: () => session?.outbox.parked() ?? view?.parked ?? [],
      retry,
      discard: (id) => questions.ask('discard', id),
      rebase,
      watch: (id) => ({ id, settled: questions.settled(id) }),
      drain: (asked) => questions.ask('drain', asked),
      drained: () => questions.ask('drained'),
      subscribe: changes.add,
    },
    enqueue,
    unfinished: () => questions.ask('unfinished'),
    async lead() {
      if (leading !== undefined) return;
      const led = new Promise<void>((resolve) => whenLeading.push(resolve));
      throne.rob();
      await led;
    },
    get isDegraded() {
      return session?.isDegraded ?? view?.health.storage.survives === 'none';
    },
    get isTakenOver() {
      return session?.isTakenOver ?? false;
    },
    stop,
  };
}

const gone = (): HeardError =>
  new HeardError('not-started', 'The client was stopped before the leading tab had answered.', {
    remediation:
      'Start it again and ask again. A mutation that was not confirmed may have been taken in: look at outbox.pending().',
  });
