// Who may hear which channel on the plain WebSocket: by the signature of the backend's own endpoint where it has one, else
// by what the contract says of whose token it is.
import { accessOf } from '../../contract/channel.ts';
import { createRouter, type Route } from '../../contract/routing.ts';
import type { Backend, Caller } from '../backend.ts';
import { hearingOf } from '../hearing.ts';
import { memberOf, type Member } from '../members.ts';
import { isSigned, type AppKeys } from '../signature.ts';

interface Asked {
  readonly channel: string;
  readonly token: string | undefined;
  readonly socketId: string;
  readonly auth: string | undefined;
  readonly channelData: string | undefined;
}

type Verdict =
  | {
      readonly isAllowed: true;
      readonly backend: Backend;
      readonly caller: Caller | undefined;
      readonly member?: Member;
    }
  | { readonly isAllowed: false; readonly status: number; readonly code: string };

export interface Access {
  /** Whether any backend knows this token. */
  knows(token: string): boolean;
  judge(asked: Asked): Verdict;
}

const denied = (status: number, code: string): Verdict => ({ isAllowed: false, status, code });

export function createAccess(backends: readonly Backend[], app: AppKeys): Access {
  const routed = backends.map((backend) => ({ backend, routeOf: createRouter(backend.contract) }));

  function judge(asked: Asked): Verdict {
    for (const { backend, routeOf } of routed) {
      const route = routeOf(asked.channel);
      if (route !== undefined) return judgeAt(backend, route, asked);
    }
    return denied(404, 'no-such-channel');
  }

  function judgeAt(backend: Backend, route: Route, asked: Asked): Verdict {
    const access = accessOf(route.definition);
    const caller = asked.token === undefined ? undefined : backend.callerOf(asked.token);
    const isSignedFor = access !== 'public' && backend.contract.connection.auth.kind === 'channel';
    if (isSignedFor) {
      // Made for another connection, or by somebody else: like the real servers, it does not tell which.
      if (!isSigned(app, asked, asked.auth)) return denied(401, 'signature-invalid');
    } else {
      const hearing = hearingOf(backend, route, asked.token);
      if (hearing === 'unknown') return denied(401, 'token-unknown');
      if (hearing === 'forbidden') return denied(403, 'not-permitted');
    }
    if (access !== 'presence') return { isAllowed: true, backend, caller };
    // What nobody has signed anybody could say.
    const signed = isSignedFor ? memberIn(asked.channelData) : undefined;
    const member = signed ?? (caller && memberOf(caller));
    return { isAllowed: true, backend, caller, ...(member !== undefined && { member }) };
  }

  return { knows: (token) => backends.some((backend) => backend.callerOf(token) !== undefined), judge };
}

/** What Pusher calls `channel_data`, which was signed. */
function memberIn(channelData: string | undefined): Member | undefined {
  try {
    const { user_id: id, user_info: info } = JSON.parse(channelData ?? '{}') as {
      user_id?: unknown;
      user_info?: unknown;
    };
    if (typeof id !== 'string' && typeof id !== 'number') return undefined;
    return info === undefined ? { id } : { id, info };
  } catch {
    return undefined;
  }
}
