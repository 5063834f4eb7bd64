// What one app of the server is allowed. The numbers are Soketi's own; hosted Pusher allows an event 10 KB.

interface PusherLimits {
  readonly connections: number;
  readonly channelNameLength: number;
  readonly eventNameLength: number;
  /** Of the data of one event. */
  readonly eventKb: number;
  readonly eventsPerBatch: number;
  readonly channelsPerEvent: number;
  readonly membersPerChannel: number;
  /** Of what one member of a presence channel tells of itself. */
  readonly memberKb: number;
  /** Of one connection. */
  readonly clientEventsPerSecond: number;
  /** Over the HTTP API; an event counts once for each of its channels. */
  readonly eventsPerSecond: number;
  readonly readsPerSecond: number;
}

export interface PusherAppOptions {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
  /** Default true. A disabled app turns its devices away with 4003. */
  readonly enabled?: boolean;
  /** Whether devices may talk to each other (`client-…`). Default false. */
  readonly clientMessages?: boolean;
  /** Whether a connection has to sign in, or to join a channel that needs a signature, within 30 s. Default false. */
  readonly userAuthentication?: boolean;
  readonly limits?: Partial<PusherLimits>;
}

export interface PusherApp extends Required<PusherAppOptions> {
  readonly limits: PusherLimits;
}

const usualLimits: PusherLimits = {
  connections: Infinity,
  channelNameLength: 200,
  eventNameLength: 200,
  eventKb: 100,
  eventsPerBatch: 10,
  channelsPerEvent: 100,
  membersPerChannel: 100,
  memberKb: 2,
  clientEventsPerSecond: Infinity,
  eventsPerSecond: Infinity,
  readsPerSecond: Infinity,
};

export const pusherApp = (options: PusherAppOptions): PusherApp => ({
  enabled: true,
  clientMessages: false,
  userAuthentication: false,
  ...options,
  limits: { ...usualLimits, ...options.limits },
});
