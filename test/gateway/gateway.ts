// A printer gateway in a process of its own, for the tests that kill it: the whole client over SQLite. Its server is a file
// that the test appends to; what it prints is another file.
import { appendFileSync, readFileSync, watch, writeSync } from 'node:fs';
import { createClient } from '../../src/client.ts';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import { platformHost } from '../../src/host/platform.ts';
import { sqlite } from '../../src/storage/sqlite.ts';
import { createMemoryHttp, type MemoryOutcome, type ServedRequest } from '../../src/testing/memory-http.ts';
import { createMemoryTransport } from '../../src/testing/memory-transport.ts';
import { readAsked, type Asked } from './protocol.ts';

const [folder = '', logFile = '', printFile = '', pace = '10', mode = ''] = process.argv.slice(2);
/** At once, and not when the stream has time for it: a killed process says nothing more. */
const say = (line: string): void => void writeSync(1, `${line}\n`);
const host = platformHost();
const channel = 'private-store.trattoria.printing';

const asked = (): readonly Asked[] => readAsked(readFileSync(logFile, 'utf8'));

const jobOf = ({ job, attempts, printer }: Asked) => ({
  id: job,
  type: 'kitchen',
  target_printer_id: printer,
  attempts,
});

const envelope = (line: Asked) => ({
  v: 1,
  event: 'PrintJobQueued',
  event_id: `event-${line.seq}`,
  seq: line.seq,
  occurred_at: '2026-01-01T00:00:00Z',
  store: { id: 3, sku: 'trattoria' },
  data: { print_job: jobOf(line) },
  meta: { replay: false },
});

function handle({ path }: ServedRequest): MemoryOutcome {
  const { pathname, searchParams } = new URL(path, 'http://server.test');
  if (pathname === '/broadcasting/auth') return { status: 200, body: { auth: 'key:signature' } };
  const log = asked();
  const head = log.at(-1)?.seq ?? 0;
  if (pathname === '/v1/events/since' && searchParams.get('channel') === channel) {
    const from = Number(searchParams.get('seq'));
    const after = log.filter(({ seq }) => seq > from);
    const page = after.slice(0, Math.min(20, Number(searchParams.get('limit'))));
    const next = page.at(-1)?.seq ?? from;
    return {
      status: 200,
      body: {
        events: page.map(envelope),
        head_seq: head,
        floor_seq: 1,
        next_seq: next,
        has_more: after.length > page.length,
      },
    };
  }
  if (pathname === '/v1/print-jobs') {
    // The server has not heard that anything was printed: to it every job is open.
    const newest = new Map(log.map((line) => [line.job, line]));
    const now = new Date().toISOString();
    const data = [...newest.values()].map((line) => ({
      ...jobOf(line),
      status: 'queued',
      created_at: now,
      updated_at: now,
    }));
    return { status: 200, body: { data, deleted: [], complete: true, as_of: now, as_of_seq: head } };
  }
  return { status: 404, body: { message: 'Not found' } };
}

const transport = createMemoryTransport({
  host,
  capabilities: { codes: 'pusher' },
  server: { connected: (socket) => socket.accept({ socketId: `1.${socket.number}` }) },
});
const gateway = createClient(laravelPos, {
  role: 'printer-gateway',
  scope: { sku: 'trattoria', deviceId: 18 },
  transport,
  api: createMemoryHttp({ host, latencyMs: 1, handle }),
  token: () => 'token-1',
  storage: sqlite({ folder }),
  startFrom: 'earliest',
  host,
});

const pause = (mostMs: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, Math.random() * mostMs));

gateway.process(
  'PrintJobQueued',
  async ({ data: { print_job } }, { redelivered }) => {
    const { id: job, attempts, target_printer_id: printer } = print_job;
    say(`begin ${job}`);
    await pause(Number(pace));
    // One write to a file that is open for appending: the paper is out, or it is not.
    appendFileSync(printFile, `${JSON.stringify({ job, attempt: (attempts ?? 0) + 1, printer, redelivered })}\n`);
    say(`print ${job}`);
    await pause(Number(pace));
    say(`end ${job}`);
  },
  { lane: ({ data }) => `printer ${data.print_job.target_printer_id}` },
);

let pushed = asked().at(-1)?.seq ?? 0;
function push(): void {
  for (const line of asked().filter(({ seq }) => seq > pushed)) {
    pushed = line.seq;
    const frame = { channel, name: 'PrintJobQueued', payload: JSON.stringify(envelope(line)) };
    // Now and then twice, as networks do.
    for (let copy = 0; copy < 1 + (line.seq % 2); copy += 1) for (const socket of transport.live) socket.push(frame);
  }
  look();
}

function look(): void {
  const { work, channels } = gateway.health();
  const front = channels.find(({ channel: name }) => name === 'printing')?.front ?? 0;
  if (work.waiting + work.running === 0 && front >= (asked().at(-1)?.seq ?? 0)) say(`idle ${front} ${work.dead}`);
}

gateway.signals.on(['storage', 'deadLetter', 'callback', 'quarantined'], (signal) =>
  say(`signal ${JSON.stringify(signal)}`),
);
process.on('SIGTERM', () => {
  void gateway.stop().then(() => {
    say('stopped');
    process.exit(0);
  });
});
watch(logFile, push);
await gateway.start();
for (const { id } of mode === 'retry' ? gateway.deadLetters.list() : []) gateway.deadLetters.retry(id);
say('open');
setInterval(look, 50);
