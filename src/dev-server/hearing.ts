// Whether somebody may hear a channel: asked by every wire that sees tokens. Where channels are signed, the backend's own
// endpoint has asked the same (`mayHear` of the backend half) before it signed.
import { accessOf } from '../contract/channel.ts';
import type { Route } from '../contract/routing.ts';
import { mayHear } from '../emit/caller.ts';
import type { Backend } from './backend.ts';

export type Hearing = 'allowed' | 'unknown' | 'forbidden';

export function hearingOf(backend: Backend, channel: Route, token: string | undefined): Hearing {
  if (accessOf(channel.definition) === 'public') return 'allowed';
  const caller = token === undefined ? undefined : backend.callerOf(token);
  if (caller === undefined) return 'unknown';
  const isAllowed = backend.mayHear?.(caller, channel) ?? mayHear(backend.contract, channel, caller);
  return isAllowed ? 'allowed' : 'forbidden';
}
