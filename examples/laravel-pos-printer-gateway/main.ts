// Prints each receipt once, through outages, crashes and restarts. The printer is a file.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'heard';
import { laravelPos, type PrintJob } from 'heard/contracts/laravel-pos';
import { sqlite } from 'heard/storage/sqlite';
import { pusher } from 'heard/transports/pusher';

const {
  API = 'http://127.0.0.1:3001/laravel-pos',
  EVENTS = 'http://127.0.0.1:3001',
  STORE = 'pizza-bab-el-oued',
  TOKEN = 'dev-printer-gateway',
  FOLDER = import.meta.dirname,
} = process.env;
const { hostname, port, protocol } = new URL(EVENTS);

const gateway = createClient(laravelPos, {
  role: 'printer-gateway',
  scope: { sku: STORE, deviceId: 42 },
  transport: pusher({ key: 'heard-key', wsHost: hostname, wsPort: Number(port), forceTLS: protocol === 'https:' }),
  api: { baseUrl: API },
  token: () => TOKEN,
  // Jobs are stored before they are printed, and what was printed is remembered.
  storage: sqlite({ folder: join(FOLDER, 'spool') }),
});

gateway.process('PrintJobQueued', async ({ data: { print_job } }, { signal, redelivered }) => {
  const job = { printJobId: print_job.id };
  const claim = await gateway.mutate('print.claim', job);
  const claimed = await inTime(claim.settled, signal);
  if (claimed.outcome === 'parked') {
    console.log(`job ${print_job.id}: not ours, ${claimed.parked.explained?.message ?? 'another gateway has it'}`);
    return undefined;
  }
  try {
    await print(print_job, redelivered);
  } catch (error) {
    // People at the till see it, and may retry it there.
    return gateway.mutate('print.fail', { ...job, error: { code: 'printer', message: String(error) } });
  }
  return gateway.mutate('print.complete', job);
});

/**
 * Other gateways may have the job, so it waits for the answer, and for less long than a run may take: what has failed is tried
 * again, and what hangs is given up as a receipt that may have been printed.
 */
async function inTime<Told>(told: Promise<Told>, signal: AbortSignal): Promise<Told> {
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('No answer for 20 s.', 'TimeoutError')), 20_000);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  return Promise.race([told, late]).finally(() => clearTimeout(timer));
}

// After an outage of two minutes a job is given up that was surely not printed. Its claims still wait in the outbox: when they are
// answered, it is looked at again.
gateway.outbox.subscribe(({ id: claim, name, state }) => {
  if (name !== 'print.claim' || (state !== 'acked' && state !== 'parked')) return;
  // Another gateway has it, and no person need hear of that.
  if (state === 'parked') void gateway.outbox.discard(claim);
  for (const { id, error } of gateway.deadLetters.list()) {
    if (error === 'TimeoutError') gateway.deadLetters.retry(id);
  }
});

async function print({ id, order_id, type }: PrintJob, mayBeCopy: boolean): Promise<void> {
  const lines = [`--- ${type ?? 'receipt'} ---`, `order ${order_id ?? '?'}`, `job ${id}`];
  // A crash between printing and remembering it: nobody knows, so the paper says it.
  if (mayBeCopy) lines.push('(perhaps a copy)');
  await appendFile(join(FOLDER, 'receipts.txt'), `${lines.join('\n')}\n\n`);
  console.log(`job ${id}: printed`);
}

gateway.status.subscribe(({ word, reason }) => console.log(word, reason ?? ''));
gateway.signals.on('deadLetter', ({ tries, id }) => console.error(`given up after ${tries} tries: ${id}`));
gateway.signals.on('storage', ({ fault, remediation }) => console.error(`storage: ${fault}. ${remediation}`));

// Ends what it prints, stores what it knows, and lets go: the next start goes on from here.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void gateway.stop());
await gateway.start();
