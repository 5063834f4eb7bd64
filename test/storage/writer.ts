// A process that writes numbered commits, and says each number when it was told that it is written. For the tests that kill it.
import { writeSync } from 'node:fs';
import { sqlite } from '../../src/storage/sqlite.ts';
import { StoreError } from '../../src/storage/store.ts';

const [folder = '', mode = ''] = process.argv.slice(2);
/** At once, and not when the stream has time for it: a killed process says nothing more. */
const say = (line: string): void => void writeSync(1, `${line}\n`);

try {
  const database = await sqlite({ folder }).open('kds');
  const { length } = await database.read('outbox');
  say('open');
  if (mode === 'hold') setInterval(() => undefined, 1_000);
  const last = mode === 'write' ? Infinity : 0;
  for (let number = length; number < last; number += 1) {
    const key = String(number).padStart(8, '0');
    await database.commit({
      // Of many sizes, so that the log is copied into the file at many moments.
      writes: [
        { table: 'outbox', key, value: { number, note: 'x'.repeat((number * 37) % 5_000) } },
        { table: 'meta', key: 'last', value: number },
      ],
      durability: number % 5 === 0 ? 'relaxed' : 'strict',
    });
    say(String(number));
  }
} catch (error) {
  say(error instanceof StoreError ? `${error.fault}: ${error.message}` : String(error));
}
