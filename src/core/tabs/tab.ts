// One tab of a device that is open in several, from start to stop: it leads or follows, and for the app both are the same session. Only wires.
import { HeardError } from '../../errors.ts';
import { createListeners } from '../../lib/listeners.ts';
import type { OutboxChange } from '../outbox/changes.ts';
import type { Parting } from '../outbox/handles.ts';
import { createMutationId } from '../outbox/mutation-id.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import { createChannelsHere } from './channels-here.ts';
import { createEar } from './ear.ts';
import { createFollowing } from './following.ts';
import { createHeardHere } from './heard-here.ts';
import { startLeading, type StartSession } from './leading.ts';
import { throneByLease } from './lease.ts';
import { isTabMessage, isToLeader, protocolVersion, type Call, type TabMessage, type Told } from './messages.ts';
import { createQuestions } from './questions.ts';
import { createSessionHere } from './session-here.ts';
import { createSuccession } from './succession.ts';
import type { TabHost } from './tab-host.ts';
import { createTabWork } from './tab-work.ts';
import { throneByLock } from './throne.ts';

/** What makes one device of several tabs; an option, so that it costs nothing where it is not used. */
export interface Tabs {
  start(options: SessionOptions, startSession: StartSession): Promise<Session>;
  /** Ends the client in all other tabs: their principal has signed out. */
  dismiss(storeName: string): void;
}

export const channelName = (storeName: string): string => `heard tabs ${protocolVersion} ${storeName}`;

export async function startTab(options: SessionOptions, tabs: TabHost, startSession: StartSession): Promise<Session> {
  const { host, store, storeName, consumers, signal } = options;
  const { locks } = tabs;
  const report = (error: unknown): void => signal({ kind: 'callback', error });
  const tab = createMutationId(options.randomBytes);
  const name = channelName(storeName);
  const heard = createHeardHere();
  const changes = createListeners<OutboxChange>(report);
  const questions = createQuestions(put);

  const ear = createEar({
    tab,
    isLeading: () => succession.leading !== undefined,
    rank: () => succession.rank,
    hear(message) {
      if (!succession.isOver) hear(message);
    },
  });
  const line = tabs.open(name, (message) => {
    if (!succession.isOver && isTabMessage(message)) ear.take(message);
  });
  const work = createTabWork({ ...options, tab, locks, name, post, reign: () => following.reign });
  const following = createFollowing({
    ...options,
    tab,
    post,
    sayHello,
    questions,
    deliver,
    outboxChanged: changes.tell,
    heard: () => succession.heard(),
  });
  const sessionOptions: SessionOptions = {
    ...options,
    isNews: (event) => heard.tell(event, true),
    isNewsOn: heard.tellOn,
    changed() {
      options.changed();
      handOlder();
    },
  };
  const succession = createSuccession({
    ...options,
    throne: (listener) =>
      locks === undefined
        ? throneByLease({ host, store, name: storeName, tab, listener, report })
        : throneByLock(locks, name, listener),
    following,
    work,
    sayHello,
    post,
    report,
    lead: (rank) => startLeading({ tab, rank, options: sessionOptions, startSession, work, post }),
    risen(leading) {
      const { session } = leading;
      session.outbox.subscribe(changes.tell);
      options.tables?.begin(session.outbox.pending());
      channels.hear(session);
      leading.begin();
      questions.askAgain();
    },
    fallen: () => channels.hear(undefined),
  });
  const channels = createChannelsHere({ ...options, succession, following, sayHello });

  const leavePage = tabs.onLeave?.(() => {
    if (succession.leading !== undefined || work.isBusy) post({ kind: 'gone', tab });
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

  function sayHello(): void {
    post({ kind: 'hello', tab, wanted: channels.wanted(), does: [...options.processors.keys()] });
  }

  function hear(message: TabMessage): void {
    const { leading } = succession;
    if (isToLeader(message)) return leading?.hear(message);
    switch (message.kind) {
      case 'lending':
        if (leading === undefined && following.reign === message.reign) work.hear(message);
        return;
      case 'over':
        options.dismissed?.();
        return;
      case 'gone':
        return succession.gone(message.tab);
      case 'reign':
        return succession.recognise(message);
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
    if (succession.leading?.session.status().word === 'live') following.handOlder(succession.rank);
  }

  function deliver({ event, isFirst }: Told): void {
    if (heard.tell(event, isFirst)) void consumers.deliver(event);
    channels.deliver(event, heard.tellOn);
  }

  /** To whoever leads. While nobody does, it waits for who does next. */
  function put(id: string, call: Call): void {
    const { leading } = succession;
    if (leading === undefined) {
      if (following.isLed) post({ kind: 'call', tab, id, call });
      return;
    }
    leading.perform(id, call, {
      ...questions,
      tellSettled(of, settled) {
        if (succession.leading === leading || succession.isOver) questions.tellSettled(of, settled);
      },
    });
  }

  async function stop(as: Parting = 'kept'): Promise<void> {
    if (succession.isOver) return;
    leavePage?.();
    leaveFreezing?.();
    // Not one after the other: what is asked to stop must not wait for a tab that is just about to lead.
    await Promise.all([succession.end(), work.end()]);
    await succession.leave(as);
    post({ kind: 'gone', tab });
    line.close();
    work.leave();
    questions.end(gone(), { outcome: as });
    changes.end();
  }

  try {
    // First: what is asked for from the start on is work, whoever leads.
    await work.declare();
    await succession.begin();
  } catch (error) {
    await stop();
    throw error;
  }
  host.schedule(0, () => void work.begin());

  return createSessionHere({ ...options, succession, following, channels, questions, changes, report, stop });
}

const gone = (): HeardError =>
  new HeardError('not-started', 'The client was stopped before the leading tab had answered.', {
    remediation:
      'Start it again and ask again. A mutation that was not confirmed may have been taken in: look at outbox.pending().',
  });
