import { isRecord } from '../../lib/json.ts';
import type { Dialect } from '../dialect.ts';
import {
  broken,
  compact,
  described,
  legiblePart,
  objectOrAbsent,
  readId,
  readMoment,
  readObject,
  readTenant,
  writeMoment,
  Wrong,
} from './parts.ts';
import { unwrapText } from './unwrap.ts';

export interface MetaEnvelopeOptions {
  /** The field of `meta` that names the store or café an event belongs to. */
  readonly tenantField: string;
}

/**
 * `{ event, data, meta: { timestamp, event_id, … } }`. Only `data` is needed to understand an event: without `event` the
 * name on the frame is meant.
 */
export const metaEnvelope = ({ tenantField }: MetaEnvelopeOptions): Dialect => ({
  name: 'meta-envelope',
  open(frameName, payload, limits) {
    if (!isRecord(payload)) return broken('', new Wrong('envelope', payload));
    const meta = readObject(payload['meta']);
    const fields = meta instanceof Wrong ? undefined : meta;
    const id = readId(fields?.['event_id']);
    const tenant = readTenant(fields?.[tenantField]);
    const legible = { id: legiblePart(id), seq: undefined, tenant: legiblePart(tenant) };
    const name = payload['event'] ?? frameName;
    if (typeof name !== 'string' || name === '') return broken('event', new Wrong('name', name), legible);
    if (meta instanceof Wrong) return broken('meta', meta, legible);
    if (id instanceof Wrong) return broken('meta.event_id', id, legible);
    if (tenant instanceof Wrong) return broken(`meta.${tenantField}`, tenant, legible);
    const occurredAt = legiblePart(readMoment(fields?.['timestamp']));
    return {
      kind: 'envelope',
      name,
      data: unwrapText(payload['data'], limits),
      id,
      seq: undefined,
      epoch: undefined,
      previousSeq: undefined,
      headSeq: undefined,
      occurredAt,
      subject: undefined,
      sender: undefined,
      correlationId: undefined,
      tenant,
      replayed: false,
    };
  },
  seal: (event) => ({
    name: event.name,
    payload: {
      event: event.name,
      data: event.data,
      meta: compact({ timestamp: writeMoment(event.occurredAt), [tenantField]: event.tenant, event_id: event.id }),
    },
  }),
  describe: (name, data) => ({
    type: 'object',
    properties: {
      event: { enum: [name, null] },
      data,
      meta: objectOrAbsent({
        timestamp: described.moment,
        [tenantField]: described.tenant,
        event_id: described.idOrNull,
      }),
    },
    required: ['data'],
  }),
});
