// How old a mutation is. Its moment was taken by the server's clock, or by the device's own where nothing was known of the
// server's yet. The two may be a year apart, so an age is measured by the clock that it began with.
import type { OutboxRecord } from './record.ts';
import type { Moment } from './state.ts';

/** Where nothing is known of the server's clock, both show the same. */
export const dated = (record: OutboxRecord, { wallMs, serverMs }: Moment): OutboxRecord =>
  wallMs === serverMs ? { ...record, datedBy: 'device' } : record;

export const nowFor = ({ datedBy }: OutboxRecord, { wallMs, serverMs }: Moment): number =>
  datedBy === 'device' ? wallMs : serverMs;

export const ageMs = (record: OutboxRecord, moment: Moment): number => nowFor(record, moment) - record.createdAt;
