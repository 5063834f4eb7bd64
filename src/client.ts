import type { Contract, ContractData, ContractSpec, RoleName } from './contract/contract.ts';
import { accessOf } from './contract/channel.ts';
import { createFrameReader } from './contract/decode.ts';
import { channelsFeeding, listAloneOf } from './contract/feeding.ts';
import { wireName } from './contract/routing.ts';
import { validate } from './contract/schema.ts';
import { createApi } from './core/api/create-api.ts';
import { createServerClock } from './core/api/server-clock.ts';
import { collectionOf, type Collection } from './core/collections/collection.ts';
import { createTables } from './core/collections/tables.ts';
import { createCredentials } from './core/connection/credentials.ts';
import { createConsumers, type Consumers } from './core/consume/consumers.ts';
import type { DeliveredEvent } from './core/consume/delivered-event.ts';
import { eventsOf } from './core/consume/event-queue.ts';
import { observableOf } from './core/consume/observable.ts';
import { waitFor } from './core/consume/wait-for.ts';
import type { DrainOptions } from './core/outbox/drain.ts';
import type { OutboxChange } from './core/outbox/changes.ts';
import type { Parting } from './core/outbox/handles.ts';
import { createFollowed, type ChannelPresence, type Followed } from './core/presence/followed.ts';
import { nobodyKnows } from './core/presence/presence.ts';
import { untoldSignal } from './core/presence/untold-signal.ts';
import type { Health } from './core/session/health.ts';
import { lineOf } from './core/session/lines.ts';
import type { Processor } from './core/inbox/inbox.ts';
import { createLog, errorName } from './core/session/log.ts';
import type { OpenChannel } from './core/session/heard-channels.ts';
import { startSession, type Session, type SessionOptions } from './core/session/session.ts';
import { askQuery, misfit } from './core/session/queries.ts';
import { forgetAll, signOut, type PendingChoice } from './core/session/signing-out.ts';
import type { Unfinished } from './core/session/unfinished.ts';
import { createSignalBus } from './core/session/signal-bus.ts';
import type { ChannelWord, Status } from './core/session/status.ts';
import type { Signal } from './core/signals.ts';
import { HeardError } from './errors.ts';
import { platformHost } from './host/platform.ts';
import { digest } from './lib/digest.ts';
import { disposable } from './lib/disposable.ts';
import { createListeners, type Listeners } from './lib/listeners.ts';
import { httpOf, requireNumbers, requireSequence, requireStart, type ClientOptions } from './options.ts';
import { memory } from './storage/memory.ts';
import type { Client, ListenOptions } from './surface.ts';

/** A client as it is inside: names are texts. Its types are put on by `createClient` alone. */
type Names = string | readonly string[];
type Handler = (event: DeliveredEvent) => unknown;

interface DynamicChannel {
  readonly name: string;
  readonly params: object;
  readonly consumers: Consumers;
  readonly watchers: Listeners<ChannelWord>;
  told: ChannelWord;
  open: OpenChannel | undefined;
}

const stopped: Status = { word: 'offline', reason: 'stopped' };

/**
 * A device of a restaurant: one role of one contract.
 *
 * @example
 * ```ts
 * const kds = createClient(laravelPos, { role: 'kds', scope, transport, api: { baseUrl }, token })
 * kds.on('KdsTicketCreated', ({ data, replayed }) => { if (!replayed) chime() })
 * await kds.start()
 * ```
 */
export function createClient<Spec extends ContractSpec, const Role extends RoleName<Spec>>(
  contract: Contract<Spec>,
  options: ClientOptions<Spec, Role>,
): Client<Spec, Role> {
  const { host = platformHost(), storage = memory(), principal = '', timing } = options;
  const data: ContractData = contract;
  const role = data.roles.get(options.role);
  if (role === undefined) {
    throw new HeardError('unknown-name', `The contract "${data.name}" has no role "${options.role}".`, {
      remediation: `Its roles are: ${[...data.roles.keys()].join(', ')}.`,
    });
  }
  const scope = scopeOf(data, options.scope);
  requireNumbers(options.retention, 'retention');
  requireNumbers(timing?.connection, 'timing.connection');
  requireNumbers(timing?.stream, 'timing.stream');
  requireNumbers(timing?.outbox, 'timing.outbox');
  requireSequence(data, options.sequence);
  requireStart(options.startFrom);

  const run = digest(`${host.clock.wallMs()} ${host.random()}`);
  const log = createLog(options.logger, run);
  const bus = createSignalBus((error) => log('error', 'a listener of signals threw', { error: errorName(error) }));
  const signal = (told: Signal): void => {
    const { level, message, fields } = lineOf(told);
    log(level, message, fields);
    bus.emit(told);
  };
  const report = (error: unknown): void => signal({ kind: 'callback', error });
  const tellThrown = (error: unknown, event: DeliveredEvent | undefined): void =>
    event === undefined ? report(error) : signal({ kind: 'handler', because: 'threw', event, error });
  const consumers = createConsumers({ report: tellThrown });
  const serverClock = createServerClock(host, ({ wrong, offsetMs }) => signal({ kind: 'clock', wrong, offsetMs }));
  const credentials = createCredentials({
    host,
    token: options.token,
    serverNowMs: () => serverClock.nowMs(),
    changed: () => session?.tokenChanged(),
  });
  const api = createApi({
    host,
    http: httpOf(options.api),
    credentials,
    serverClock,
    report,
    ...(options.headers !== undefined && { headers: options.headers }),
    ...(options.headerNames !== undefined && { headerNames: options.headerNames }),
  });
  const frames = createFrameReader(data);
  const name = storeName(data, options.role, scope, principal);
  const channels = new Set<DynamicChannel>();
  /** Those of collections that belong to no channel. */
  const lists = new Set<string>();
  const collections = new Map<string, Collection<object>>();
  const processors = new Map<string, Processor>();

  let session: Session | undefined;
  /** One at a time: starting and stopping wait for each other. */
  let turn: Promise<void> | undefined;
  let isDisposed = false;
  let status = stopped;
  const watchers = createListeners<Status>(report);
  const outboxWatchers = createListeners<OutboxChange>(report);
  const tables = createTables({
    host,
    contract: data,
    scope,
    consumers,
    async reread() {
      const asked = session;
      try {
        await asked?.refresh();
      } catch (error) {
        // Who stops the client has not failed to read.
        if (session === asked) throw error;
      }
      return asked !== undefined && session === asked;
    },
    report,
  });

  /** Those that somebody watches. */
  const watched = new Set<DynamicChannel>();
  /** The same of who is there. */
  const followed = new Set<Followed>();
  /** Channels of which it was said that this transport does not tell who is there. */
  const untold = new Set<string>();

  const wordOf = ({ open }: DynamicChannel): ChannelWord => open?.word() ?? 'offline';

  function changed(): void {
    for (const channel of Array.from(watched)) {
      if (channel.watchers.isEmpty) watched.delete(channel);
      const word = wordOf(channel);
      if (word === channel.told) continue;
      channel.told = word;
      channel.watchers.tell(word);
    }
    for (const one of Array.from(followed)) one.look();
    const now = session?.status() ?? stopped;
    if (now.word === status.word && now.reason === status.reason) return;
    status = now;
    log('info', 'status', { status: now.word, reason: now.reason });
    watchers.tell(status);
  }

  function inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const done = turn === undefined ? action() : turn.then(action);
    const whatever = (): void => undefined;
    const over = done.then(whatever, whatever).finally(() => {
      if (turn === over) turn = undefined;
    });
    turn = over;
    return done;
  }

  const begin = (asked: SessionOptions): Promise<Session> =>
    options.tabs === undefined ? startSession(asked) : options.tabs.start(asked, startSession);

  const start = (): Promise<void> =>
    inTurn(async () => {
      requireAlive();
      if (session !== undefined) return;
      session = await begin({
        host,
        contract: data,
        frames,
        roleName: options.role,
        role,
        scope,
        transport: options.transport,
        api,
        credentials,
        serverClock,
        store: storage,
        fallbackStore: memory(),
        storeName: name,
        redact: options.redact,
        retention: options.retention,
        startFrom: options.startFrom ?? 'now',
        sequence: options.sequence ?? {},
        query: { ...data.connection.query?.(scope), ...role.handshake },
        connectionSettings: timing?.connection,
        streamSettings: timing?.stream,
        consumers,
        tables,
        isOpenedNext: (wire) =>
          [...channels].some((one) => wireName(data, one.name, { ...scope, ...one.params }) === wire),
        lists,
        processors,
        principal,
        randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
        onConflict: options.onConflict,
        outboxSettings: timing?.outbox,
        correlationId: run,
        log,
        signal,
        changed,
        dismissed: () => void inTurn(dismissed),
        idleHealth: () => idleHealth(serverClock.offsetMs()),
      });
      session.outbox.subscribe((change) => {
        tables.sent(change);
        outboxWatchers.tell(change);
      });
      tables.begin(session.outbox.pending());
      for (const channel of channels) channel.open = session.open(channel.name, channel.params, channel.consumers);
      changed();
    });

  const stop = (): Promise<void> => inTurn(() => end('kept'));

  async function end(as: Parting): Promise<void> {
    const ending = session;
    if (ending === undefined) return;
    session = undefined;
    for (const channel of channels) channel.open = undefined;
    await ending.stop(as);
    tables.release();
    changed();
  }

  /** Whoever signed out in another tab has signed out here, and leaves nothing to see. */
  async function dismissed(): Promise<void> {
    await end('kept');
    tables.clear();
  }

  async function dispose(): Promise<void> {
    isDisposed = true;
    await stop();
    for (const channel of channels) {
      channel.consumers.dispose();
      channel.watchers.end();
    }
    channels.clear();
    watched.clear();
    for (const one of Array.from(followed)) one.dispose();
    consumers.dispose();
    watchers.end();
    outboxWatchers.end();
    tables.dispose();
    bus.end();
  }

  /** In one turn: a start that is asked for meanwhile finds everything gone. */
  const leave = ({ pending }: { readonly pending?: PendingChoice } = {}): Promise<Unfinished> =>
    inTurn(async () => {
      requireAlive();
      await session?.lead();
      const unfinished = await signOut({ store: storage, storeName: name, principal, session, end }, pending);
      tables.clear();
      options.tabs?.dismiss(name);
      return unfinished;
    });

  const wipe = (): Promise<void> =>
    inTurn(async () => {
      await session?.lead();
      await end('discarded');
      await forgetAll(storage, name);
      tables.clear();
      options.tabs?.dismiss(name);
    });

  function requireAlive(): void {
    if (!isDisposed) return;
    throw new HeardError('disposed', 'This client was disposed.', { remediation: 'Create another one.' });
  }

  /** What listening is, on all channels or on one. */
  const listeningTo = (some: Consumers) => ({
    on: (names: Names, handler: Handler, listen?: ListenOptions) => some.on(names, handler, listen),
    once: (names: Names, handler: Handler, listen?: ListenOptions) => some.once(names, handler, listen),
    waitFor: (
      names: Names,
      predicate?: (event: DeliveredEvent) => boolean,
      wait?: ListenOptions & { readonly timeoutMs?: number },
    ) => waitFor(some, host, names, predicate, wait),
    events: (names: Names, queue?: ListenOptions & { readonly buffer?: number }) => eventsOf(some, names, queue),
    observe: (names: Names, listen?: ListenOptions) => observableOf(some, names, listen),
  });

  /** Refused here and not when it is joined, perhaps much later. */
  function requireHeard(name: string, params: object): string {
    requireAlive();
    if (!role?.channels.includes(name)) {
      throw new HeardError('unknown-name', `The role "${options.role}" does not hear a channel "${name}".`, {
        remediation: `It hears: ${role?.channels.join(', ') ?? ''}.`,
      });
    }
    return wireName(data, name, { ...scope, ...params });
  }

  function channel(name: string, params: object = {}) {
    requireHeard(name, params);
    const own = createConsumers({ report: tellThrown });
    const opened: DynamicChannel = {
      name,
      params,
      consumers: own,
      watchers: createListeners(report),
      told: 'offline',
      open: undefined,
    };
    opened.open = session?.open(name, params, own);
    channels.add(opened);
    return {
      ...listeningTo(own),
      status: () => wordOf(opened),
      onStatus(listener: (word: ChannelWord) => void, listen?: ListenOptions) {
        // What nobody has watched until now may have changed.
        if (opened.watchers.isEmpty) opened.told = wordOf(opened);
        watched.add(opened);
        return opened.watchers.add(listener, listen);
      },
      dispose() {
        channels.delete(opened);
        watched.delete(opened);
        opened.watchers.end();
        opened.open?.close();
        opened.open = undefined;
        own.dispose();
      },
    };
  }

  function presence(name: string, params: object = {}): ChannelPresence {
    const wire = requireHeard(name, params);
    const definition = data.channels.get(name);
    if (definition === undefined || accessOf(definition) !== 'presence') {
      throw new HeardError('unknown-name', `The channel "${name}" does not tell who is there.`, {
        remediation: 'If it does, its contract says so by `access: "presence"`.',
      });
    }
    if (!options.transport.capabilities.presence && !untold.has(name)) {
      untold.add(name);
      signal(untoldSignal(name));
    }
    return createFollowed({
      read: () => session?.presence(wire) ?? nobodyKnows,
      join: () => channel(name, params).dispose,
      followed,
      report,
    });
  }

  function collection(name: string): Collection<object> {
    requireAlive();
    const list = listAloneOf(data, name);
    if (list !== undefined && !lists.has(list)) {
      lists.add(list);
      session?.openList(list);
    }
    const feeding = channelsFeeding(data, name);
    const heard = feeding.filter((channel) => role?.channels.includes(channel));
    const table = heard.length > 0 || list !== undefined ? tables.table(name) : undefined;
    if (table !== undefined) {
      const known = collections.get(name) ?? collectionOf(table);
      collections.set(name, known);
      return known;
    }
    const isKnown = data.collections.has(name);
    throw new HeardError(
      'unknown-name',
      isKnown
        ? `The role "${options.role}" hears no channel that tells of the collection "${name}".`
        : `The contract "${data.name}" has no collection "${name}".`,
      {
        remediation: isKnown
          ? `It is told on: ${feeding.join(', ')}.`
          : `Its collections are: ${[...data.collections.keys()].join(', ')}.`,
      },
    );
  }

  function running(): Session {
    if (session !== undefined) return session;
    throw new HeardError('not-started', 'The client is not started.', {
      remediation: 'Call start() first. It works without a network, too.',
    });
  }

  const outbox = {
    pending: () => session?.outbox.pending() ?? [],
    parked: () => session?.outbox.parked() ?? [],
    retry: (id: string) => running().outbox.retry(id),
    discard: async (id: string) => running().outbox.discard(id),
    rebase: async (id: string, input: unknown) => running().outbox.rebase(id, input),
    drain: async (asked?: DrainOptions) => running().outbox.drain(asked),
    drained: async () => running().outbox.drained(),
    subscribe: outboxWatchers.add,
  };

  function process(name: string, handler: Processor['handler'], { lane }: Pick<Processor, 'lane'> = {}): () => void {
    requireAlive();
    if (!data.events.has(name)) {
      throw new HeardError('unknown-name', `The contract "${data.name}" has no event "${name}".`, {
        remediation: `Its events are: ${[...data.events.keys()].join(', ')}.`,
      });
    }
    if (session !== undefined || turn !== undefined || processors.has(name)) {
      const why = processors.has(name) ? 'has a handler already' : 'must be declared before start()';
      throw new HeardError('options-invalid', `Work for "${name}" ${why}.`, {
        remediation:
          'Declare each kind of work once, before start(): what was waiting since the last run is done at once.',
      });
    }
    const processor: Processor = { handler, lane, runs: new Map() };
    processors.set(name, processor);
    return () => {
      if (session === undefined && processors.get(name) === processor) processors.delete(name);
    };
  }

  const query = async (name: string, params: unknown, asking: ListenOptions = {}): Promise<unknown> =>
    askQuery({ api, contract: data, scope }, name, params, { ...asking, correlationId: run });

  const client = {
    ...listeningTo(consumers),
    start,
    stop,
    dispose,
    signOut: leave,
    wipe,
    status: {
      get: () => status,
      subscribe: watchers.add,
    },
    health: (): Health => session?.health() ?? idleHealth(serverClock.offsetMs()),
    channel,
    presence,
    collection,
    process,
    mutate: async (name: string, input: unknown) => running().enqueue(name, input),
    outbox,
    deadLetters: {
      list: () => session?.inbox.deadLetters() ?? [],
      retry: (id: string) => session?.inbox.retry(id) ?? false,
      discard: (id: string) => session?.inbox.discard(id) ?? false,
    },
    query,
    refresh: async () => session?.refresh(),
    send(name: string, input: unknown) {
      if (session === undefined) {
        throw new HeardError('not-connected', `The message "${name}" was not sent: the client is not started.`, {
          remediation: 'Call start() first, and send when the status is live.',
        });
      }
      session.send(name, input);
    },
    signals: { on: bus.on },
    serverNow: () => serverClock.nowMs(),
  };
  // The one place where names become types; what is behind it checks them at run time.
  return disposable(client, dispose) as unknown as Client<Spec, Role>;
}

function scopeOf(contract: ContractData, given: unknown): Readonly<Record<string, unknown>> {
  const checked = validate(contract.scope, given);
  if (!checked.ok)
    throw misfit(`The scope does not fit the contract "${contract.name}"`, checked.mismatches, 'scope-invalid');
  return checked.value as Readonly<Record<string, unknown>>;
}

/** Says whose memory it is, and no secret: scope and principal only as digests. Never a version. */
function storeName(contract: ContractData, role: string, scope: object, principal: string): string {
  const sorted = Object.entries(scope).sort(([left], [right]) => (left < right ? -1 : 1));
  return `heard ${contract.name} ${role} ${digest(JSON.stringify(sorted))} ${digest(principal)}`;
}

const idleHealth = (offsetMs: number | undefined): Health => ({
  status: stopped,
  tab: 'alone',
  connection: { word: 'offline', cause: undefined, code: undefined, remediation: undefined, sockets: 0 },
  isPolling: false,
  storage: { survives: 'none', failing: undefined, setAside: 0 },
  clock: { offsetMs },
  channels: [],
  counts: { frames: 0, events: 0, unknown: 0, quarantined: 0, foreign: 0, unheard: 0 },
  work: { waiting: 0, running: 0, dead: 0 },
  outbox: { waiting: 0, inflight: 0, parked: 0, untouched: 0 },
  quarantined: [],
});
