// What the app asks of its session, in a tab that leads and in one that follows.
import type { Listeners } from '../../lib/listeners.ts';
import type { OutboxChange } from '../outbox/changes.ts';
import type { MutationHandle } from '../outbox/handles.ts';
import { createMutationId } from '../outbox/mutation-id.ts';
import { nobodyKnows, type Presence } from '../presence/presence.ts';
import type { Health } from '../session/health.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import type { Status } from '../session/status.ts';
import { createAskedHere } from './asked-here.ts';
import type { ChannelsHere } from './channels-here.ts';
import type { Following } from './following.ts';
import { createPresenceHere } from './presence-here.ts';
import type { Questions } from './questions.ts';
import type { Succession } from './succession.ts';

export interface SessionHereOptions extends Pick<SessionOptions, 'randomBytes' | 'serverClock' | 'idleHealth'> {
  readonly succession: Succession;
  readonly following: Following;
  readonly channels: ChannelsHere;
  readonly questions: Questions;
  readonly changes: Listeners<OutboxChange>;
  readonly report: (error: unknown) => void;
  readonly stop: Session['stop'];
}

const nobodyLeads: Status = { word: 'connecting', reason: 'no leading tab' };

export function createSessionHere(options: SessionHereOptions): Session {
  const { succession, following, channels, questions, randomBytes, report } = options;
  const askedHere = createAskedHere();
  const presenceHere = createPresenceHere();

  /** Of this tab, while it leads. */
  const led = (): Session | undefined => succession.leading?.session;

  function status(): Status {
    return led()?.status() ?? (following.isLed ? following.view?.health.status : undefined) ?? nobodyLeads;
  }

  function health(): Health {
    const own = led();
    if (own !== undefined) return { ...own.health(), tab: 'leader' };
    const shown = following.view?.health ?? options.idleHealth();
    return { ...shown, status: status(), tab: 'follower' };
  }

  const presences = (): ReturnType<Session['presences']> => led()?.presences() ?? following.view?.presences ?? [];

  function presence(wire: string): Presence {
    const told = led()?.presence(wire) ?? presences().find(([of]) => of === wire)?.[1] ?? nobodyKnows;
    const isLed = led() !== undefined || following.isLed;
    if (channels.isOpen(wire)) return presenceHere.show(wire, told, isLed);
    presenceHere.forget(wire);
    return isLed ? told : nobodyKnows;
  }

  const watch = (id: string): MutationHandle => ({ id, settled: questions.settled(id) });

  async function taken(id: string, asked: Promise<void>): Promise<MutationHandle> {
    const handle = watch(id);
    try {
      await asked;
    } catch (error) {
      questions.drop(id);
      throw error;
    }
    return handle;
  }

  async function enqueue(mutation: string, input: unknown): Promise<MutationHandle> {
    const id = createMutationId(randomBytes);
    const handle = taken(id, questions.ask('mutate', id, mutation, input));
    const createdAt = options.serverClock.nowMs();
    askedHere.add({ id, name: mutation, input, createdAt, state: 'pending' }, handle);
    return handle;
  }

  async function rebase(former: string, input: unknown): Promise<MutationHandle> {
    const id = createMutationId(randomBytes);
    return taken(id, questions.ask('rebase', former, id, input));
  }

  function retry(id: string): MutationHandle {
    const handle = watch(id);
    questions.ask('retry', id).catch(report);
    return handle;
  }

  /** In a tab that follows the outcome is known later than the call returns. */
  function askForWork(what: 'retryWork' | 'discardWork', id: string): boolean {
    questions.ask(what, id).catch(report);
    return following.view?.deadLetters.some((letter) => letter.id === id) ?? false;
  }

  return {
    status,
    health,
    openList: (resource) => led()?.openList(resource),
    open: channels.open,
    presence,
    presences,
    refresh: () => questions.ask('refresh'),
    send(message, input) {
      const own = led();
      if (own !== undefined) return own.send(message, input);
      questions.ask('send', message, input).catch(report);
    },
    tokenChanged: () => led()?.tokenChanged(),
    inbox: {
      deadLetters: () => led()?.inbox.deadLetters() ?? following.view?.deadLetters ?? [],
      retry: (id) => led()?.inbox.retry(id) ?? askForWork('retryWork', id),
      discard: (id) => led()?.inbox.discard(id) ?? askForWork('discardWork', id),
    },
    outbox: {
      pending: () => askedHere.among(led()?.outbox.pending() ?? following.view?.pending ?? []),
      parked: () => led()?.outbox.parked() ?? following.view?.parked ?? [],
      retry,
      discard: (id) => questions.ask('discard', id),
      rebase,
      watch,
      drain: (asked) => questions.ask('drain', asked),
      drained: () => questions.ask('drained'),
      subscribe: options.changes.add,
    },
    enqueue,
    unfinished: () => questions.ask('unfinished'),
    lead: succession.lead,
    get isDegraded() {
      return led()?.isDegraded ?? following.view?.health.storage.survives === 'none';
    },
    get isTakenOver() {
      return led()?.isTakenOver ?? false;
    },
    stop: options.stop,
  };
}
