// The device in a page, over IndexedDB, for the tests that kill the browser.
import { indexedDb } from '../../src/storage/indexed-db.ts';
import { createDevice } from '../kill/device.ts';

const options = new URLSearchParams(location.search);

await createDevice({
  origin: location.origin,
  storage: indexedDb(),
  life: Number(options.get('life')),
  waiters: Number(options.get('waiters')),
  paceMs: Number(options.get('pace')),
  retries: options.has('retries'),
}).start();
