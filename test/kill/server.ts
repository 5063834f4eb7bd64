// The server that outlives every device: a log, a printer's paper and the orders, over real HTTP and WebSocket. It writes
// everything down before it answers. Its network loses answers now and then, and says some things twice.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { friendly, serve } from '../transports/server.ts';
import type { HeardNote, Line, Job, Printed, Told } from './told.ts';

/** Everything that happened, in the order in which the server came to know of it. */
export interface Books {
  readonly log: readonly Line[];
  readonly printed: readonly Printed[];
  readonly heard: readonly HeardNote[];
  readonly accepted: readonly string[];
  readonly settled: readonly { readonly intent: string; readonly outcome: string }[];
  /** What mutations did, by their intent. */
  readonly effects: readonly string[];
  /** What waits for a person, as the device told it last. */
  readonly parked: readonly string[];
  /** Requests whose key was known, with other bytes than the first time. */
  readonly tampered: readonly string[];
  /** How often an answer of a mutation was lost, and how often a key came again. */
  readonly lostAnswers: number;
  readonly repeats: number;
  /** Work that was given up, by the position of its event. */
  readonly letters: ReadonlySet<number>;
  readonly surprises: readonly string[];
}

export interface Server {
  readonly origin: string;
  readonly books: Books;
  /** So many jobs, some of them reprints, and a note after each. */
  ask(count: number): void;
  /** One job, which is new. */
  askOne(): void;
  /** Of the newest life. */
  readonly told: readonly Told[];
  readonly requests: number;
  /** How many sockets are open. */
  readonly connected: number;
  /** From now on it is another life. */
  nextLife(): void;
  /** Whoever prints next in this life waits for ever for the paper. Says whether somebody does. */
  holdNextPrint(): () => boolean;
  /** When it is so, looked at whenever the device asks or tells something. */
  until(isSo: () => boolean): Promise<void>;
  /** When nobody is connected any more: what was sent before a device died has been read. */
  alone(): Promise<void>;
}

const channel = 'private-store.trattoria.printing';

export async function createServer(
  random: () => number,
  pages: ReadonlyMap<string, string> = new Map(),
): Promise<Server> {
  const log: Line[] = [];
  const tries: number[] = [];
  const [printed, heard, accepted]: [Printed[], HeardNote[], string[]] = [[], [], []];
  const settled: { intent: string; outcome: string }[] = [];
  const effects: string[] = [];
  const [tampered, surprises]: [string[], string[]] = [[], []];
  const letters = new Set<number>();
  const receipts = new Map<string, string>();
  // One that was there before, so that a list shows what it looks like when a device's own id is told.
  const orders = [{ id: 1, status: 'accepted', client_order_id: 'before' }];
  let [lostAnswers, repeats, requests] = [0, 0, 0];
  let told: Told[] = [];
  let parked: readonly string[] = [];
  let printsHeld: 'none' | 'next' | 'one' = 'none';
  const waiting = new Set<() => void>();
  const look = (): void => waiting.forEach((check) => check());

  const jobOf = ({ job, attempts, printer }: Job) => ({
    id: job,
    type: 'kitchen',
    target_printer_id: printer,
    attempts,
  });

  const envelope = (line: Line) => ({
    v: 1,
    event: line.kind === 'job' ? 'PrintJobQueued' : 'DeviceNotification',
    event_id: `event-${line.seq}`,
    seq: line.seq,
    occurred_at: '2026-01-01T00:00:00Z',
    store: { id: 3, sku: 'trattoria' },
    data: line.kind === 'job' ? { print_job: jobOf(line) } : { message: `note ${line.seq}` },
    meta: { replay: false },
  });

  function add(line: Line): void {
    log.push(line);
    const event = envelope(line);
    const frame = { type: 'event', channel, name: event.event, payload: event };
    const [hearing] = sockets.peers.slice(-1).filter((peer) => !peer.closed && peer.heard.some(isJoin));
    // Now and then twice, as networks do.
    for (let copy = 0; copy < 1 + (line.seq % 2); copy += 1) hearing?.say(frame);
  }

  function addJob(job: number): void {
    const attempts = tries[job] ?? 0;
    tries[job] = attempts + 1;
    add({ kind: 'job', seq: log.length + 1, job, attempts, printer: job % 3 });
  }

  function page(search: URLSearchParams): object {
    const from = Number(search.get('seq'));
    const after = log.filter(({ seq }) => seq > from);
    const events = after.slice(0, Math.min(20, Number(search.get('limit'))));
    return {
      events: events.map(envelope),
      head_seq: log.length,
      floor_seq: 1,
      next_seq: events.at(-1)?.seq ?? from,
      has_more: after.length > events.length,
    };
  }

  /** The server has not heard that anything was printed: to it every job is open. */
  function openJobs(): object {
    const now = new Date().toISOString();
    const newest = new Map(log.flatMap((line) => (line.kind === 'job' ? [[line.job, line] as const] : [])));
    const data = [...newest.values()].map((line) => ({
      ...jobOf(line),
      status: 'queued',
      created_at: now,
      updated_at: now,
    }));
    return { data, deleted: [], complete: true, as_of: now, as_of_seq: log.length };
  }

  function write(entry: Told): void {
    told.push(entry);
    switch (entry.kind) {
      case 'print':
        return void printed.push(entry);
      case 'heard':
        return void heard.push(entry);
      case 'accepted':
        return void accepted.push(entry.intent);
      case 'settled':
        return void settled.push(entry);
      case 'surprise':
        return void surprises.push(entry.what);
      case 'deadLetter': {
        // Killed again and again while it was printed: a person decides. Any other is a surprise.
        if (entry.mayHaveRun) letters.add(Number(entry.eventId.replace('event-', '')));
        else surprises.push(JSON.stringify(entry));
        return;
      }
      case 'state':
        parked = entry.parked;
        return;
      case 'begin':
      case 'end':
      case 'stopped':
    }
  }

  function report(key: string, body: string): object {
    const known = receipts.get(key);
    const { intent } = JSON.parse(body) as { readonly intent: string };
    if (known === undefined) {
      receipts.set(key, body);
      effects.push(intent);
    } else {
      repeats += 1;
      if (known !== body) tampered.push(`${known} and ${body}`);
    }
    return { intent };
  }

  /** It knows no keys: whoever orders twice eats twice. */
  function order(body: string): object {
    const { client_order_id } = JSON.parse(body) as { readonly client_order_id: string };
    const made = { id: orders.length + 1, status: 'accepted', client_order_id };
    orders.push(made);
    effects.push(client_order_id);
    return { data: made };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server.test');
    const json = (status: number, body: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const html = pages.get(pathname);
    if (html !== undefined) {
      const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html';
      return void response.writeHead(200, { 'content-type': type }).end(html);
    }
    if (pathname === '/broadcasting/auth') return json(200, { auth: 'key:signature' });
    if (pathname === '/v1/events/since' && searchParams.get('channel') === channel)
      return json(200, page(searchParams));
    if (pathname === '/v1/print-jobs') return json(200, openJobs());
    if (request.method === 'GET' && pathname === '/v1/orders')
      return json(200, { data: orders, deleted: [], complete: true, as_of: new Date().toISOString() });

    let body = '';
    // Who dies while speaking was not heard.
    for await (const part of request) body += String(part);
    if (pathname === '/told') {
      const entry = JSON.parse(body) as Told;
      write(entry);
      if (entry.kind === 'print' && printsHeld !== 'none') {
        printsHeld = 'one';
        return;
      }
      return json(200, {});
    }
    if (pathname !== '/v1/receipts' && pathname !== '/v1/orders') return json(404, { message: 'Not found' });
    await delay(random() * 3);
    const luck = random();
    if (luck < 0.1) return json(503, { message: 'Busy' });
    const made = pathname === '/v1/receipts' ? report(String(request.headers['idempotency-key']), body) : order(body);
    await delay(random() * 3);
    if (luck > 0.8) {
      lostAnswers += 1;
      // Chromium itself sends a request again when a connection that it has used before ends without a word. A key makes
      // that harmless; an order would be made twice before the device hears of it, so its answer breaks off in the middle.
      if (pathname === '/v1/orders') response.writeHead(201, { 'content-length': 1_000 }).write('{');
      await delay(1);
      return void request.socket.destroy();
    }
    return json(pathname === '/v1/orders' ? 201 : 200, made);
  }

  const sockets = await serve({
    said: friendly,
    http(request, response) {
      requests += 1;
      answer(request, response)
        // Whoever asked is dead.
        .catch(() => request.socket.destroy())
        .finally(look);
    },
  });
  onTestFinished(() => sockets.stop());

  return {
    origin: sockets.httpUrl,
    books: {
      log,
      printed,
      heard,
      accepted,
      settled,
      effects,
      tampered,
      letters,
      surprises,
      get parked() {
        return parked;
      },
      get lostAnswers() {
        return lostAnswers;
      },
      get repeats() {
        return repeats;
      },
    },
    ask(count) {
      for (let number = 0; number < count; number += 1) {
        const isReprint = tries.length > 20 && random() < 0.15;
        addJob(isReprint ? Math.floor(random() * tries.length) : tries.length);
        add({ kind: 'note', seq: log.length + 1 });
      }
    },
    askOne: () => addJob(tries.length),
    get told() {
      return told;
    },
    get requests() {
      return requests;
    },
    get connected() {
      return sockets.peers.filter(({ closed }) => !closed).length;
    },
    nextLife() {
      printsHeld = 'none';
      told = [];
      requests = 0;
    },
    holdNextPrint() {
      printsHeld = 'next';
      return () => printsHeld === 'one';
    },
    until: (isSo) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!isSo()) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    alone: () => sockets.alone(),
  };
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
const isJoin = (frame: string): boolean => frame.includes('"subscribe"') && frame.includes(channel);
