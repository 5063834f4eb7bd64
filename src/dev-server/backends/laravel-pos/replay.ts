// V1.1: the events behind a position.
import { laravelPos } from '../../../contracts/laravel-pos/index.ts';
import { sealed } from '../../../emit/sealing.ts';
import { json, Refused } from '../rest/problem.ts';
import type { Route } from '../rest/routes.ts';
import { requireHearing } from './hearing.ts';
import type { Shop } from './shop.ts';

const mostAtOnce = 500;

export const replayRoute = ({ log }: Shop): Route => ({
  method: 'GET',
  path: '/v1/events/since',
  to: [],
  async answer({ search, caller }) {
    const channel = search.get('channel') ?? '';
    const seq = countIn(search, 'seq', 0);
    const limit = Math.min(countIn(search, 'limit', 100), mostAtOnce);
    requireHearing(caller, channel, false);
    const { events, epoch, headSeq, floorSeq } = await log.read(channel, seq, limit);
    const borders = { epoch, head_seq: headSeq, floor_seq: floorSeq };
    if (seq < floorSeq - 1) throw new Refused(410, 'position-gone', 'That position is gone.', { details: borders });
    const nextSeq = events.at(-1)?.seq ?? Math.min(seq, headSeq);
    return json(200, {
      ...borders,
      events: events.map((event) => sealed(laravelPos, event.facts, { ...event, epoch, headSeq }, true).payload),
      next_seq: nextSeq,
      has_more: nextSeq < headSeq,
    });
  },
});

function countIn(search: URLSearchParams, name: string, otherwise: number): number {
  const text = search.get(name);
  if (text === null) return otherwise;
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw new Refused(422, 'invalid', `"${name}" has to be a whole number.`);
}
