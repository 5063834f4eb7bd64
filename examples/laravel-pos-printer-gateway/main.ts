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
  const claimed = await claim.settled;
  // Too late: it is tried again, and printed then.
  signal.throwIfAborted();
  if (claimed.outcome === 'parked') {
    console.log(`job ${print_job.id}: not ours, ${claimed.parked.explained?.message ?? 'another gateway has it'}`);
    return gateway.outbox.discard(claim.id);
  }
  try {
    await print(print_job, redelivered);
  } catch (error) {
    // People at the till see it, and may retry it there.
    return gateway.mutate('print.fail', { ...job, error: { code: 'printer', message: String(error) } });
  }
  return gateway.mutate('print.complete', job);
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
