// One run of a client, from start to stop: its connection, its channels, and what it remembers. Only wires; the decisions
// are in the machines.
import type { Position } from '../../contract/channel.ts';
import type { ContractData } from '../../contract/contract.ts';
import type { FrameReader } from '../../contract/decode.ts';
import type { RoleDefinition } from '../../contract/role.ts';
import { joinedAtStart, wireName } from '../../contract/routing.ts';
import type { Host, HostEvent } from '../../host/host.ts';
import type { Store, StoreFault } from '../../storage/store.ts';
import type { Transport } from '../../transports/transport.ts';
import type { Api } from '../api/api.ts';
import type { ServerClock } from '../api/server-clock.ts';
import { createJoiner } from '../channels/joiner.ts';
import type { ConnectionStatus } from '../connection/connection-status.ts';
import type { Credentials } from '../connection/credentials.ts';
import { defaultConnectionSettings, type ConnectionSettings } from '../connection/settings.ts';
import { createSupervisor, type Link } from '../connection/supervisor.ts';
import type { Verdict } from '../connection/verdict.ts';
import type { Tables } from '../collections/tables.ts';
import type { Consumers } from '../consume/consumers.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { Elsewhere, InboxParts } from '../inbox/elsewhere.ts';
import { createAttendance, type Attendance } from '../presence/attendance.ts';
import { openInbox, type Inbox, type Processor } from '../inbox/inbox.ts';
import type { ConflictHook } from '../outbox/conflict.ts';
import type { MutationHandle, Parting } from '../outbox/handles.ts';
import { createMutationId, type RandomBytes } from '../outbox/mutation-id.ts';
import { createOutbox, type Outbox } from '../outbox/outbox.ts';
import type { OutboxSettings } from '../outbox/settings.ts';
import type { Presence } from '../presence/presence.ts';
import { untoldSignal } from '../presence/untold-signal.ts';
import type { Signal } from '../signals.ts';
import { defaultStreamSettings, type StreamSettings } from '../stream/settings.ts';
import { watchedApi } from './api-trouble.ts';
import { createAgenda } from './agenda.ts';
import { authoriseAt } from './authorisation.ts';
import type { Health } from './health.ts';
import { fenceOff } from './fenced-database.ts';
import { lookFirst } from './first-look.ts';
import { defaultRetention, type Retention } from './forgetting.ts';
import { createHeardChannels, type HeardChannels, type OpenChannel } from './heard-channels.ts';
import { createInbound, usualBytes } from './inbound.ts';
import { evictedRemediation, openKeeper, storageRemediation, type Keeper } from './keeper.ts';
import type { Log } from './log.ts';
import { createLastingOrders } from './lasting-orders.ts';
import { wentOn } from './lost-store.ts';
import { createMessages } from './messages.ts';
import { signalOf } from './outbox-signals.ts';
import { createReachability } from './reachability.ts';
import { createReads } from './reads.ts';
import { createSetAside } from './set-aside.ts';
import { statusOf, type Status } from './status.ts';
import { openSteadily, type SteadyDatabase } from './steady-database.ts';
import { createTurns } from './turns.ts';
import { isNothing, readUnfinished, type Unfinished } from './unfinished.ts';

export interface SessionOptions {
  readonly host: Host;
  readonly contract: ContractData;
  readonly frames: FrameReader;
  readonly roleName: string;
  readonly role: RoleDefinition;
  readonly scope: Readonly<Record<string, unknown>>;
  readonly transport: Transport;
  readonly api: Api;
  readonly credentials: Credentials;
  readonly serverClock: ServerClock;
  readonly store: Store;
  /** Under which the device's memory is kept. */
  readonly storeName: string;
  /** Where it is kept when the store is gone, as long as the page lives. */
  readonly fallbackStore: Store;
  readonly redact?: ((row: unknown, list: string) => unknown) | undefined;
  readonly retention?: Retention | undefined;
  readonly startFrom: 'now' | 'earliest' | { readonly seq: number };
  readonly sequence: Readonly<Record<string, Position>>;
  readonly query: Readonly<Record<string, string>>;
  readonly connectionSettings?: Partial<ConnectionSettings> | undefined;
  readonly streamSettings?: Partial<StreamSettings> | undefined;
  /** Everyone who listens to all channels. */
  readonly consumers: Consumers;
  /** Who does the work that events ask for. */
  readonly processors: ReadonlyMap<string, Processor>;
  /** Who does what nobody here does. */
  readonly elsewhere?: ((inbox: InboxParts) => Elsewhere) | undefined;
  readonly principal: string;
  readonly randomBytes: RandomBytes;
  readonly onConflict?: ConflictHook | undefined;
  readonly outboxSettings?: Partial<OutboxSettings> | undefined;
  readonly correlationId: string;
  readonly log: Log;
  readonly signal: (signal: Signal) => void;
  /** The status may have changed. */
  readonly changed: () => void;
  /** Where rows are shown. */
  readonly tables?: Tables | undefined;
  /** Whether a channel is opened as soon as the session has started, by its name on the wire. */
  readonly isOpenedNext?: (wire: string) => boolean;
  /** Lists that belong to no channel, and are kept all the same. */
  readonly lists?: ReadonlySet<string>;
  /** Every event that is handed out, before it is. `isFirst`: no other channel has told it in this run. */
  readonly told?: (event: DeliveredEvent, isFirst: boolean) => void;
  /** Whether those who listen here have not heard it yet, from another tab that led before. */
  readonly isNews?: (event: DeliveredEvent) => boolean;
  readonly isNewsOn?: (event: DeliveredEvent) => boolean;
  /** In another tab the principal has signed out. */
  readonly dismissed?: () => void;
  /** What a client shows that does not run. */
  readonly idleHealth: () => Health;
}

export interface Session {
  status(): Status;
  health(): Health;
  /** Hears a channel until it is closed as often as it was opened. */
  open(channel: string, params: object, consumers: Consumers): OpenChannel;
  /** Who is in a channel, by its name on the wire. The same object until it has changed. */
  presence(wire: string): Presence;
  /** Of all channels of which something is known. */
  presences(): ReturnType<Attendance['known']>;
  /** Keeps a list that belongs to no channel. */
  openList(resource: string): void;
  refresh(): Promise<void>;
  send(message: string, input: unknown): void;
  tokenChanged(): void;
  readonly inbox: Pick<Inbox, 'deadLetters' | 'retry' | 'discard'>;
  readonly outbox: Pick<
    Outbox,
    'pending' | 'parked' | 'retry' | 'discard' | 'rebase' | 'watch' | 'drain' | 'drained' | 'subscribe'
  >;
  /** `id`: its own, for who may have to ask again. */
  enqueue(name: string, input: unknown, id?: string): Promise<MutationHandle>;
  /** What would be lost if this device forgot now, what other clients over the same memory have taken in among it. */
  unfinished(): Promise<Unfinished>;
  /** What is written ends with the page, though something else was asked for. */
  readonly isDegraded: boolean;
  /** Another client over the same memory has started since: what is known here of it is old. */
  readonly isTakenOver: boolean;
  /** Of several tabs, this one has the socket and the storage from now on. */
  lead(): Promise<void>;
  /** `as`: what is told to whoever waits for a mutation. */
  stop(as?: Parting): Promise<void>;
}

/** Browsers tell the same thing several times, and people switch to and fro. */
const wakeEveryMs = 5_000;
/** Why the outbox waits: there is no socket, and HTTP does not answer. */
const unreachable = 'unreachable';
/** Handlers that are at work when the client stops have this long. */
const stopWithinMs = 5_000;

export async function startSession(options: SessionOptions): Promise<Session> {
  const { host, contract, role, scope, signal } = options;
  // Refused before anything is opened.
  const atStart = joinedAtStart(contract, role, scope);
  for (const channel of atStart) wireName(contract, channel, scope);
  const storageFailed = (fault: StoreFault): void =>
    signal({ kind: 'storage', fault, remediation: storageRemediation(fault) });
  const database = await openSteadily({
    host,
    store: options.store,
    fallback: options.fallbackStore,
    name: options.storeName,
    problem: storageFailed,
    evicted: (note) => signal({ kind: 'storage', fault: 'evicted', remediation: evictedRemediation(note) }),
  });
  try {
    const session = await startOn(options, database, storageFailed, atStart);
    return session;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function startOn(
  options: SessionOptions,
  steady: SteadyDatabase,
  storageFailed: (fault: StoreFault) => void,
  atStart: readonly string[],
): Promise<Session> {
  const { host, contract, frames, role, scope, credentials, serverClock, consumers, log, signal } = options;
  const settings: StreamSettings = {
    ...defaultStreamSettings,
    ...(contract.connection.reconcileEveryMs !== undefined && { reconcileMs: contract.connection.reconcileEveryMs }),
    ...options.streamSettings,
  };
  const { spreadMs, pingAfterMs, pongWithinMs } = { ...defaultConnectionSettings, ...options.connectionSettings };
  let isStopped = false;
  let connection: ConnectionStatus = { word: 'connecting', verdict: undefined };
  let generation = 0;
  let openSinceMs = 0;
  let link: Link | undefined;
  /** The outbox starts paused. */
  let isReachable = false;
  let isTelling = false;
  let pollingSoon = false;
  let isInDoubt = false;
  let drained: { readonly generation: number; readonly done: Promise<void> } | undefined;
  let toldVerdict: Verdict['cause'] | undefined;
  let wokenAtMs = Number.NEGATIVE_INFINITY;
  /** By the event's id: those whose handlers are not done. */
  const underWay = new Map<string, Promise<void>>();

  let stopWork: (() => Promise<void>) | undefined;

  const report = (error: unknown): void => signal({ kind: 'callback', error });
  const nowMs = (): number => host.clock.monotonicMs();
  const serverNowMs = (): number => serverClock.nowMs();

  // Before anything is read: what is read then is what is so until somebody else starts.
  const database = await fenceOff(steady, createMutationId(options.randomBytes), takenOver);
  const look = lookFirst(database);
  const keeper: Keeper = await openKeeper({
    host,
    database: {
      read: look.read,
      commit: look.commit,
      hasLost: (table) => database.unreadable.has(table),
      close: database.close,
    },
    fence: database.fence,
    endedInTheMiddle: database.endedInTheMiddle,
    ...(options.redact !== undefined && { redact: options.redact }),
    problem: storageFailed,
    report,
  });
  const setAside = createSetAside({ database, put: keeper.put, signal });
  const inbox = await openInbox({
    host,
    contract,
    store: {
      read: look.read,
      put: keeper.put,
      stored: keeper.stored,
      setAside: setAside.keep,
    },
    processors: options.processors,
    elsewhere: options.elsewhere,
    hasForgotten: () => database.hasForgotten,
    serverNowMs,
    signal,
  });
  stopWork = inbox.stop;
  const reach = createReachability({
    host,
    api: watchedApi({
      host,
      api: options.api,
      openSinceMs: () => (connection.word === 'open' ? openSinceMs : undefined),
      doubtMs: pingAfterMs + pongWithinMs,
      tell: ({ because, remediation }) => signal({ kind: 'config', because, channel: undefined, remediation }),
    }),
    contract,
    role,
    scope,
    correlationId: options.correlationId,
    changed() {
      if (isStopped) return;
      noteReachability();
      pollSoon();
      options.changed();
    },
    returned() {
      if (connection.word === 'offline' && !isStopped) supervisor.serverReturned();
    },
    report,
  });
  const outbox = await createOutbox({
    host,
    api: reach.sending,
    database: createLastingOrders(look, (name) => contract.mutations.get(name)?.repeat),
    mutations: new Map([...contract.mutations].filter(([name]) => role.mutations?.includes(name) === true)),
    scope,
    principal: options.principal,
    socket: {
      send: (message) => link?.send({ ...message, channel: channels.wireOf(message.channel) }) ?? false,
      onEvent: (listener) => consumers.on('*', listener),
    },
    randomBytes: options.randomBytes,
    fence: () => database.fence,
    takesInAlone: options.told !== undefined,
    row: (collection, key) => channels.row(collection, key),
    serverNowMs,
    probe: (abort) => reach.probe(abort),
    onSignal: (told) => signal(signalOf(told)),
    report,
    pausedFor: [unreachable],
    ...(options.onConflict !== undefined && { onConflict: options.onConflict }),
    ...(options.outboxSettings !== undefined && { settings: options.outboxSettings }),
  });
  /** Outside of the database, for when the browser throws it away. */
  function leaveNote(): void {
    if (database.isTakenOver) return;
    const { waiting, parked } = outbox.counts();
    database.leaveNote?.(`${waiting} mutations waited, ${parked} were parked`);
  }
  outbox.subscribe(leaveNote);
  // What was thrown away is told once.
  leaveNote();
  const inbound = createInbound({ contract, scope, frames, signal });
  const turns = createTurns({ host });
  const agenda = createAgenda({ host });
  const reads = createReads({
    contract,
    scope,
    api: reach.reading,
    decode: (frame) => frames.read(frame, frames.routeOf(frame.channel)),
    serverNowMs,
    nowMs,
    arrivalOf(place, decoded) {
      const listening = channels.listening(place.wire);
      return listening === undefined ? undefined : inbound.take(decoded, listening, usualBytes);
    },
    knownVersion: (place, key) => channels.knownVersion(place.wire, key),
    quarantine: inbound.quarantine,
    signal,
    correlationId: options.correlationId,
  });

  /** I19: the other one does all work now; what runs here has its time to end. */
  function takenOver(): void {
    storageFailed('fenced');
    stopWork?.().catch(report);
  }

  /**
   * What cannot be repeated safely must not be tried into a dead network: its outcome would be unclear, and a person would
   * have to look at every order that was taken offline.
   */
  function noteReachability(): void {
    const wasReachable = isReachable;
    isReachable = link !== undefined || reach.isAnswering;
    if (!isReachable) return outbox.pause(unreachable);
    outbox.resume(unreachable);
    if (wasReachable) return;
    // What waited goes now, before any channel is joined, and perhaps long before there is a socket.
    void tellSent();
  }

  /** An order that is taken while there is no socket may go all the same. */
  async function enqueue(name: string, input: unknown, id?: string): Promise<MutationHandle> {
    const handle = await outbox.enqueue(name, input, id);
    if (link === undefined && !reach.isAnswering && !isStopped) reach.look();
    return handle;
  }

  const { auth } = contract.connection;
  const joiner = createJoiner({
    host,
    credentials,
    authorise:
      auth.kind === 'channel'
        ? authoriseAt(options.transport.authorisation ?? auth.endpoint, reach.reading, options.correlationId)
        : undefined,
    listener: {
      joined(wire, admitted, everybody) {
        const place = channels.place(wire);
        if (place !== undefined) messages.joined(place.channel);
        channels.joined(wire, admitted, everybody);
        options.changed();
      },
      left(wire) {
        const place = channels.place(wire);
        if (place !== undefined) messages.left(place.channel);
        channels.left(wire);
        options.changed();
      },
      denied(wire, { reason, remediation }) {
        const place = channels.place(wire);
        if (place === undefined) return;
        const { channel, definition } = place;
        messages.left(channel);
        channels.denied(wire);
        signal({ kind: 'denied', channel, reason, remediation, abilities: definition.abilities ?? [] });
        options.changed();
      },
    },
    report,
  });

  const attendance = createAttendance({
    host,
    untold: (channel) => signal(untoldSignal(channel)),
    changed: options.changed,
  });

  const channels: HeardChannels = createHeardChannels({
    host,
    contract,
    role,
    scope,
    keeper,
    joiner,
    joinsWith: options.transport.capabilities.joinsWith,
    attendance,
    inbound,
    reads,
    turns,
    agenda,
    serverClock,
    settings,
    retention: { ...defaultRetention, ...options.retention },
    startFrom: options.startFrom,
    sequence: options.sequence,
    deliver,
    isNewsOn: options.isNewsOn,
    tables: options.tables,
    drain,
    connection: () => connection.word,
    signal,
    changed: channelsChanged,
    report,
  });

  /** What an earlier run may have done is marked for as long as something of it may be read for the first time. */
  function channelsChanged(): void {
    options.changed();
    if (!isInDoubt || status().word !== 'live') return;
    isInDoubt = false;
    keeper.put(wentOn.table, wentOn.key, undefined);
  }

  /** An event that two channels carry is one event to whoever listens to the client. */
  function deliver(event: DeliveredEvent): Promise<void> | undefined {
    const { id } = event;
    const isFirst = id === undefined || keeper.heard.tell(id);
    options.told?.(event, isFirst);
    // The other channel waits for what the first one set off: its cursor must not pass what is not handled.
    if (id !== undefined && !isFirst) return underWay.get(id);
    // First: what is work is written with whatever moves the cursor past it.
    if (!database.isTakenOver) inbox.take(event);
    const handling = options.isNews?.(event) === false ? undefined : consumers.deliver(event);
    if (id === undefined || handling === undefined) return handling;
    underWay.set(id, handling);
    return handling.finally(() => void underWay.delete(id));
  }

  const messages = createMessages({
    host,
    contract,
    roleName: options.roleName,
    role,
    scope,
    wireOf: channels.wireOf,
    report,
  });

  const supervisor = createSupervisor({
    host,
    transport: options.transport,
    credentials,
    query: options.query,
    ...(options.connectionSettings !== undefined && { settings: options.connectionSettings }),
    report,
    listener: {
      linkUp(up) {
        ({ generation } = up);
        openSinceMs = nowMs();
        link = up;
        noteReachability();
        log('info', 'connected', { count: up.generation });
        messages.linkUp(up);
        joiner.linkUp(up);
      },
      linkDown(ended, verdict) {
        log('warn', 'connection ended', { reason: verdict.cause });
        link = undefined;
        // Before the channels are told: a client whose socket is gone is not catching up.
        connection = { word: 'connecting', verdict };
        reach.forget();
        noteReachability();
        messages.linkDown();
        joiner.linkDown(ended);
      },
      frame: channels.hear,
      joined: (wire, everybody, from) => joiner.joined(wire, everybody, from),
      presence: attendance.told,
      refused: (wire, refusal, from) => joiner.refused(wire, refusal, from),
      warned: tellVerdict,
      status(status) {
        connection = status;
        if (status.verdict !== undefined) tellVerdict(status.verdict, status.word);
        if (generation === 0 && isWithoutSocket()) poll();
        else pollSoon();
        options.changed();
      },
      look() {
        if (reach.isLost) reach.look();
      },
    },
  });

  /**
   * What needs somebody to set something up is told once, until it is something else. A device that was connected before has
   * the right address, and its outages pass; one that never was may wait for ever for a host that is misspelt.
   */
  function tellVerdict({ cause, fault, action, remediation }: Verdict, word?: ConnectionStatus['word']): void {
    // A token that has run out is about to be replaced, and it is news only if that does not help.
    const isBeingRenewed = action === 'renew' && word !== 'blocked';
    if (toldVerdict === cause || isBeingRenewed) return;
    const isUnreached = word === 'offline' && generation === 0 && fault !== 'none';
    if (!isUnreached && fault !== 'configuration' && fault !== 'credentials') {
      toldVerdict = undefined;
      return;
    }
    toldVerdict = cause;
    signal({ kind: 'config', because: cause, channel: undefined, remediation });
  }

  /** A page that goes away may not come back; one that comes back may have missed something that no socket tells. */
  function onHostEvent({ kind }: HostEvent): void {
    switch (kind) {
      case 'hidden':
        channels.flush();
        return;
      case 'offline':
        return;
      case 'online':
      case 'visible':
      case 'pageshow':
      case 'resume':
        if (nowMs() - wokenAtMs < wakeEveryMs) return;
        break;
      case 'clock-jump':
      // The clock that measures those seconds may have stood still.
    }
    wokenAtMs = nowMs();
    void channels.refresh();
  }

  const isWithoutSocket = (): boolean => connection.word === 'offline' || connection.word === 'blocked';

  /**
   * Who finds the server by a request (C39) has a socket soon, and reading lists is for those who have none some seconds after it.
   * Whoever had a connection has lost it together with the whole house, perhaps: so they spread, as those do who connect again.
   */
  function pollSoon(): void {
    if (generation === 0 || pollingSoon || !isWithoutSocket() || !reach.isAnswering) return;
    pollingSoon = true;
    agenda.at(nowMs() + (1 + host.random()) * spreadMs, () => {
      pollingSoon = false;
      if (isWithoutSocket()) poll();
    });
  }

  /** Without a socket, lists and the log keep the device current. */
  function poll(): void {
    void drain().finally(() => (isStopped ? undefined : void channels.refresh()));
  }

  /** Once for each connection, however many channels wait for it. */
  function drain(): Promise<void> {
    if (drained === undefined || drained.generation !== generation || generation === 0) {
      drained = { generation, done: push() };
    }
    return drained.done;
  }

  /** The streams wait 3 s for it and no longer; what is told of it is told when it has come as far as it comes. */
  async function push(): Promise<void> {
    const pushed = outbox.drain({ timeoutMs: settings.drainMs });
    void tellSent();
    await pushed;
  }

  /** Who looks while somebody looks already sees the same, and it is told once. */
  async function tellSent(): Promise<void> {
    if (isTelling) return;
    isTelling = true;
    const { sent, parked, remaining, durationMs } = await outbox.follow();
    isTelling = false;
    if (sent + parked > 0) signal({ kind: 'drained', sent, parked, remaining, durationMs });
  }

  const isPolling = (): boolean => reach.isAnswering && connection.word !== 'open';

  const status = (): Status =>
    statusOf({ isRunning: !isStopped, connection, isPolling: isPolling(), channels: channels.standing() });

  async function stop(as?: Parting): Promise<void> {
    if (isStopped) return;
    leaveHost();
    supervisor.dispose();
    joiner.dispose();
    messages.dispose();
    attendance.dispose();
    isStopped = true;
    reach.dispose();
    reads.dispose();
    turns.dispose();
    agenda.dispose();
    const others = Promise.all([outbox.dispose(as), inbox.stop()]);
    const { isSettled, isRead } = await channels.stop(stopWithinMs, others);
    // What an earlier run may have handed out is in doubt until everything was read again.
    await keeper.close(isSettled && (isRead || !keeper.endedInTheMiddle));
    options.changed();
  }

  async function unfinished(): Promise<Unfinished> {
    const known: Unfinished = {
      mutations: outbox.unfinished(),
      work: inbox.unfinished(),
      deadLetters: inbox.deadLetters(),
      unreadable: outbox.counts().untouched + setAside.onlyHere,
    };
    if (database.isDegraded || !(database.isTakenOver || isNothing(known))) return known;
    // O43: others take in, too, and what they took in is only found from time to time.
    await keeper.flush();
    return readUnfinished(database, options.principal);
  }

  /** After the last reading nothing is looked for any more. */
  const lookAside = (): Promise<void> | undefined => (isStopped ? undefined : setAside.look().catch(report));

  options.tables?.release();
  for (const channel of atStart) channels.open(channel, {});
  for (const list of options.lists ?? []) channels.openList(list);
  await channels.opened();
  options.tables?.keepOpened(options.isOpenedNext);
  look.end();
  // Everything that is read at the start was read.
  await setAside.look();
  isInDoubt = database.hasForgotten;
  const leaveHost = host.onEvent(onHostEvent);
  supervisor.start();
  if (!database.isTakenOver) inbox.begin();

  return {
    status,
    health: () => ({
      status: status(),
      tab: 'alone',
      connection: {
        word: connection.word,
        cause: connection.verdict?.cause,
        code: connection.verdict?.code,
        remediation: connection.verdict?.remediation,
        sockets: generation,
      },
      isPolling: isPolling(),
      storage: {
        survives: database.isDegraded ? 'none' : database.survives,
        failing: database.isTakenOver ? 'fenced' : keeper.failing,
        setAside: setAside.count,
      },
      clock: { offsetMs: serverClock.offsetMs() },
      channels: channels.health(),
      counts: { ...inbound.counts },
      work: inbox.counts(),
      outbox: outbox.counts(),
      quarantined: inbound.quarantined,
    }),
    open(channel, params, own) {
      const opened = channels.open(channel, params, own);
      void channels.opened().then(lookAside, report);
      return opened;
    },
    presence: attendance.of,
    presences: attendance.known,
    openList: channels.openList,
    async refresh() {
      // Not the connection's own: that one is for the channels, when they are joined.
      await outbox.drain({ timeoutMs: settings.drainMs });
      await channels.refresh();
    },
    send: (message, input) => messages.send(message, input),
    tokenChanged() {
      joiner.tokenChanged();
      outbox.authorised();
    },
    inbox,
    outbox,
    enqueue,
    unfinished,
    lead: () => Promise.resolve(),
    get isDegraded() {
      return database.isDegraded;
    },
    get isTakenOver() {
      return database.isTakenOver;
    },
    stop,
  };
}
