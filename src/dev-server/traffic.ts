// What happens on the server, as data, for whoever prints it. Neither tokens nor payloads are in it, unless payloads were
// asked for; tokens never are.
import { isRecord } from '../lib/json.ts';

interface Request {
  readonly kind: 'request';
  readonly method: string;
  /** The path, and the names in its query without their values. */
  readonly path: string;
  readonly status: number | 'none';
  readonly tookMs: number;
  readonly bytes: number;
  readonly payload?: unknown;
}

interface Frame {
  readonly kind: 'frame';
  readonly wire: string;
  readonly connection: string;
  readonly to: 'server' | 'device';
  readonly type: string;
  readonly channel?: string | undefined;
  readonly name?: string | undefined;
  readonly bytes: number;
  readonly payload?: unknown;
}

interface Event {
  readonly kind: 'event';
  readonly wire: string;
  readonly channel: string;
  readonly name: string;
  /** How many connections it went to, where that is known. */
  readonly devices?: number;
  readonly bytes: number;
  readonly payload?: unknown;
}

interface Connection {
  readonly kind: 'connection';
  readonly wire: string;
  readonly connection: string;
  readonly what: 'opened' | 'closed' | 'refused' | 'cut';
  readonly because?: string | undefined;
}

interface Remark {
  /** A fault that was asked for has fired, another origin was refused, or something went wrong in the server itself. */
  readonly kind: 'fault' | 'cors' | 'trouble';
  readonly what: string;
}

export type Traffic = Request | Frame | Event | Connection | Remark;
export type TrafficLog = (entry: Traffic) => void;

/**
 * `/v1/orders?cursor=abc` → `/v1/orders?cursor`: what stands behind a "=" may be a token or somebody's name, and so may what stands
 * there alone.
 */
export function shownPath({ pathname, search }: URL): string {
  const parts = search.slice(1).split('&');
  const names = [...new Set(parts.filter((part) => part !== '').map(shownName))];
  return names.length === 0 ? pathname : `${pathname}?${names.join('&')}`;
}

function shownName(part: string): string {
  const [name = '', value] = part.split('=', 2);
  return value !== undefined && /^[\w.-]{1,40}$/.test(name) ? name : '…';
}

const secret = /token|secret|password|authorization|^auth$|signature/i;
const deepest = 12;

/** A payload as it may be shown: without what lets somebody in. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (depth > deepest) return '…';
  if (Array.isArray(value)) return value.map((item: unknown) => withoutSecrets(item, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, secret.test(name) ? '…' : withoutSecrets(item, depth + 1)]),
  );
}

const encoder = new TextEncoder();

/** How long something is as JSON. What is none has no length. */
export function bytesOf(value: unknown): number {
  try {
    return encoder.encode(JSON.stringify(value) ?? '').byteLength;
  } catch {
    return 0;
  }
}
