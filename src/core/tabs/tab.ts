// One tab of a device that is open in several: it leads or follows, and for the app both are the same session.
import { fillChannel } from '../../contract/channel.ts';
import { HeardError } from '../../errors.ts';
import { StoreError } from '../../storage/store.ts';
import { createListeners } from '../../lib/listeners.ts';
import type { Consumers } from '../consume/consumers.ts';
import type { OutboxChange } from '../outbox/changes.ts';
import type { MutationHandle, Parting, Settled } from '../outbox/handles.ts';
import { createMutationId } from '../outbox/mutation-id.ts';
import { nobodyKnows, type Presence } from '../presence/presence.ts';
import type { Health } from '../session/health.ts';
import type { OpenChannel } from '../session/heard-channels.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import type { Status } from '../session/status.ts';
import { createAskedHere } from './asked-here.ts';
import { createEar } from './ear.ts';
import { faultOf } from './faults.ts';
import { createFollowing } from './following.ts';
import { createHeardHere } from './heard-here.ts';
import { createLeading, type Leading } from './leading.ts';
import { throneByLease } from './lease.ts';
import { isTabMessage, protocolVersion, type Call, type TabMessage, type Told, type Wanted } from './messages.ts';
import { createPresenceHere } from './presence-here.ts';
import { createQuestions } from './questions.ts';
import { nextRank } from './rank.ts';
import type { TabHost } from './tab-host.ts';
import { createTabWork, type LeadersWork } from './tab-work.ts';
import { throneByLock, type Throne } from './throne.ts';
import { watchLeader } from './watch.ts';

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
  const askedHere = createAskedHere();
  const presenceHere = createPresenceHere();
  /** Of the last leader that was heard of, this tab among them. */
  let rank = 0;
  let session: Session | undefined;
  let leading: Leading | undefined;
  let lending: LeadersWork | undefined;
  /** One at a time: rising and stepping down take their time. */
  let turn: Promise<void> = Promise.resolve();
  let isOver = false;
  /** As long as the start has not come to its end. */
  let whenKnown: (() => void) | undefined;
  let whenFailed: ((error: unknown) => void) | undefined;
  let whenLeading: (() => void)[] = [];

  const name = channelName(options.storeName);
  const ear = createEar({
    tab,
    isLeading: () => leading !== undefined,
    rank: () => rank,
    hear(message) {
      if (!isOver) hear(message);
    },
  });
  const line = tabs.open(name, (message) => {
    if (!isOver && isTabMessage(message)) ear.take(message);
  });
  const listener = { granted: () => void inTurn(rise), lost: () => void inTurn(stepDown) };
  const throne: Throne =
    tabs.locks === undefined
      ? throneByLease({ host, store: options.store, name: options.storeName, tab, listener, report })
      : throneByLock(tabs.locks, name, listener);

  const work = createTabWork({
    host,
    tab,
    contract,
    processors: options.processors,
    store: options.store,
    storeName: options.storeName,
    locks: tabs.locks,
    name,
    post,
    reign: () => following.reign,
    signal,
  });

  const following = createFollowing({
    tab,
    post,
    sayHello,
    questions,
    tables: options.tables,
    deliver,
    signal,
    outboxChanged: changes.tell,
    changed: options.changed,
    heard: () => watch.heard(),
  });
  const watch = watchLeader({
    host,
    isFollowing: () => leading === undefined,
    ask: () => post({ kind: 'anybody' }),
    silent: () => throne.rob(),
  });

  const leavePage = tabs.onLeave?.(() => {
    if (leading !== undefined || work.isBusy) post({ kind: 'gone', tab });
  });

  const leaveFreezing = tabs.onFrozen?.((isFrozen) => {
    if (isFrozen) return ear.cover();
    ear.uncover();
    // What it was asked in its sleep nobody waits for any more.
    work.introduce();
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
    const reign = `${tab} ${rank}`;
    const lend = await work.rise(reign, rank);
    const lead = createLeading({ host, reign, rank, contract, tables: options.tables, post, report });
    try {
      session = await startSession({
        ...options,
        elsewhere: lend.elsewhere,
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
          handOlder();
        },
      });
    } catch (error) {
      lend.stop();
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
    lending = lend;
    following.leaderless();
    session.outbox.subscribe(changes.tell);
    options.tables?.begin(session.outbox.pending());
    for (const opened of channels) opened.open = session.open(opened.channel, opened.params, opened.consumers);
    lead.begin(session);
    lend.begin();
    questions.askAgain();
    for (const resolve of whenLeading.splice(0)) resolve();
    known();
    options.changed();
  }

  function stopLeading(): void {
    leading?.stop();
    leading = undefined;
    lending?.stop();
    lending = undefined;
  }

  /** Somebody else leads now. What was under way here ends; what was not stored, the other one does again. */
  async function stepDown(): Promise<void> {
    const ending = session;
    stopLeading();
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
      if (leading === lead) post({ kind: 'settled', reign: lead.reign, tab: asking, id: of, settled: how });
    };
    lead.perform(call, settled).then(
      (result) => post({ kind: 'answer', reign: lead.reign, tab: asking, id, result }),
      (error: unknown) => {
        if (leading === lead && !isRobbed(error))
          post({ kind: 'refusal', reign: lead.reign, tab: asking, id, fault: faultOf(error) });
      },
    );
  }

  function hear(message: TabMessage): void {
    switch (message.kind) {
      case 'hello':
        lending?.learn(message.does);
        return leading?.hear(message);
      case 'missed':
      case 'tables':
      case 'anybody':
        return leading?.hear(message);
      case 'call':
        if (leading !== undefined) serve(leading, message);
        return;
      case 'borrowing':
        if (message.reign === leading?.reign) lending?.hear(message);
        return;
      case 'lending':
        if (leading === undefined && following.reign === message.reign) work.hear(message);
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
        else recognise(message);
        return;
      case 'answer':
      case 'refusal':
      case 'settled':
      case 'view':
      case 'events':
      case 'tables-told':
      case 'rows':
      case 'forgotten':
      case 'signal':
      case 'changed':
        if (leading === undefined) following.hear(message);
        else if (message.kind === 'events') {
          following.keep(message);
          handOlder();
        }
    }
  }

  /** Last words that nobody reads again are handed out when this tab, which leads now, is caught up. */
  function handOlder(): void {
    if (session?.status().word === 'live') following.handOlder(rank);
  }

  function recognise(message: Extract<TabMessage, { kind: 'reign' }>): void {
    const isKnown = following.reign === message.reign;
    following.recognise(message, whenKnown !== undefined);
    if (!isKnown) work.introduce();
    known();
  }

  function hasGone(other: string): void {
    leading?.gone(other);
    lending?.gone(other);
    following.leaderless(other);
    throne.vacated(other);
  }

  // Following.

  function deliver({ event, isFirst }: Told): void {
    if (heard.tell(event, isFirst)) void consumers.deliver(event);
    const wire = wireOf(event.channel, event.params);
    const hearing = [...channels].filter((opened) => opened.wire === wire);
    if (hearing.length > 0 && heard.tellOn(event)) for (const opened of hearing) void opened.consumers.deliver(event);
  }

  function sayHello(): void {
    post({ kind: 'hello', tab, wanted: wanted(), does: [...options.processors.keys()] });
  }

  // Both.

  function put(id: string, call: Call): void {
    if (leading === undefined) {
      if (following.isLed) post({ kind: 'call', tab, id, call });
      return;
    }
    const lead = leading;
    const settled = (of: string, how: Settled): void => {
      if (leading === lead || isOver) questions.tellSettled(of, how);
    };
    lead.perform(call, settled).then(
      (result) => questions.answered(id, result),
      (error: unknown) => {
        if (leading === lead && !isRobbed(error))
          questions.refused(id, error instanceof Error ? error : faultOf(error));
      },
    );
  }

  function known(): void {
    whenKnown?.();
    whenKnown = undefined;
    whenFailed = undefined;
  }

  async function taken(id: string, asked: Promise<void>): Promise<MutationHandle> {
    const settled = questions.settled(id);
    try {
      await asked;
    } catch (error) {
      questions.drop(id);
      throw error;
    }
    return { id, settled };
  }

  async function enqueue(mutation: string, input: unknown): Promise<MutationHandle> {
    const id = createMutationId(options.randomBytes);
    const handle = taken(id, questions.ask('mutate', id, mutation, input));
    const createdAt = options.serverClock.nowMs();
    askedHere.add({ id, name: mutation, input, createdAt, state: 'pending' }, handle);
    return handle;
  }

  async function rebase(former: string, input: unknown): Promise<MutationHandle> {
    const id = createMutationId(options.randomBytes);
    return taken(id, questions.ask('rebase', former, id, input));
  }

  function retry(id: string): MutationHandle {
    const settled = questions.settled(id);
    questions.ask('retry', id).catch(report);
    return { id, settled };
  }

  function status(): Status {
    if (session !== undefined) return session.status();
    return following.isLed ? (following.view?.health.status ?? nobodyLeads) : nobodyLeads;
  }

  function health(): Health {
    if (session !== undefined) return { ...session.health(), tab: 'leader' };
    const shown = following.view?.health ?? options.idleHealth();
    return { ...shown, status: status(), tab: 'follower' };
  }

  function presences(): ReturnType<Session['presences']> {
    return session?.presences() ?? following.view?.presences ?? [];
  }

  const isOpenHere = (wire: string): boolean => [...channels].some((opened) => opened.wire === wire);

  function presence(wire: string): Presence {
    const told = session?.presence(wire) ?? presences().find(([of]) => of === wire)?.[1] ?? nobodyKnows;
    const isLed = session !== undefined || following.isLed;
    if (isOpenHere(wire)) return presenceHere.show(wire, told, isLed);
    presenceHere.forget(wire);
    return isLed ? told : nobodyKnows;
  }

  /** In a tab that follows the outcome is known later than the call returns. */
  const ofWork = (id: string, what: 'retryWork' | 'discardWork'): boolean => {
    if (session !== undefined) return what === 'retryWork' ? session.inbox.retry(id) : session.inbox.discard(id);
    questions.ask(what, id).catch(report);
    return following.view?.deadLetters.some((letter) => letter.id === id) ?? false;
  };

  async function stop(as: Parting = 'kept'): Promise<void> {
    if (isOver) return;
    isOver = true;
    watch.stop();
    leavePage?.();
    leaveFreezing?.();
    // Not one after the other: what is asked to stop must not wait for a tab that is just about to lead.
    await Promise.all([turn, work.end()]);
    const ending = session;
    stopLeading();
    session = undefined;
    await ending?.stop(as);
    await throne.leave();
    post({ kind: 'gone', tab });
    line.close();
    work.leave();
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
    });
  }

  try {
    // First: what is asked for from the start on is work, whoever leads.
    await work.declare();
    await begun();
  } catch (error) {
    await stop();
    throw error;
  }
  host.schedule(0, () => void work.begin());

  return {
    status,
    health,
    openList: (resource) => session?.openList(resource),
    open(channel, params, own) {
      const opened: Opened = { channel, params, wire: wireOf(channel, params), consumers: own, open: undefined };
      opened.open = session?.open(channel, params, own);
      channels.add(opened);
      if (leading === undefined) sayHello();
      return {
        word() {
          if (opened.open !== undefined) return opened.open.word();
          const shown = following.view?.health.channels.find((one) => wireOf(one.channel, one.params) === opened.wire);
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
    presence,
    presences,
    refresh: () => questions.ask('refresh'),
    send(message, input) {
      if (session !== undefined) return session.send(message, input);
      questions.ask('send', message, input).catch(report);
    },
    tokenChanged: () => session?.tokenChanged(),
    inbox: {
      deadLetters: () => session?.inbox.deadLetters() ?? following.view?.deadLetters ?? [],
      retry: (id) => ofWork(id, 'retryWork'),
      discard: (id) => ofWork(id, 'discardWork'),
    },
    outbox: {
      pending: () => askedHere.among(session?.outbox.pending() ?? following.view?.pending ?? []),
      parked: () => session?.outbox.parked() ?? following.view?.parked ?? [],
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
      return session?.isDegraded ?? following.view?.health.storage.survives === 'none';
    },
    get isTakenOver() {
      return session?.isTakenOver ?? false;
    },
    stop,
  };
}

/** Somebody else has the storage, and is asked as soon as this tab knows who. */
const isRobbed = (error: unknown): boolean => error instanceof StoreError && error.fault === 'fenced';

const gone = (): HeardError =>
  new HeardError('not-started', 'The client was stopped before the leading tab had answered.', {
    remediation:
      'Start it again and ask again. A mutation that was not confirmed may have been taken in: look at outbox.pending().',
  });
