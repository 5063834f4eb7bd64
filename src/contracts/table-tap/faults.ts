import type { ControlFrame } from '../../contract/contract.ts';
import { isRecord } from '../../lib/json.ts';
import type { Open } from '../shapes.ts';

/** Why the server refused something that it was sent. Other words are passed on as they are. */
export type ServerErrorCode = Open<'PERMISSION_DENIED' | 'INVALID_DATA'>;

/** Reads an `error` frame, `{ type: 'PERMISSION_DENIED', … }`. One without a type is an error all the same. */
export function readServerError(name: string, payload: unknown): ControlFrame | undefined {
  if (name !== 'error') return undefined;
  const code = isRecord(payload) ? payload['type'] : undefined;
  return { type: 'error', name, payload, ...(typeof code === 'string' && code !== '' && { code }) };
}

/**
 * What to do about a `connect_error`. The server has no code for a token that it does not accept, only this sentence,
 * which is therefore compared as a whole; everything else is the network's or the server's trouble, and time helps.
 */
export const connectErrorRemedy = (message: string): 'refresh-token' | 'retry' =>
  message === 'Authentication error' ? 'refresh-token' : 'retry';
