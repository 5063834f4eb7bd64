// The device in a process of its own, over SQLite, for the tests that kill it.
import { sqlite } from '../../src/storage/sqlite.ts';
import { createDevice } from '../kill/device.ts';

const [origin = '', folder = '', life = ''] = process.argv.slice(2);
const options = new URLSearchParams(life);

const device = createDevice({
  origin,
  storage: sqlite({ folder }),
  life: Number(options.get('life')),
  waiters: Number(options.get('waiters')),
  paceMs: Number(options.get('pace')),
  retries: options.has('retries'),
});
process.on('SIGTERM', () => void device.stop().then(() => process.exit(0)));
await device.start();
