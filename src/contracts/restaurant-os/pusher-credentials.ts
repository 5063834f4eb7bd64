/** The variables of the backend. The secret stays there: no frontend is ever given it. */
export interface ServerEnv {
  readonly PUSHER_APP_ID?: string | undefined;
  readonly PUSHER_KEY?: string | undefined;
  readonly PUSHER_SECRET?: string | undefined;
  readonly PUSHER_CLUSTER?: string | undefined;
}

export interface PusherCredentials {
  readonly appId: string;
  readonly key: string;
  readonly secret: string;
  readonly cluster: string;
}

/** What a backend publishes with, or undefined when a part is missing: then nothing is published, and that is no fault. */
export function pusherCredentials(env: ServerEnv): PusherCredentials | undefined {
  const appId = env.PUSHER_APP_ID?.trim() ?? '';
  const key = env.PUSHER_KEY?.trim() ?? '';
  const secret = env.PUSHER_SECRET?.trim() ?? '';
  const cluster = env.PUSHER_CLUSTER?.trim() ?? '';
  return [appId, key, secret, cluster].includes('') ? undefined : { appId, key, secret, cluster };
}
