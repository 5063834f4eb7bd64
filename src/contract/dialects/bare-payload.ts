import { isRecord } from '../../lib/json.ts';
import type { Dialect, Envelope } from '../dialect.ts';
import { broken, compact, described, nothingLegible, readId, Wrong } from './parts.ts';

export interface BarePayloadOptions {
  /** A field of the payload that holds the event's id, where the server sends one. */
  readonly idField?: string;
}

export const bareEnvelope = (name: string, data: unknown, id: string | undefined): Envelope => ({
  kind: 'envelope',
  name,
  data,
  id,
  seq: undefined,
  epoch: undefined,
  previousSeq: undefined,
  headSeq: undefined,
  occurredAt: undefined,
  subject: undefined,
  sender: undefined,
  correlationId: undefined,
  tenant: undefined,
  replayed: false,
});

/** The payload is the data and the name on the wire is the event's name: there is no envelope at all. */
export const barePayload = ({ idField }: BarePayloadOptions = {}): Dialect => ({
  name: 'bare-payload',
  open(frameName, payload) {
    if (idField === undefined || !isRecord(payload)) return bareEnvelope(frameName, payload, undefined);
    const id = readId(payload[idField]);
    return id instanceof Wrong ? broken(idField, id, nothingLegible) : bareEnvelope(frameName, payload, id);
  },
  seal(event) {
    const { name, data, id } = event;
    if (idField === undefined || id === undefined || !isRecord(data)) return { name, payload: data };
    // The data may say the same id as a number.
    return { name, payload: readId(data[idField]) === id ? data : compact({ ...data, [idField]: id }) };
  },
  describe: (_name, data) =>
    idField === undefined ? data : { allOf: [data, { properties: { [idField]: described.idOrNull } }] },
});
