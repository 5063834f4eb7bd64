// What the server says, word by word: the events it has of its own, and the members that each of them has and has not.

/** Members that are `undefined` are left out on the wire. */
export type ServerFrame = Readonly<Record<string, unknown>> & { readonly event: string };

/** Its data is a text with JSON in it, unlike that of the errors. */
export const established = (socketId: string): ServerFrame => ({
  event: 'pusher:connection_established',
  data: JSON.stringify({ socket_id: socketId, activity_timeout: 30 }),
});

export const pong: ServerFrame = { event: 'pusher:pong', data: {} };

export interface Farewell {
  readonly code: number;
  readonly message: string;
}

export const unknownKey = (key: string): Farewell => ({ code: 4001, message: `App key ${key} does not exist.` });

type Parting =
  | 'disabled'
  | 'full'
  | 'closed'
  | 'closing'
  | 'notSignedIn'
  | 'badSignIn'
  | 'userWithoutId'
  | 'terminated';

export const farewells: Readonly<Record<Parting, Farewell>> = {
  disabled: { code: 4003, message: 'The app is not enabled.' },
  full: { code: 4100, message: 'The current concurrent connections quota has been reached.' },
  /** For those who were there. */
  closed: { code: 4200, message: 'Server closed. Please reconnect shortly.' },
  /** For those who come while it closes. */
  closing: { code: 4200, message: 'Server is closing. Please reconnect shortly.' },
  notSignedIn: { code: 4009, message: 'Connection not authorized within timeout.' },
  badSignIn: { code: 4009, message: 'Connection not authorized.' },
  userWithoutId: { code: 4009, message: 'The returned user data must contain the "id" field.' },
  terminated: { code: 4009, message: 'You got disconnected by the app.' },
};

/** What is said with a code that was asked for, in the server's own words where it has some. */
export const farewellOf = (code: number): Farewell =>
  [farewells.closed, farewells.terminated, farewells.full, farewells.disabled].find((one) => one.code === code) ?? {
    code,
    message: `This was asked for: ${code}.`,
  };

export const errorFrame = (data: Farewell): ServerFrame => ({ event: 'pusher:error', data });

/** The socket stays open, and the channel is beside the data. */
export const clientEventRefused = (channel: unknown, message: string): ServerFrame => ({
  event: 'pusher:error',
  channel,
  data: { code: 4301, message },
});

/** Without data, except for the members of a presence channel. */
export const subscribed = (channel: string, members?: ReadonlyMap<unknown, unknown>): ServerFrame => ({
  event: 'pusher_internal:subscription_succeeded',
  channel,
  data:
    members &&
    JSON.stringify({
      presence: {
        ids: [...members.keys()],
        // A member that tells nothing of itself is missing here, and counted all the same.
        hash: Object.fromEntries(members as ReadonlyMap<string, unknown>),
        count: members.size,
      },
    }),
});

export interface Refusal {
  /** Missing for an illegal name. */
  readonly type?: 'AuthError' | 'LimitReached' | 'ServerError';
  readonly error: string;
  readonly status: number;
}

export const subscriptionError = (channel: string, { type, error, status }: Refusal): ServerFrame => ({
  event: 'pusher:subscription_error',
  channel,
  data: { type, error, status },
});

export const refusalAskedFor = (status: number): Refusal => ({
  type: status === 401 || status === 403 ? 'AuthError' : 'ServerError',
  error: `This was asked for: ${status}.`,
  status,
});

export interface Member {
  /** Whatever the backend has signed: a number stays one. */
  readonly user_id?: unknown;
  readonly user_info?: unknown;
}

export const memberAdded = (channel: string, { user_id, user_info }: Member): ServerFrame => ({
  event: 'pusher_internal:member_added',
  channel,
  data: JSON.stringify({ user_id, user_info }),
});

export const memberRemoved = (channel: string, { user_id }: Member): ServerFrame => ({
  event: 'pusher_internal:member_removed',
  channel,
  data: JSON.stringify({ user_id }),
});

export const cacheMiss = (channel: string): ServerFrame => ({ event: 'pusher:cache_miss', channel });
