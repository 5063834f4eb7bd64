import { isRecord, type JsonLimits } from '../../lib/json.ts';
import type { BrokenEnvelope, Dialect, Envelope, LegibleParts, NewerEnvelope } from '../dialect.ts';
import {
  broken,
  compact,
  described,
  legiblePart,
  objectOrAbsent,
  readId,
  readKey,
  readMoment,
  readObject,
  readSender,
  readSeq,
  readSubject,
  readTenant,
  readText,
  writeMoment,
  Wrong,
} from './parts.ts';
import { unwrapText } from './unwrap.ts';

const knownVersion = 1;

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Laravel names a broadcast after its class unless told otherwise: `App\Events\OrderCreated`. */
const withoutClassPrefix = (name: string): string => name.slice(name.lastIndexOf('\\') + 1);

function open(frameName: string, payload: unknown, limits?: JsonLimits): Envelope | NewerEnvelope | BrokenEnvelope {
  if (!isRecord(payload)) return broken('', new Wrong('envelope', payload));

  const version = payload['v'];
  const name = typeof payload['event'] === 'string' ? withoutClassPrefix(payload['event']) : undefined;
  const id = readId(payload['event_id']);
  const seq = readSeq(payload['seq']);
  const store = readObject(payload['store']);
  const tenant = readTenant(store instanceof Wrong ? undefined : store?.['sku']);
  const legible = (): LegibleParts => ({ id: legiblePart(id), seq: legiblePart(seq), tenant: legiblePart(tenant) });
  if (typeof version === 'number' && Number.isInteger(version) && version > knownVersion) {
    return { kind: 'newer', name: name ?? withoutClassPrefix(frameName), ...legible(), payload };
  }
  // Its position is told all the same: a hole that is read again, and found broken again, would never close.
  if (version !== knownVersion) return broken('v', new Wrong('1', version), legible());
  if (name === undefined || name === '') return broken('event', new Wrong('name', payload['event']), legible());
  if (id === undefined || id instanceof Wrong)
    return broken('event_id', id ?? new Wrong('string', undefined), legible());
  if (seq === undefined || seq instanceof Wrong) return broken('seq', seq ?? new Wrong('number', undefined), legible());
  if (store instanceof Wrong) return broken('store', store, legible());
  if (tenant instanceof Wrong) return broken('store.sku', tenant, legible());

  const meta = legiblePart(readObject(payload['meta']));
  return {
    kind: 'envelope',
    name,
    data: unwrapText(payload['data'], limits),
    id,
    seq,
    epoch: legiblePart(readId(meta?.['epoch'])),
    previousSeq: legiblePart(readSeq(meta?.['prev_seq'])),
    headSeq: legiblePart(readSeq(meta?.['head_seq'])),
    occurredAt: legiblePart(readMoment(payload['occurred_at'])),
    subject: legiblePart(readSubject(payload['subject'])),
    sender: readSender(payload['sender']),
    correlationId: legiblePart(readText(payload['correlation_id'])),
    tenant,
    tenantId: readKey(store?.['id']),
    replayed: meta?.['replay'] === true,
  };
}

/**
 * The envelope of the Laravel backend, version 1:
 * `{ v, event, event_id, seq, occurred_at, store, sender, subject, correlation_id, data, meta }`. Without `v`, `event`,
 * `event_id` and `seq` an event cannot be understood; the rest may be absent or null, and is dropped where it cannot be
 * read, except for the store. `meta` may carry `epoch`, `prev_seq` and `head_seq` (settled).
 */
export const laravelEnvelope: Dialect = {
  name: 'laravel-envelope-v1',
  open,
  seal(event) {
    return {
      name: event.name,
      payload: compact({
        v: knownVersion,
        event: event.name,
        event_id: event.id,
        seq: event.seq,
        occurred_at: writeMoment(event.occurredAt),
        store:
          event.tenant === undefined && event.tenantId === undefined
            ? undefined
            : compact({ id: event.tenantId, sku: event.tenant }),
        sender: event.sender && compact({ device_id: event.sender.deviceId, device_type: event.sender.deviceType }),
        subject: event.subject && { type: event.subject.type, id: event.subject.id },
        correlation_id: event.correlationId,
        data: event.data,
        meta: compact({
          replay: event.replayed ?? false,
          epoch: event.epoch,
          prev_seq: event.previousSeq,
          head_seq: event.headSeq,
        }),
      }),
    };
  },
  describe: (name, data) => ({
    type: 'object',
    properties: {
      v: { const: knownVersion },
      event: { type: 'string', pattern: `^(?:[\\s\\S]*\\\\)?${escapePattern(name)}$` },
      event_id: described.id,
      seq: described.seq,
      occurred_at: described.moment,
      store: objectOrAbsent({ id: described.key, sku: described.tenant }),
      sender: described.sender,
      subject: described.subject,
      correlation_id: described.text,
      data,
      meta: {
        properties: {
          replay: described.flag,
          epoch: described.mark,
          prev_seq: described.position,
          head_seq: described.position,
        },
      },
    },
    required: ['v', 'event', 'event_id', 'seq', 'data'],
  }),
};
