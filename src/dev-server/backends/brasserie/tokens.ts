// JSON Web Tokens, as the document has them: who signs in, and in which role.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { tokenRoles } from '../../../contracts/brasserie/index.ts';
import { isRecord, readJsonBytes } from '../../../lib/json.ts';
import type { Caller } from '../../backend.ts';

/** Signs the development server's tokens. No secret: nothing but this server takes them. */
const developmentSecret = 'heard-development-only';

export interface Claims {
  readonly sub: string | number;
  readonly role: string;
  readonly name?: string;
  /** In s since 1970. */
  readonly exp?: number;
}

const encoder = new TextEncoder();

const base64 = (text: string): string =>
  btoa(String.fromCodePoint(...encoder.encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const signature = (text: string): string => createHmac('sha256', developmentSecret).update(text).digest('base64url');

/** A token for anybody: `signToken({ sub: 7, role: 'serveur' })`. */
export function signToken(claims: Claims): string {
  const text = `${base64('{"alg":"HS256","typ":"JWT"}')}.${base64(JSON.stringify(claims))}`;
  return `${text}.${signature(text)}`;
}

/** Of the people of the document's scenarios, and of the kitchen's own system. They never expire. */
export const tokens: Readonly<Record<'alice' | 'bob' | 'charlie' | 'cashier' | 'kitchen' | 'admin' | 'erp', string>> = {
  alice: signToken({ sub: 1, role: tokenRoles.waiter, name: 'Alice' }),
  bob: signToken({ sub: 2, role: tokenRoles.waiter, name: 'Bob' }),
  charlie: signToken({ sub: 3, role: tokenRoles.waiter, name: 'Charlie' }),
  cashier: signToken({ sub: 4, role: tokenRoles.cashier, name: 'Denise' }),
  kitchen: signToken({ sub: 5, role: tokenRoles.kitchen, name: 'Emile' }),
  admin: signToken({ sub: 6, role: tokenRoles.admin, name: 'Fanny' }),
  erp: signToken({ sub: 'erp', role: 'erp' }),
};

/** Whose token it is, unless it is forged, expired, or none at all. */
export function callerOf(token: string | undefined, nowMs: number): Caller | undefined {
  const [head = '', body = '', given = '', ...more] = (token ?? '').split('.');
  const right = signature(`${head}.${body}`);
  if (more.length > 0 || given.length !== right.length || !areEqual(given, right)) return undefined;
  const claims = claimsOf(body);
  if (!isRecord(claims)) return undefined;
  const { sub, role, exp } = claims;
  if ((typeof sub !== 'string' && typeof sub !== 'number') || typeof role !== 'string') return undefined;
  if (typeof exp === 'number' && exp * 1000 <= nowMs) return undefined;
  return { id: String(sub), abilities: [role], scope: { userId: sub } };
}

function areEqual(left: string, right: string): boolean {
  const [one, other] = [encoder.encode(left), encoder.encode(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function claimsOf(body: string): unknown {
  try {
    const bytes = atob(body.replaceAll('-', '+').replaceAll('_', '/'));
    const reading = readJsonBytes(Uint8Array.from(bytes, (byte) => byte.codePointAt(0) ?? 0));
    return reading.ok ? reading.value : undefined;
  } catch {
    return undefined;
  }
}
