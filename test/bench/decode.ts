import { createDecoder } from 'heard';
import { laravelPos } from 'heard/contracts/laravel-pos';
import { perCall } from './per-call.ts';
import { referenceEnvelope } from './reference-envelope.ts';
import type { BenchRow } from './rows.ts';

const payload = JSON.stringify(referenceEnvelope);
const frame = { channel: 'private-store.pizza-bab-el-oued.orders', name: 'OrderCreated', payload };
const decode = createDecoder(laravelPos);

if (decode(frame).kind !== 'event') throw new Error('The reference envelope does not decode: nothing is measured.');

export const rows: readonly BenchRow[] = [
  {
    kind: 'ratio',
    name: 'decode + validate the reference envelope',
    against: 'JSON.parse of it',
    must: 1.8,
    aim: 1.4,
    open: () =>
      Promise.resolve(
        perCall(
          () => decode(frame),
          (): unknown => JSON.parse(payload),
        ),
      ),
  },
];
