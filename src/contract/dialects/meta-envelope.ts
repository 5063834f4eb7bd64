import { isRecord } from '../../lib/json.ts';
import type { Dialect } from '../dialect.ts';
import { broken, compact, described, readId, readMoment, readText, writeMoment, Wrong } from './parts.ts';
import { unwrapText } from './unwrap.ts';

export interface MetaEnvelopeOptions {
  /** The field of `meta` that names the store or café an event belongs to. */
  readonly tenantField: string;
}

/** `{ event, data, meta: { timestamp, event_id, … } }`. Only `event` and `data` are needed to understand an event. */
export const metaEnvelope = ({ tenantField }: MetaEnvelopeOptions): Dialect => ({
  name: 'meta-envelope',
  open(_frameName, payload) {
    if (!isRecord(payload)) return broken('', new Wrong('envelope', payload));
    const name = payload['event'];
    if (typeof name !== 'string' || name === '') return broken('event', new Wrong('name', name));
    const meta = payload['meta'] ?? undefined;
    if (meta !== undefined && !isRecord(meta)) return broken('meta', new Wrong('object', meta));
    const id = readId(meta?.['event_id']);
    if (id instanceof Wrong) return broken('meta.event_id', id);
    const occurredAt = readMoment(meta?.['timestamp']);
    if (occurredAt instanceof Wrong) return broken('meta.timestamp', occurredAt);
    const tenant = readText(meta?.[tenantField]);
    if (tenant instanceof Wrong) return broken(`meta.${tenantField}`, tenant);
    return {
      kind: 'envelope',
      name,
      data: unwrapText(payload['data']),
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
      event: { const: name },
      data,
      meta: {
        type: ['object', 'null'],
        properties: { timestamp: described.moment, [tenantField]: described.text, event_id: described.idOrNull },
      },
    },
    required: ['event', 'data'],
  }),
});
