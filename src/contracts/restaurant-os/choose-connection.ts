/**
 * The variables that a frontend is built with. Bundlers put their values in only where each is written out, so spell them:
 * `{ NEXT_PUBLIC_PUSHER_KEY: process.env.NEXT_PUBLIC_PUSHER_KEY, … }`; `process.env` as a whole is empty in a browser.
 */
export interface ClientEnv {
  readonly NEXT_PUBLIC_PUSHER_KEY?: string | undefined;
  readonly NEXT_PUBLIC_PUSHER_CLUSTER?: string | undefined;
  /** Default `ws://localhost:3001/ws`. Set to nothing at all, it switches realtime off. */
  readonly NEXT_PUBLIC_WS_URL?: string | undefined;
}

export type ConnectionChoice =
  | { readonly kind: 'pusher'; readonly key: string; readonly cluster: string }
  | { readonly kind: 'websocket'; readonly url: string }
  /** The app runs without realtime; `reason` is for whoever wonders why. */
  | { readonly kind: 'disabled'; readonly reason: string };

const localServer = 'ws://localhost:3001/ws';
const websocketAddress = /^wss?:\/\/[^\s/]\S*$/i;

/** Pusher when its key and cluster are set, else the plain WebSocket server of development, else nothing. */
export function chooseConnection(env: ClientEnv): ConnectionChoice {
  const key = env.NEXT_PUBLIC_PUSHER_KEY?.trim() ?? '';
  const cluster = env.NEXT_PUBLIC_PUSHER_CLUSTER?.trim() ?? '';
  if (key !== '' && cluster !== '') return { kind: 'pusher', key, cluster };

  const url = env.NEXT_PUBLIC_WS_URL?.trim() ?? localServer;
  if (websocketAddress.test(url)) return { kind: 'websocket', url };
  return {
    kind: 'disabled',
    reason: `${withoutPusher(key, cluster)}, and NEXT_PUBLIC_WS_URL is ${url === '' ? 'empty' : 'no ws:// or wss:// address'}.`,
  };
}

const withoutPusher = (key: string, cluster: string): string => {
  if (key === '' && cluster === '') return 'Pusher is not configured';
  return `Pusher lacks ${key === '' ? 'NEXT_PUBLIC_PUSHER_KEY' : 'NEXT_PUBLIC_PUSHER_CLUSTER'}`;
};

/** Whether a frontend with these variables hears Pusher. For a backend, see `pusherCredentials`. */
export const isPusherEnabled = (env: ClientEnv): boolean => chooseConnection(env).kind === 'pusher';
