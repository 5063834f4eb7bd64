// One run of a client, from start to stop: its connection, its channels, and what it remembers. Only wires; the decisions
// are in the machines.
import { fillChannel, type Position } from '../../contract/channel.ts';
import type { ContractData } from '../../contract/contract.ts';
import type { Decoder } from '../../contract/decode.ts';
import { joinedAtStart } from '../../contract/routing.ts';
import type { RoleDefinition } from '../../contract/role.ts';
import type { Host, HostEvent, Release } from '../../host/host.ts';
import type { Store, StoreFault } from '../../storage/store.ts';
import type { Frame, Transport } from '../../transports/transport.ts';
import type { Api, ApiAnswer, AskOptions } from '../api/api.ts';
import type { ServerClock } from '../api/server-clock.ts';
import type { Authorise } from '../channels/authorise.ts';
import { createJoiner } from '../channels/joiner.ts';
import type { ConnectionStatus } from '../connection/connection-status.ts';
import type { Credentials } from '../connection/credentials.ts';
import type { ConnectionSettings } from '../connection/settings.ts';
import { createSupervisor, type Link } from '../connection/supervisor.ts';
import type { Verdict } from '../connection/verdict.ts';
import type { Consumers } from '../consume/consumers.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { RequestPlan } from '../../contract/request.ts';
import { openInbox, type Inbox, type Processor } from '../inbox/inbox.ts';
import type { RandomBytes } from '../outbox/mutation-id.ts';
import { createOutbox, type ConflictHook, type MutationHandle, type Outbox } from '../outbox/outbox.ts';
import type { OutboxSettings } from '../outbox/settings.ts';
import type { Signal } from '../signals.ts';
import { streamRules } from '../stream/rules.ts';
import { defaultStreamSettings, type StreamSettings } from '../stream/settings.ts';
import { initialStream } from '../stream/state.ts';
import { authorisation } from './authorisation.ts';
import { createChannelStream, type ChannelStream } from './channel-stream.ts';
import { createDeriver } from './derived.ts';
import type { ChannelHealth, Health } from './health.ts';
import { createInbound, usualBytes, type Listening } from './inbound.ts';
import { evictedRemediation, openKeeper, storageRemediation, type Keeper } from './keeper.ts';
import type { Log } from './log.ts';
import { createMessages } from './messages.ts';
import { needsOf, placeOf, type Place } from './place.ts';
import { createReads } from './reads.ts';
import { probePath } from './probe-path.ts';
import { signalOf } from './outbox-signals.ts';
import { statusOf, type ChannelWord, type Status } from './status.ts';
import { openSteadily } from './steady-database.ts';
import { createSubjects, listKey } from './subjects.ts';
import { createAgenda } from './agenda.ts';
import { createTurns } from './turns.ts';

export interface SessionOptions {
  readonly host: Host;
  readonly contract: ContractData;
  readonly decode: Decoder;
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
  readonly startFrom: 'now' | 'earliest' | { readonly seq: number };
  readonly sequence: Readonly<Record<string, Position>>;
  readonly query: Readonly<Record<string, string>>;
  readonly connectionSettings?: Partial<ConnectionSettings> | undefined;
  readonly streamSettings?: Partial<StreamSettings> | undefined;
  /** Everyone who listens to all channels. */
  readonly consumers: Consumers;
  /** Who does the work that events ask for. */
  readonly processors: ReadonlyMap<string, Processor>;
  readonly principal: string;
  readonly randomBytes: RandomBytes;
  readonly onConflict?: ConflictHook | undefined;
  readonly outboxSettings?: Partial<OutboxSettings> | undefined;
  readonly correlationId: string;
  readonly log: Log;
  readonly signal: (signal: Signal) => void;
  /** The status may have changed. */
  readonly changed: () => void;
}

export interface Session {
  status(): Status;
  health(): Health;
  /** Hears a channel until it is closed as often as it was opened. */
  open(channel: string, params: object, consumers: Consumers): OpenChannel;
  refresh(): Promise<void>;
  send(message: string, input: unknown): void;
  tokenChanged(): void;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  enqueue(name: string, input: unknown): Promise<MutationHandle>;
  stop(): Promise<void>;
}

export interface OpenChannel {
  readonly wire: string;
  word(): ChannelWord;
  close(): void;
}

interface Entry {
  readonly place: Place;
  /** Those who listen to this channel alone. */
  readonly consumers: Set<Consumers>;
  holders: number;
  stream: ChannelStream | undefined;
  listening: Listening | undefined;
  /** Its memory is being read. */
  opening: Promise<void>;
  lastReceivedAtMs: number | undefined;
  /** Nobody holds it any more, and it is left in a moment. */
  leaving: Release | undefined;
}

/** Browsers tell the same thing several times, and people switch to and fro. */
const wakeEveryMs = 5_000;
/** So long after an answer the server is believed to be there. */
const freshForMs = 5_000;
/** Why the outbox waits: there is no socket, and HTTP does not answer. */
const unreachable = 'unreachable';
/** How long a channel that nobody holds any more is kept. */
const lingerMs = 200;
/** Handlers that are at work when the client stops have this long. */
const stopWithinMs = 5_000;

export async function startSession(options: SessionOptions): Promise<Session> {
  const { host, contract, decode, role, scope, transport, credentials, serverClock, consumers, log, signal } = options;
  const settings: StreamSettings = {
    ...defaultStreamSettings,
    ...(contract.connection.reconcileEveryMs !== undefined && { reconcileMs: contract.connection.reconcileEveryMs }),
    ...options.streamSettings,
  };
  const entries = new Map<string, Entry>();
  let isStopped = false;
  let connection: ConnectionStatus = { word: 'connecting', verdict: undefined };
  let generation = 0;
  let link: Link | undefined;
  const over = new AbortController();
  let drained: { readonly generation: number; readonly done: Promise<void> } | undefined;
  /** Whether HTTP worked when it was last used. */
  let isAnswering = false;
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  let lastVerdict: Verdict | undefined;
  let wokenAtMs = Number.NEGATIVE_INFINITY;

  const report = (error: unknown): void => signal({ kind: 'callback', error });

  // Refused before anything is opened.
  const atStart = joinedAtStart(contract, role, scope).map((channel) => ({ channel, wire: wireOf(channel, {}) }));
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
  const keeper: Keeper = await openKeeper({
    host,
    database,
    ...(options.redact !== undefined && { redact: options.redact }),
    problem: storageFailed,
  });
  const inbox = await openInbox({
    host,
    contract,
    store: { read: (table) => database.read(table), put: keeper.put, stored: keeper.stored },
    processors: options.processors,
    serverNowMs: () => serverClock.nowMs(),
    signal,
  });
  const outbox = await createOutbox({
    host,
    api: { ask: askAfterLooking },
    database,
    mutations: new Map([...contract.mutations].filter(([name]) => role.mutations?.includes(name) === true)),
    scope,
    principal: options.principal,
    socket: {
      send: (message) => link?.send({ ...message, channel: wireOf(message.channel, {}) }) ?? false,
      onEvent: (listener) => consumers.on('*', listener),
    },
    randomBytes: options.randomBytes,
    serverNowMs: () => serverClock.nowMs(),
    probe,
    onSignal: (told) => signal(signalOf(told)),
    report,
    pausedFor: [unreachable],
    ...(options.onConflict !== undefined && { onConflict: options.onConflict }),
    ...(options.outboxSettings !== undefined && { settings: options.outboxSettings }),
  });
  // Outside of the database, for when the browser throws it away.
  outbox.subscribe(() => {
    const { waiting, parked } = outbox.counts();
    database.leaveNote?.(`${waiting} mutations waited, ${parked} were parked`);
  });
  const inbound = createInbound({ contract, scope, decode, signal });
  const turns = createTurns({ host });
  const agenda = createAgenda({ host });
  const reads = createReads({
    contract,
    scope,
    api: { ask },
    decode,
    serverNowMs: () => serverClock.nowMs(),
    nowMs: () => host.clock.monotonicMs(),
    arrivalOf(place, decoded) {
      const listening = entries.get(place.wire)?.listening;
      return listening === undefined ? undefined : inbound.take(decoded, listening, usualBytes);
    },
    knownVersion: (place, key) => entries.get(place.wire)?.stream?.state.options.rows.get(key)?.version,
    signal,
    correlationId: options.correlationId,
  });

  /** An order that is taken while there is no socket may go all the same. */
  async function enqueue(name: string, input: unknown): Promise<MutationHandle> {
    const handle = await outbox.enqueue(name, input);
    if (link === undefined && !isAnswering && !isStopped) void probe(over.signal);
    return handle;
  }

  /** Anything that answers is the server, if it does not answer with a page. */
  async function probe(abort: AbortSignal): Promise<boolean> {
    const path = probePath(contract, scope);
    const answer = await ask({ method: 'GET', path }, { signal: abort, correlationId: options.correlationId });
    return hasReached(answer);
  }

  /** Notes on the way whether HTTP works at all. */
  async function ask(plan: RequestPlan, asking?: AskOptions): Promise<ApiAnswer> {
    const answer = await options.api.ask(plan, asking);
    const isAnswer = hasReached(answer);
    if (isAnswer) answeredAtMs = host.clock.monotonicMs();
    if (isAnswer !== isAnswering && !isStopped) {
      isAnswering = isAnswer;
      noteReachability();
      options.changed();
    }
    return answer;
  }

  /**
   * A server that was silent for a while is looked at before it is asked for something: a mutation that goes into a dead
   * network is one of which nobody knows whether it happened.
   */
  async function askAfterLooking(plan: RequestPlan, asking?: AskOptions): Promise<ApiAnswer> {
    const isFresh = host.clock.monotonicMs() - answeredAtMs < freshForMs;
    if (plan.method !== 'GET' && !isFresh && !(await probe(asking?.signal ?? over.signal))) {
      return { kind: 'failure', because: 'network', status: undefined, retryAfterMs: undefined, untouched: true };
    }
    return ask(plan, asking);
  }

  /**
   * What cannot be repeated safely must not be tried into a dead network: its outcome would be unclear, and a person would
   * have to look at every order that was taken offline.
   */
  function noteReachability(): void {
    if (link !== undefined || isAnswering) outbox.resume(unreachable);
    else outbox.pause(unreachable);
  }

  const authorise: Authorise | undefined =
    contract.connection.auth.kind === 'channel' ? authoriseAt(contract.connection.auth.endpoint) : undefined;

  function authoriseAt(endpoint: string): Authorise {
    return async ({ socketId, channel, token, signal: abort }) => {
      const plan: RequestPlan = {
        method: 'POST',
        path: endpoint,
        body: { socket_id: socketId, channel_name: channel },
      };
      const answer = await ask(plan, {
        signal: abort,
        renewsToken: false,
        correlationId: options.correlationId,
        ...(token !== undefined && { token }),
      });
      return authorisation(answer);
    };
  }

  const joiner = createJoiner({
    host,
    credentials,
    authorise,
    listener: {
      joined(wire, admitted) {
        const entry = entries.get(wire);
        if (entry === undefined) return;
        entry.stream?.deny(false);
        messages.joined(entry.place.channel);
        entry.stream?.joined(admitted);
        options.changed();
      },
      left(wire) {
        entries.get(wire)?.stream?.left();
        options.changed();
      },
      denied(wire, { reason, remediation }) {
        const entry = entries.get(wire);
        if (entry === undefined) return;
        entry.stream?.deny(true);
        entry.stream?.left();
        const { channel, definition } = entry.place;
        signal({ kind: 'denied', channel, reason, remediation, abilities: definition.abilities ?? [] });
        options.changed();
      },
    },
    report,
  });

  const messages = createMessages({
    host,
    contract,
    roleName: options.roleName,
    role,
    scope,
    wireOf: (channel) => wireOf(channel, {}),
    report,
  });

  const supervisor = createSupervisor({
    host,
    transport,
    credentials,
    query: options.query,
    ...(options.connectionSettings !== undefined && { settings: options.connectionSettings }),
    report,
    listener: {
      linkUp(up) {
        ({ generation } = up);
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
        isAnswering = false;
        noteReachability();
        messages.linkDown();
        joiner.linkDown(ended);
      },
      frame: hear,
      joined: (wire, details, from) => joiner.joined(wire, details, from),
      refused: (wire, refusal, from) => joiner.refused(wire, refusal, from),
      warned: (verdict) => tellVerdict(verdict),
      status(status) {
        connection = status;
        if (status.verdict !== undefined) tellVerdict(status.verdict);
        if (status.word === 'offline' || status.word === 'blocked') poll();
        options.changed();
      },
    },
  });

  /** The hot path. */
  function hear(frame: Frame, from: number, receivedAtMs: number): void {
    const entry = entries.get(frame.channel);
    // Nobody hears this channel any more, or its memory is not read yet, and so it was not joined.
    if (entry?.listening === undefined || entry.stream === undefined) return;
    const arrival = inbound.read(frame, entry.listening);
    if (arrival === undefined) return;
    entry.lastReceivedAtMs = receivedAtMs;
    const { told } = arrival;
    if (told?.occurredAt !== undefined && !told.replayed) serverClock.heard(told.occurredAt);
    entry.stream.hear(arrival, from);
  }

  /** What needs somebody to set something up is told once, until it is something else. */
  function tellVerdict(verdict: Verdict): void {
    if (lastVerdict?.cause === verdict.cause) return;
    lastVerdict = verdict;
    if (verdict.fault !== 'configuration' && verdict.fault !== 'credentials') return;
    signal({ kind: 'config', because: verdict.cause, channel: undefined, remediation: verdict.remediation });
  }

  /** A page that goes away may not come back; one that comes back may have missed something that no socket tells. */
  function onHostEvent({ kind }: HostEvent): void {
    switch (kind) {
      case 'hidden':
        for (const { stream } of entries.values()) stream?.flush();
        return;
      case 'offline':
        return;
      case 'online':
      case 'visible':
      case 'pageshow':
      case 'resume':
      case 'clock-jump': {
        const nowMs = host.clock.monotonicMs();
        if (nowMs - wokenAtMs < wakeEveryMs) return;
        wokenAtMs = nowMs;
        for (const { stream } of entries.values()) void stream?.refresh();
      }
    }
  }

  /** Without a socket, lists and the log keep the device current. */
  function poll(): void {
    void drain().finally(() => {
      if (isStopped) return;
      for (const { stream } of entries.values()) void stream?.refresh();
    });
  }

  /** Once for each connection, however many channels wait for it. */
  function drain(): Promise<void> {
    if (drained === undefined || drained.generation !== generation || generation === 0) {
      drained = { generation, done: push() };
    }
    return drained.done;
  }

  /** The streams wait 3 s for it and no longer. */
  async function push(): Promise<void> {
    const report = await outbox.drain({ timeoutMs: settings.drainMs });
    const { sent, parked, remaining, durationMs } = report;
    if (sent + parked > 0) signal({ kind: 'drained', sent, parked, remaining, durationMs });
  }

  function wireOf(channel: string, params: object): string {
    return fillChannel(contract.channels.get(channel)?.wire ?? channel, { ...scope, ...params });
  }

  function openEntry(channel: string, wire: string): Entry {
    const known = entries.get(wire);
    if (known !== undefined) {
      known.holders += 1;
      known.leaving?.();
      known.leaving = undefined;
      return known;
    }
    const definition = contract.channels.get(channel);
    if (definition === undefined) throw new TypeError(`no channel ${channel}`);
    const place = placeOf(contract, channel, wire, definition);
    const entry: Entry = {
      place,
      consumers: new Set(),
      holders: 1,
      stream: undefined,
      listening: undefined,
      opening: Promise.resolve(),
      lastReceivedAtMs: undefined,
      leaving: undefined,
    };
    entries.set(wire, entry);
    entry.opening = begin(entry).catch(report);
    return entry;
  }

  /** A channel is joined when its memory is read, not before: what arrives must find its place. */
  async function begin(entry: Entry): Promise<void> {
    const { place } = entry;
    const lists = [...place.resources.keys()].map((name) => listKey(place, name));
    const memory = await keeper.channel(place.wire, lists);
    if (isStopped || entries.get(place.wire) !== entry) return;
    const { position } = place.definition;
    const state = initialStream(
      {
        position: options.sequence[place.channel] ?? position,
        replay: contract.replay && (contract.replay.commitOrdered ? 'commit-ordered' : 'unordered'),
        snapshot: place.resources.size > 0,
        startFrom: options.startFrom,
        settings,
        rules: streamRules,
        seen: keeper.seen,
        rows: memory.rows,
      },
      memory.stream,
      host.clock.monotonicMs(),
    );
    entry.listening = {
      place,
      subjectOf: createSubjects(contract, place, (key) => memory.values.get(key)),
    };
    entry.stream = createChannelStream({
      host,
      place,
      state,
      values: memory.values,
      reads,
      turns,
      agenda,
      serverNowMs: () => serverClock.nowMs(),
      // As many as can have been out or not yet stored.
      doubtfulTo:
        keeper.endedInTheMiddle && state.front !== undefined
          ? state.front + settings.maxUnsettled + settings.commitEvents
          : Number.NEGATIVE_INFINITY,
      derive: createDeriver(contract, role, scope, place, report),
      deliver: (event) => deliver(entry, event),
      drain,
      commit: (commit, values) => keeper.save(place.wire, commit, values),
      signal,
      changed: options.changed,
    });
    joiner.add(place.wire, needsOf(contract, place));
    if (connection.word === 'offline' || connection.word === 'blocked') void entry.stream.refresh();
  }

  function deliver({ consumers: own }: Entry, event: DeliveredEvent): Promise<void> | undefined {
    // First: what is work is written with whatever moves the cursor past it.
    inbox.take(event);
    let handling = consumers.deliver(event);
    for (const some of own) {
      const more = some.deliver(event);
      if (more === undefined) continue;
      handling = handling === undefined ? more : both(handling, more);
    }
    return handling;
  }

  function close(wire: string, entry: Entry): void {
    entry.holders -= 1;
    if (entry.holders > 0 || entries.get(wire) !== entry) return;
    entry.stream?.flush();
    // Screens are taken down and put up again in one go: that is no reason to leave and to read everything anew.
    entry.leaving = host.schedule(lingerMs, () => {
      entries.delete(wire);
      joiner.remove(wire);
      entry.stream?.flush();
      entry.stream?.stop();
      options.changed();
    });
  }

  const wordOf = (wire: string, entry: Entry): ChannelWord => {
    const joining = entry.stream === undefined ? undefined : joiner.state(wire);
    if (joining?.word === 'denied') return 'denied';
    if (joining?.word !== 'joined') return connection.word === 'open' ? 'joining' : 'offline';
    return entry.stream?.state.phase === 'live' ? 'live' : 'catchingUp';
  };

  const standing = (): readonly { readonly channel: string; readonly word: ChannelWord }[] =>
    [...entries].map(([wire, entry]) => ({ channel: entry.place.channel, word: wordOf(wire, entry) }));

  function status(): Status {
    return statusOf({
      isRunning: !isStopped,
      connection,
      isPolling: isAnswering && connection.word !== 'open',
      channels: standing(),
    });
  }

  function healthOf(wire: string, entry: Entry): ChannelHealth {
    const { place, stream, lastReceivedAtMs } = entry;
    const state = stream?.state;
    const joining = stream === undefined ? undefined : joiner.state(wire);
    return {
      channel: place.channel,
      params: place.params,
      word: wordOf(wire, entry),
      reason: joining?.word === 'denied' ? joining.denial.reason : undefined,
      position: state?.position ?? place.definition.position,
      cursor: state?.committed,
      front: state?.front,
      highestKnown: state?.top,
      held: state?.held.count ?? 0,
      unsettled: state?.unsettled.count ?? 0,
      waiting: stream?.backlog ?? 0,
      lastReceivedAtMs,
    };
  }

  async function stop(): Promise<void> {
    if (isStopped) return;
    leaveHost();
    supervisor.dispose();
    joiner.dispose();
    messages.dispose();
    const streams = [...entries.values()].flatMap(({ stream }) => (stream === undefined ? [] : [stream]));
    over.abort();
    const sent = outbox.dispose();
    isStopped = true;
    reads.dispose();
    turns.dispose();
    agenda.dispose();
    for (const { leaving } of entries.values()) leaving?.();
    for (const stream of streams) stream.stop();
    await Promise.all([settledWithin(streams, stopWithinMs), inbox.stop(), sent]);
    for (const stream of streams) stream.flush();
    // What an earlier run may have handed out is in doubt until everything was read again.
    const isRead = !keeper.endedInTheMiddle || streams.every(({ isCaughtUp }) => isCaughtUp);
    await keeper.close(isRead && streams.every(({ state }) => state.unsettled.count === 0));
    options.changed();
  }

  function settledWithin(streams: readonly ChannelStream[], ms: number): Promise<void> {
    return new Promise((resolve) => {
      const release = host.schedule(ms, resolve);
      void Promise.all(streams.map((stream) => stream.settled())).finally(() => {
        release();
        resolve();
      });
    });
  }

  for (const { channel, wire } of atStart) openEntry(channel, wire);
  await Promise.all([...entries.values()].map(({ opening }) => opening));
  const leaveHost = host.onEvent(onHostEvent);
  supervisor.start();
  inbox.begin();

  return {
    status,
    health: () => ({
      status: status(),
      connection: {
        word: connection.word,
        cause: connection.verdict?.cause,
        code: connection.verdict?.code,
        remediation: connection.verdict?.remediation,
        sockets: generation,
      },
      isPolling: isAnswering && connection.word !== 'open',
      storage: { survives: database.isDegraded ? 'none' : database.survives },
      clock: { offsetMs: serverClock.offsetMs() },
      channels: [...entries].map(([wire, entry]) => healthOf(wire, entry)),
      counts: { ...inbound.counts },
      work: inbox.counts(),
      outbox: outbox.counts(),
      quarantined: inbound.quarantined,
    }),
    open(channel, params, own) {
      const wire = wireOf(channel, params);
      const entry = openEntry(channel, wire);
      entry.consumers.add(own);
      let isOpen = true;
      return {
        wire,
        word: () => (isOpen ? wordOf(wire, entry) : 'offline'),
        close() {
          if (!isOpen) return;
          isOpen = false;
          entry.consumers.delete(own);
          close(wire, entry);
        },
      };
    },
    async refresh() {
      await drain();
      await Promise.all([...entries.values()].map(async ({ stream }) => stream?.refresh()));
    },
    send: (message, input) => messages.send(message, input),
    tokenChanged() {
      joiner.tokenChanged();
      outbox.authorised();
    },
    inbox,
    outbox,
    enqueue,
    stop,
  };
}

/** Somebody with the server's name has answered, and not with a page in its place. */
const hasReached = (answer: ApiAnswer): boolean =>
  answer.kind !== 'failure' || answer.because === 'not-json' || answer.because === 'unauthorised';

const both = async (first: Promise<void>, second: Promise<void>): Promise<void> => {
  await Promise.all([first, second]);
};
