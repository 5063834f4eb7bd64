import { faultOfValue, isRecord } from '../../lib/json.ts';
import type { StoredValue } from '../../storage/store.ts';

export const recordVersion = 1;

type RecordState = 'pending' | 'inflight' | 'unclear' | 'parked' | 'acked';

/** Why an earlier attempt may have taken effect: nobody answered, or the server itself did not know. */
export type Doubt = 'silence' | 'answer';

/** Why an attempt came to nothing; the item is sent again or verified. */
export type TroubleCode =
  | 'network'
  | 'timeout'
  | 'aborted'
  | 'captive-portal'
  | 'not-json'
  | 'unreadable'
  /** 408, 425, 429. */
  | 'busy'
  | 'server-error'
  | 'in-progress'
  | 'unauthorised'
  /** The socket did not take it. */
  | 'not-connected'
  /** It was sent over the socket, and nothing confirmed it in time. */
  | 'unconfirmed'
  /** The contract says of this answer that nobody knows. */
  | 'unclear-answer'
  /** It was under way when the device stopped. */
  | 'interrupted'
  /** It was under way for too long. */
  | 'hung'
  | 'storage';

/** Why an item waits for a person. */
export type ParkCode =
  | 'refused'
  | 'declined'
  | 'conflict'
  /** The server says that it was done already, and not by this attempt as far as can be read. */
  | 'repeat'
  /** 422: the server knows the key with other content. An alarm. */
  | 'key-reused'
  | 'redirect'
  | 'expired'
  /** It may or may not have taken effect, and nothing can settle it. */
  | 'unclear'
  /** No request can be made of it: what was referred to does not fit. */
  | 'unsendable'
  /** What it refers to was discarded, or its answer lacks the value. */
  | 'parent-gone'
  /** The contract has no mutation of that name any more. */
  | 'unknown-mutation';

/** Codes and a digest, never what somebody wrote. */
export interface RecordedFault {
  readonly code: TroubleCode | ParkCode;
  readonly status?: number;
  /** The `type` of the problem. */
  readonly problem?: string;
  /** Two equal answers have the same. */
  readonly digest?: string;
}

/** A request as every attempt sends it, byte for byte. */
export type FrozenRequest =
  | {
      readonly carrier: 'http';
      readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      readonly path: string;
      readonly body?: string;
    }
  | { readonly carrier: 'socket'; readonly channel: string; readonly message: string; readonly body: string };

/** A mutation as it is stored. */
export interface OutboxRecord {
  readonly version: typeof recordVersion;
  /** Also the idempotency key. */
  readonly id: string;
  readonly name: string;
  /** Ids of those that it took the place of: what refers to them refers to it. */
  readonly formerly?: readonly string[];
  readonly principal: string;
  /** Grows with every mutation of the device; ties between tabs are settled by the id. */
  readonly order: number;
  readonly lane: string;
  readonly input: StoredValue;
  readonly request?: FrozenRequest;
  /** By the server's clock, as far as it is known: like `expiresAt` and `answeredAt`. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Those two are by the device's own clock: nothing was known of the server's. */
  readonly datedBy?: 'device';
  /** Attempts that were begun. */
  readonly attempts: number;
  /** Failures in a row, which the next wait is drawn from. */
  readonly failures: number;
  /** By the wall clock of the device. */
  readonly nextAttemptAt: number;
  readonly state: RecordState;
  readonly doubt?: Doubt;
  /** The last one; for a parked item, why. */
  readonly fault?: RecordedFault;
  /** `unclear`: `fault` is a refusal that is believed when the verification says no. */
  readonly question?: boolean;
  readonly answer?: StoredValue;
  readonly answeredAt?: number;
}

type RecordReading =
  | { readonly kind: 'record'; readonly record: OutboxRecord }
  /** Somebody else wrote it, or the disk did. */
  | { readonly kind: 'corrupt' }
  /** A heard of tomorrow wrote it. */
  | { readonly kind: 'newer' };

export const encodeRecord = ({ request, fault, ...record }: OutboxRecord): StoredValue => ({
  ...record,
  ...(request !== undefined && { request: { ...request } }),
  ...(fault !== undefined && { fault: { ...fault } }),
});

const states: ReadonlySet<unknown> = new Set<RecordState>(['pending', 'inflight', 'unclear', 'parked', 'acked']);
const methods: ReadonlySet<unknown> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const limits = { maxLength: 16_777_216, maxDepth: 128 };

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isMaybe = (is: (value: unknown) => boolean, value: unknown): boolean => value === undefined || is(value);

function isRequest(value: unknown): value is FrozenRequest {
  if (!isRecord(value)) return false;
  const { carrier, body } = value;
  if (carrier === 'http') return methods.has(value['method']) && isText(value['path']) && isMaybe(isText, body);
  return carrier === 'socket' && isText(value['channel']) && isText(value['message']) && isText(body);
}

const isFault = (value: unknown): value is RecordedFault =>
  isRecord(value) &&
  isText(value['code']) &&
  isMaybe(isNumber, value['status']) &&
  isMaybe(isText, value['problem']) &&
  isMaybe(isText, value['digest']);

const isStored = (value: Record<string, unknown>): value is Record<string, unknown> & OutboxRecord =>
  isText(value['id']) &&
  isText(value['name']) &&
  isText(value['principal']) &&
  isText(value['lane']) &&
  ['order', 'createdAt', 'expiresAt', 'attempts', 'failures', 'nextAttemptAt'].every((key) => isNumber(value[key])) &&
  states.has(value['state']) &&
  isMaybe((ids) => Array.isArray(ids) && ids.every(isText), value['formerly']) &&
  value['input'] !== undefined &&
  isMaybe(isRequest, value['request']) &&
  isMaybe(isFault, value['fault']) &&
  [undefined, 'device'].includes(value['datedBy'] as 'device' | undefined) &&
  [undefined, 'silence', 'answer'].includes(value['doubt'] as Doubt | undefined) &&
  [undefined, true, false].includes(value['question'] as boolean | undefined) &&
  isMaybe(isNumber, value['answeredAt']) &&
  faultOfValue(value, limits) === undefined;

/** Reads what is stored under a key, whatever it is. Storage is input like any other. */
export function decodeRecord(key: string, value: unknown): RecordReading {
  if (!isRecord(value)) return { kind: 'corrupt' };
  const { version } = value;
  if (isNumber(version) && version > recordVersion) return { kind: 'newer' };
  if (version !== recordVersion || !isStored(value) || value.id !== key) return { kind: 'corrupt' };
  return { kind: 'record', record: value };
}

const parkCodes: ReadonlySet<string> = new Set<ParkCode>([
  'refused',
  'declined',
  'conflict',
  'repeat',
  'key-reused',
  'redirect',
  'expired',
  'unclear',
  'unsendable',
  'parent-gone',
  'unknown-mutation',
]);

const isParkCode = (code: string): code is ParkCode => parkCodes.has(code);

/** A parked record that says no reason of ours was written by a stranger; it may have happened for all we know. */
export const parkCodeOf = (fault: RecordedFault | undefined): ParkCode =>
  fault !== undefined && isParkCode(fault.code) ? fault.code : 'unclear';

export function withoutDoubt(record: OutboxRecord): OutboxRecord {
  const { doubt: _, ...rest } = record;
  return rest;
}
