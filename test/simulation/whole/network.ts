// Between the server and the device: sockets and requests, and everything that happens to them on the way.
import {
  createMemoryHttp,
  type MemoryHttp,
  type MemoryOutcome,
  type ServedRequest,
} from '../../../src/testing/memory-http.ts';
import {
  createMemoryTransport,
  type MemoryTransport,
  type ServerSocket,
} from '../../../src/testing/memory-transport.ts';
import type { FakeHost } from '../../../src/testing/fake-host.ts';
import type { Closing, JoinCredential, Transport } from '../../../src/transports/transport.ts';
import { sku, type Backend, type Listing } from './backends.ts';
import type { WholeFault } from './faults.ts';
import type { Accepted, Office } from './office.ts';
import type { WholeScenario } from './scenario.ts';
import { like } from '../../transports/like.ts';

/** A question that was answered to its end, as the server saw it. */
export interface Reading {
  readonly number: number;
  /** The channel of a log, or the path of a list. */
  readonly of: string;
  readonly kind: 'log' | 'list';
  /** When its first page was made. */
  readonly atMs: number;
  readonly isLastPage: boolean;
  /** The rows of this page and of the pages before it. */
  readonly rows: readonly Accepted[];
}

export interface NetworkOptions {
  readonly world: FakeHost;
  readonly scenario: WholeScenario;
  readonly backend: Backend;
  readonly office: Office;
  readonly fires: (fault: WholeFault) => boolean;
  readonly counts: (fault: WholeFault) => void;
  /** Something happens at the server between two pages. */
  readonly disturb: () => void;
  readonly trace: (line: () => string) => void;
  /** What is asked of the counter; undefined when a request is none of its business. */
  readonly serve: (request: ServedRequest, isAuthorised: boolean) => MemoryOutcome | Promise<MemoryOutcome> | undefined;
}

export interface Network {
  readonly transport: Transport;
  readonly sockets: MemoryTransport;
  readonly http: MemoryHttp;
  /** By the number in the header of an answer. */
  readonly readings: ReadonlyMap<string, Reading>;
  readonly token: string;
  expireToken(): void;
  broadcast(event: Accepted): void;
  /** Something that nobody at the server has said. */
  forge(kind: 'foreign' | 'client-event' | 'unknown-event'): void;
  close(closing: Closing): void;
  /** The socket looks open and nothing comes. */
  stall(kind: 'half-open' | 'one-way'): boolean;
  release(): void;
  throwOut(): boolean;
  /** Whether new sockets are to be had, and why not. */
  door: 'open' | 'unreachable' | 'unknown-app';
  /** Since when the device's socket is dead and looks alive. */
  stalledSinceMs(): number | undefined;
  /** When the server last refused the token of a socket. */
  readonly refusedAtMs: number;
  /** The device's last socket is at its end, and the device may not know. */
  isClosing(): boolean;
  /** When the server let the device's present socket into a channel. */
  admittedAtMs(wire: string): number | undefined;
}

const beingThrownOut = -1;

/** Somebody only wants to know whether anybody is there, and asks for what lies behind everything. */
export const isProbe = (search: URLSearchParams): boolean => search.get('seq') === String(Number.MAX_SAFE_INTEGER);

interface Stall {
  readonly kind: 'half-open' | 'one-way';
  readonly sinceMs: number;
  readonly waiting: (() => void)[];
}

export function createNetwork(options: NetworkOptions): Network {
  const { world, scenario, backend, office, fires, counts, trace } = options;
  const { random } = scenario;
  const stalls = new Map<ServerSocket, Stall>();
  const subscribed = new Map<ServerSocket, Map<string, number>>();
  const readings = new Map<string, Reading>();
  let tokens = 1;
  let forged = 0;
  let refusedAtMs = Number.NEGATIVE_INFINITY;

  const nowMs = (): number => world.clock.monotonicMs();
  const token = (): string => `token-${tokens}`;
  const between = (fromMs: number, toMs: number): number => fromMs + Math.floor(random() * (toMs - fromMs));

  /** From the server to the device; a dead socket keeps it. */
  function say(socket: ServerSocket, action: () => void): void {
    const stall = stalls.get(socket);
    if (stall === undefined) action();
    else stall.waiting.push(action);
  }

  const sockets = createMemoryTransport({
    host: world,
    latencyMs: scenario.latencyMs,
    talksAfterClose: true,
    capabilities: like[backend.family],
    server: {
      connected: welcome,
      pinged(socket) {
        if (stalls.get(socket)?.kind !== 'half-open') say(socket, () => socket.alive());
      },
      joined: admit,
    },
  });

  const transport: Transport = {
    capabilities: sockets.capabilities,
    connect(attempt, handlers) {
      const connection = sockets.connect(attempt, handlers);
      const socket = sockets.sockets.at(-1);
      return {
        ...connection,
        leave(channel) {
          connection.leave(channel);
          if (socket !== undefined && !stalls.has(socket)) subscribed.get(socket)?.delete(channel);
        },
      };
    },
  };

  function welcome(socket: ServerSocket): void {
    if (network.door === 'unreachable') return socket.refuse({ kind: 'unreachable' });
    if (network.door === 'unknown-app') return socket.close({ code: 4001 });
    if (fires('connect-hangs')) return;
    if (fires('connect-refused')) {
      const status = random() < 0.3 ? 503 : 502;
      return socket.refuse(random() < 0.5 ? { kind: 'unreachable' } : { kind: 'http', status });
    }
    if (backend.auth === 'token' && socket.attempt.token !== token()) {
      refusedAtMs = nowMs();
      return socket.refuse({ kind: 'handshake-refused' });
    }
    subscribed.set(socket, new Map());
    socket.accept({ socketId: `1.${socket.number}` });
    if (fires('closed-after-open')) socket.close({ code: 1006 });
  }

  function admit(socket: ServerSocket, wire: string, credential: JoinCredential | undefined): void {
    const status = refusalOf(socket, wire, credential);
    if (status !== undefined) {
      trace(() => `socket ${socket.number} may not join ${wire}: ${status}`);
      return say(socket, () => socket.deny(wire, { status, code: undefined }));
    }
    const own = subscribed.get(socket);
    const enter = (): void => {
      if ((own?.get(wire) ?? beingThrownOut) === beingThrownOut) own?.set(wire, nowMs());
    };
    // It is in, and the answer is lost: the one to an earlier attempt may be on its way all the same (J9).
    if (fires('join-unanswered')) return enter();
    const letIn = (): void => {
      if (socket.over) return;
      enter();
      trace(() => `socket ${socket.number} is in ${wire}`);
      say(socket, () => socket.admit(wire));
    };
    if (fires('join-late')) world.schedule(between(500, 12_000), letIn);
    else letIn();
  }

  function refusalOf(socket: ServerSocket, wire: string, credential: JoinCredential | undefined): number | undefined {
    if (backend.auth === 'nothing') return undefined;
    if (backend.auth === 'token') {
      if (fires('auth-403')) return 403;
      return credential?.kind === 'token' && credential.token === token() ? undefined : 401;
    }
    const signed = `sig:1.${socket.number}:${wire}`;
    return credential?.kind === 'signature' && credential.auth === signed ? undefined : 401;
  }

  // Frames.

  function envelopeOf(event: Accepted, over: object = {}): object {
    const isDense = event.topic.position === 'dense';
    return {
      v: 1,
      event: event.name,
      event_id: event.id,
      seq: event.seq,
      occurred_at: new Date(event.version).toISOString(),
      store: { id: 3, sku },
      data: event.data,
      meta: {
        replay: false,
        ...(scenario.tellsEpoch && { epoch: office.epoch }),
        ...(scenario.tellsPrevious && isDense && { prev_seq: event.previousSeq }),
        ...(scenario.tellsHead && isDense && { head_seq: Math.max(event.seq, office.headOf(event.topic.wire)) }),
      },
      ...over,
    };
  }

  function payloadOf(event: Accepted): unknown {
    if (backend.log !== undefined) return JSON.stringify(envelopeOf(event));
    return scenario.tellsIds ? { ...event.data, event_id: event.id } : event.data;
  }

  function toEverybody(wire: string, send: (socket: ServerSocket) => void): void {
    for (const [socket, wires] of subscribed) {
      if (wires.has(wire) && (!socket.over || stalls.has(socket))) send(socket);
    }
  }

  function broadcast(event: Accepted): void {
    const { wire } = event.topic;
    const push = (socket: ServerSocket, payload: unknown, name = event.name): void =>
      say(socket, () => socket.push({ channel: wire, name, payload }));
    toEverybody(wire, (socket) => {
      if (fires('frame-dropped')) return;
      const broken = brokenPayload(event);
      if (broken !== undefined) return push(socket, broken);
      const payload = payloadOf(event);
      const delayMs = fires('frame-reordered') ? between(100, 1_500) : 0;
      if (delayMs === 0) push(socket, payload);
      else world.schedule(delayMs, () => push(socket, payload));
      if (fires('frame-duplicated')) world.schedule(between(0, 1_000), () => push(socket, payload));
      if (fires('old-frame-again')) {
        const old = office.accepted.filter((one) => one.topic === event.topic && one.visibleAtMs <= nowMs());
        const again = old[Math.floor(random() * old.length)];
        if (again !== undefined) push(socket, payloadOf(again), again.name);
      }
    });
  }

  function brokenPayload(event: Accepted): unknown {
    if (fires('frame-malformed')) return '{"v":1,"event":"Or';
    if (fires('frame-wrong-schema')) {
      if (backend.log === undefined) return { id: 'three', updated_at: 7 };
      return JSON.stringify(envelopeOf(event, { data: { order: null, print_job: 7, message: false } }));
    }
    if (backend.log !== undefined && fires('frame-null-seq')) return JSON.stringify(envelopeOf(event, { seq: null }));
    return undefined;
  }

  function forge(kind: 'foreign' | 'client-event' | 'unknown-event'): void {
    const like = office.accepted.at(-1);
    if (like === undefined || (kind === 'foreign' && backend.log === undefined)) return;
    forged += 1;
    const id = `${kind}-${forged}`;
    const { wire } = like.topic;
    toEverybody(wire, (socket) => {
      counts(
        kind === 'client-event' ? 'frame-client-event' : kind === 'foreign' ? 'frame-foreign' : 'frame-unknown-event',
      );
      if (kind === 'unknown-event') {
        say(socket, () =>
          socket.push({ channel: wire, name: 'SomethingNew', payload: { hello: id, v: 9, event_id: id } }),
        );
        return;
      }
      const seq = office.headOf(wire) + 1;
      const over =
        kind === 'foreign' ? { store: { id: 9, sku: 'another-place' }, event_id: id, seq } : { event_id: id, seq };
      const name = kind === 'client-event' ? `client-${like.name}` : like.name;
      const payload = backend.log === undefined ? { id: 1 } : JSON.stringify(envelopeOf(like, over));
      say(socket, () => socket.push({ channel: wire, name, payload }));
    });
  }

  // HTTP.

  const http = createMemoryHttp({
    host: world,
    latencyMs: scenario.httpLatencyMs,
    handle(request) {
      const served = options.serve(request, isAuthorised(request));
      if (served !== undefined) return served;
      const outcome = answer(request);
      trace(() => `${request.method} ${request.path} → ${JSON.stringify(outcome)}`);
      if (!fires('http-slow')) return outcome;
      const generation = sockets.sockets.length;
      return new Promise((resolve) => {
        world.schedule(between(200, 6_000), () => {
          if (generation !== sockets.sockets.length) counts('stale-answer');
          resolve(outcome);
        });
      });
    },
  });

  const isAuthorised = ({ headers }: ServedRequest): boolean =>
    backend.auth === 'nothing' || headers['authorization'] === `Bearer ${token()}`;

  function answer(request: ServedRequest): MemoryOutcome {
    const { pathname, searchParams } = new URL(request.path, 'http://office.test');
    const isSigning = pathname === '/broadcasting/auth';
    if (!isAuthorised(request)) return { status: 401, body: { message: 'expired' } };
    if (isProbe(searchParams)) return { status: 200, body: {} };
    const wrong = isSigning ? troubleAtSigning() : trouble();
    if (wrong !== undefined) return wrong;
    if (isSigning) return sign(request);
    const header = { date: new Date(Math.floor(office.clockMs)).toUTCString() };
    if (pathname === '/v1/events/since' || pathname === '/log') return readLog(searchParams, header);
    const listing = backend.lists.find(({ path }) => path === pathname);
    return listing === undefined
      ? { status: 404, body: { message: 'Not found' } }
      : readList(listing, searchParams, header);
  }

  function trouble(): MemoryOutcome | undefined {
    if (fires('http-429')) return { status: 429, body: {}, headers: { 'retry-after': String(between(1, 8)) } };
    if (fires('http-503'))
      return { status: 503, body: {}, headers: random() < 0.5 ? { 'retry-after': String(between(1, 6)) } : {} };
    if (fires('http-5xx')) return { status: 500, body: '<h1>Whoops</h1>', media: 'other' };
    if (fires('http-timeout')) return 'hang';
    if (fires('http-network')) return { kind: 'failure', because: 'network' };
    if (fires('http-truncated')) return { kind: 'failure', because: 'unreadable', status: 200 };
    if (fires('http-html')) return { status: 200, body: '<title>Welcome</title>', media: 'other' };
    if (fires('http-wrong-schema')) return { status: 200, body: random() < 0.5 ? {} : { data: 'none', events: null } };
    return undefined;
  }

  function troubleAtSigning(): MemoryOutcome | undefined {
    if (fires('auth-401')) return { status: 401, body: {} };
    if (fires('auth-403')) return { status: 403, body: {} };
    if (fires('auth-429')) return { status: 429, body: {}, headers: { 'retry-after': String(between(1, 6)) } };
    if (fires('auth-5xx')) return { status: 502, body: 'Bad gateway', media: 'other' };
    if (fires('auth-html')) return { status: 200, body: '<html>', media: 'other' };
    return fires('auth-hangs') ? 'hang' : undefined;
  }

  function sign({ body }: ServedRequest): MemoryOutcome {
    const asked = JSON.parse(body ?? '{}') as { readonly socket_id: string; readonly channel_name: string };
    return { status: 200, body: { auth: `sig:${asked.socket_id}:${asked.channel_name}` } };
  }

  const borders = (wire: string) => ({
    head_seq: office.headOf(wire),
    ...(scenario.tellsEpoch && { epoch: office.epoch }),
  });

  function noteReading(reading: Omit<Reading, 'number'>): Readonly<Record<string, string>> {
    const number = readings.size + 1;
    readings.set(String(number), { ...reading, number });
    return { 'x-reading': String(number) };
  }

  function readLog(search: URLSearchParams, headers: Readonly<Record<string, string>>): MemoryOutcome {
    if (scenario.logIs404) {
      counts('no-log');
      return { status: 404, body: { message: 'Not found' } };
    }
    const wire = search.get('channel') ?? '';
    const from = Number(search.get('seq'));
    const page = office.page(wire, from, Math.min(scenario.logPage, Number(search.get('limit'))));
    if (page === 'gone') {
      counts('retention-gone');
      const floor = scenario.tellsFloor ? { floor_seq: office.floorOf(wire) } : {};
      return { status: 410, body: { ...borders(wire), ...floor, message: 'gone' } };
    }
    if (page.hasMore) counts('paged');
    if (fires('http-no-progress')) {
      return { status: 200, body: { ...borders(wire), events: [], next_seq: from, has_more: true } };
    }
    const note = noteReading({ of: wire, kind: 'log', atMs: nowMs(), isLastPage: !page.hasMore, rows: [] });
    return {
      status: 200,
      headers: { ...headers, ...note },
      body: {
        ...borders(wire),
        events: page.events.map((event) => envelopeOf(event)),
        next_seq: page.events.at(-1)?.seq ?? from,
        has_more: page.hasMore,
      },
    };
  }

  function readList(
    listing: Listing,
    search: URLSearchParams,
    headers: Readonly<Record<string, string>>,
  ): MemoryOutcome {
    const since = search.get('updated_since');
    const cursor = search.get('cursor');
    const [chain, afterVersion] = cursor === null ? [undefined, undefined] : cursor.split('.').map(Number);
    if (cursor !== null && fires('page-shifted')) options.disturb();
    const { rows, deleted } = office.changed(listing, since === null ? Number.NEGATIVE_INFINITY : Date.parse(since));
    const size = backend.auth === 'signature' ? scenario.listPage : Number.POSITIVE_INFINITY;
    const behind = rows.filter(({ version }) => afterVersion === undefined || version > afterVersion);
    const page = behind.slice(0, size);
    const isLastPage = page.length === behind.length;
    const before = chain === undefined ? undefined : readings.get(String(chain));
    const atMs = before?.atMs ?? nowMs();
    const note = noteReading({
      of: listing.path,
      kind: 'list',
      atMs,
      isLastPage,
      rows: [...(before?.rows ?? []), ...page],
    });
    const { tombstones, tellsAsOf, tellsAsOfSeq, tellsEpoch } = scenario;
    if (!tombstones) counts('no-tombstones');
    if (!isLastPage) counts('paged');
    const isStuck = cursor !== null && !isLastPage && fires('http-no-progress');
    const next = isStuck ? cursor : `${note['x-reading']}.${page.at(-1)?.version}`;
    return {
      status: 200,
      headers: { ...headers, ...note },
      body: {
        data: page.map(({ row }) => row),
        ...(!isLastPage && { next_cursor: next }),
        ...(tombstones && {
          deleted: deleted.map(({ rowId, version }) => ({ id: rowId, deleted_at: new Date(version).toISOString() })),
          complete: since === null,
        }),
        ...(tellsAsOf && { as_of: new Date(Math.floor(office.clockMs)).toISOString() }),
        ...(tellsAsOfSeq && listing.topic.position === 'dense' && { as_of_seq: office.settledSeq(listing.topic.wire) }),
        ...(tellsEpoch && { epoch: office.epoch }),
      },
    };
  }

  const present = (): ServerSocket | undefined => {
    const last = sockets.sockets.at(-1);
    return last === undefined || last.over ? undefined : last;
  };

  const network: Network = {
    transport,
    sockets,
    http,
    readings,
    get token() {
      return token();
    },
    expireToken() {
      tokens += 1;
    },
    broadcast,
    forge,
    close(closing) {
      for (const socket of sockets.live) {
        const stall = stalls.get(socket);
        // Nobody tells a dead socket that it was closed, until it is heard of again.
        const end = (): void => {
          subscribed.delete(socket);
          socket.close(closing);
        };
        if (stall === undefined) end();
        else stall.waiting.push(end);
      }
    },
    stall(kind) {
      const socket = present();
      if (socket === undefined || stalls.has(socket) || !subscribed.has(socket)) return false;
      stalls.set(socket, { kind, sinceMs: nowMs(), waiting: [] });
      return true;
    },
    release() {
      for (const [socket, { waiting }] of Array.from(stalls)) {
        stalls.delete(socket);
        if (socket.over && waiting.length > 0) counts('late-frames');
        for (const action of waiting) action();
        // The server finds out that nobody is there.
        if (socket.over) subscribed.delete(socket);
      }
    },
    throwOut() {
      const socket = present();
      const wires = socket === undefined ? undefined : subscribed.get(socket);
      const wire = wires?.keys().next().value;
      if (socket === undefined || wire === undefined || stalls.has(socket)) return false;
      // It stays let in for who asks here until the device can know.
      wires?.set(wire, beingThrownOut);
      world.schedule(scenario.latencyMs + 20, () => {
        if (wires?.get(wire) === beingThrownOut) wires.delete(wire);
      });
      socket.deny(wire, { status: random() < 0.5 ? 401 : 500, code: undefined });
      return true;
    },
    door: 'open',
    stalledSinceMs() {
      const socket = present();
      return socket === undefined ? undefined : stalls.get(socket)?.sinceMs;
    },
    get refusedAtMs() {
      return refusedAtMs;
    },
    isClosing: () => present() === undefined,
    admittedAtMs(wire) {
      const socket = present();
      return socket === undefined ? undefined : subscribed.get(socket)?.get(wire);
    },
  };
  return network;
}
