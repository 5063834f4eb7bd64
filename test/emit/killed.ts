// A backend that is killed between the log and the devices: `node killed.ts <file> <hangs at>`. It says what it does, and stops
// saying anything when its publisher has been asked for the so manieth time: from there on nothing gets out any more.
import { writeSync } from 'node:fs';
import { laravelPos } from '../../src/contracts/laravel-pos/index.ts';
import { createEmitter } from '../../src/emit/emitter.ts';
import { sqliteLog } from '../../src/emit/sqlite-log.ts';

const [file = '', hangsAt = '1'] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

let asked = 0;
const emitter = createEmitter(laravelPos, {
  log: sqliteLog({ file }),
  publisher: {
    publish(publications) {
      asked += 1;
      if (asked < Number(hangsAt)) return Promise.resolve();
      for (const { payload } of publications) say(`hangs with ${(payload as { event_id: string }).event_id}`);
      return new Promise(() => setInterval(() => undefined, 1_000));
    },
  },
});
for (let id = 1; id <= 500; id += 1) {
  const emitted = await emitter.emit('OrderCreated', { scope: { sku: 'a' }, data: { order: { id } } });
  say(`emitted ${emitted.positions[0]?.seq} ${emitted.id}`);
}
