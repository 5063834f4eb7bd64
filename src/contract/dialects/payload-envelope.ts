import { isRecord } from '../../lib/json.ts';
import type { Dialect, JsonSchema } from '../dialect.ts';
import {
  broken,
  compact,
  described,
  legiblePart,
  nothingLegible,
  readId,
  readMoment,
  writeMoment,
  Wrong,
} from './parts.ts';
import { bareEnvelope } from './bare-payload.ts';
import { unwrapText } from './unwrap.ts';

/**
 * `{ payload, event_id?, timestamp? }` under the event's name, or the payload alone. An object that has a `payload` is
 * the first form: no event of such a contract may have a field of that name.
 */
export const payloadEnvelope: Dialect = {
  name: 'payload-envelope',
  open(frameName, payload, limits) {
    if (!isRecord(payload) || !Object.hasOwn(payload, 'payload')) return bareEnvelope(frameName, payload, undefined);
    const id = readId(payload['event_id']);
    if (id instanceof Wrong) return broken('event_id', id, nothingLegible);
    const occurredAt = legiblePart(readMoment(payload['timestamp']));
    return { ...bareEnvelope(frameName, unwrapText(payload['payload'], limits), id), occurredAt };
  },
  seal: (event) => ({
    name: event.name,
    payload: compact({ payload: event.data, event_id: event.id, timestamp: writeMoment(event.occurredAt) }),
  }),
  describe: (_name, data): JsonSchema => ({
    if: { type: 'object', required: ['payload'] },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: {
      properties: { payload: data, event_id: described.idOrNull, timestamp: described.moment },
    },
    else: data,
  }),
};
