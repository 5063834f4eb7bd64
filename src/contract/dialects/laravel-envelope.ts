import { isRecord } from '../../lib/json.ts';
import type { BrokenEnvelope, Dialect, Envelope, LegibleParts, NewerEnvelope } from '../dialect.ts';
import {
  broken,
  compact,
  described,
  orAbsent,
  readId,
  readMoment,
  readSender,
  readSeq,
  readSubject,
  readText,
  writeMoment,
  Wrong,
} from './parts.ts';
import { unwrapText } from './unwrap.ts';

const knownVersion = 1;

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Laravel names a broadcast after its class unless told otherwise: `App\Events\OrderCreated`. */
const withoutClassPrefix = (name: string): string => name.slice(name.lastIndexOf('\\') + 1);

function open(frameName: string, payload: unknown): Envelope | NewerEnvelope | BrokenEnvelope {
  if (!isRecord(payload)) return broken('', new Wrong('envelope', payload));

  const version = payload['v'];
  const name = typeof payload['event'] === 'string' ? withoutClassPrefix(payload['event']) : undefined;
  const id = readId(payload['event_id']);
  const seq = readSeq(payload['seq']);
  if (typeof version === 'number' && Number.isInteger(version) && version > knownVersion) {
    return { kind: 'newer', name: name ?? withoutClassPrefix(frameName), ...legibleParts(payload, id, seq), payload };
  }
  if (version !== knownVersion) return broken('v', new Wrong('1', version));
  const opened = openKnown(payload, name, id, seq);
  if (opened.kind === 'envelope') return opened;
  return { ...opened, legible: legibleParts(payload, id, seq) };
}

function legibleParts(
  payload: Readonly<Record<string, unknown>>,
  id: string | undefined | Wrong,
  seq: number | undefined | Wrong,
): LegibleParts {
  const store = payload['store'];
  const tenant = readText(isRecord(store) ? store['sku'] : undefined);
  return {
    id: id instanceof Wrong ? undefined : id,
    seq: seq instanceof Wrong ? undefined : seq,
    tenant: tenant instanceof Wrong ? undefined : tenant,
  };
}

function openKnown(
  payload: Readonly<Record<string, unknown>>,
  name: string | undefined,
  id: string | undefined | Wrong,
  seq: number | undefined | Wrong,
): Envelope | BrokenEnvelope {
  if (name === undefined || name === '') return broken('event', new Wrong('name', payload['event']));
  if (id === undefined || id instanceof Wrong) return broken('event_id', id ?? new Wrong('string', undefined));
  if (seq === undefined || seq instanceof Wrong) return broken('seq', seq ?? new Wrong('number', undefined));

  const occurredAt = readMoment(payload['occurred_at']);
  if (occurredAt instanceof Wrong) return broken('occurred_at', occurredAt);
  const subject = readSubject(payload['subject']);
  if (subject instanceof Wrong) return broken('subject', subject);
  const sender = readSender(payload['sender']);
  if (sender instanceof Wrong) return broken('sender', sender);
  const correlationId = readText(payload['correlation_id']);
  if (correlationId instanceof Wrong) return broken('correlation_id', correlationId);

  const store = payload['store'] ?? undefined;
  if (store !== undefined && !isRecord(store)) return broken('store', new Wrong('object', store));
  const tenant = readText(store?.['sku']);
  if (tenant instanceof Wrong) return broken('store.sku', tenant);

  const meta = payload['meta'] ?? undefined;
  if (meta !== undefined && !isRecord(meta)) return broken('meta', new Wrong('object', meta));
  const replayed = meta?.['replay'] ?? false;
  if (typeof replayed !== 'boolean') return broken('meta.replay', new Wrong('boolean', replayed));
  const epoch = readId(meta?.['epoch']);
  if (epoch instanceof Wrong) return broken('meta.epoch', epoch);
  const previousSeq = readSeq(meta?.['prev_seq']);
  if (previousSeq instanceof Wrong) return broken('meta.prev_seq', previousSeq);
  const headSeq = readSeq(meta?.['head_seq']);
  if (headSeq instanceof Wrong) return broken('meta.head_seq', headSeq);

  return {
    kind: 'envelope',
    name,
    data: unwrapText(payload['data']),
    id,
    seq,
    epoch,
    previousSeq,
    headSeq,
    occurredAt,
    subject,
    sender,
    correlationId,
    tenant,
    replayed,
  };
}

/**
 * The envelope of the Laravel backend, version 1:
 * `{ v, event, event_id, seq, occurred_at, store, sender, subject, correlation_id, data, meta }`. Without `v`, `event`,
 * `event_id` and `seq` an event cannot be understood; the rest may be absent or null. `meta` may carry `epoch`,
 * `prev_seq` and `head_seq` (settled).
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
        store: event.tenant === undefined ? undefined : { sku: event.tenant },
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
      store: { type: ['object', 'null'], properties: { sku: described.text } },
      sender: described.sender,
      subject: described.subject,
      correlation_id: described.text,
      data,
      meta: {
        type: ['object', 'null'],
        properties: {
          replay: { type: ['boolean', 'null'] },
          epoch: described.idOrNull,
          prev_seq: orAbsent(described.seq),
          head_seq: orAbsent(described.seq),
        },
      },
    },
    required: ['v', 'event', 'event_id', 'seq', 'data'],
  }),
};
