// One of several processes that write into one log: `node crowd.ts <file> <name> <count>`.
import { sqliteIdempotency } from '../../src/emit/sqlite-idempotency.ts';
import { sqliteLog } from '../../src/emit/sqlite-log.ts';

const [file = '', name = '', count = '0'] = process.argv.slice(2);
const log = sqliteLog({ file });
const store = sqliteIdempotency({ file });
for (let number = 1; number <= Number(count); number += 1) {
  const facts = { id: `${name} ${number}`, name: 'OrderCreated', data: { number }, occurredAt: 0 };
  await log.append(facts, ['orders', 'kds']);
  const nowMs = Date.now();
  const begun = await store.begin(`job ${number}`, { id: name, digest: 'd', nowMs, untilMs: nowMs + 60_000 });
  if (begun.kind === 'run') console.log(`ran ${number}`);
}
