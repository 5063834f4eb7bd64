// Whose connection it is, where an app wants to know: within 30 s it has to be signed in, or to have shown a signature for a channel.
import { isRecord, readJson } from '../../lib/json.ts';
import type { ServerTime } from '../../emit/index.ts';
import type { Connection } from './connection.ts';
import { jsonLimits } from './device-frames.ts';
import type { Hub } from './hub.ts';
import { farewells, type Farewell } from './server-frames.ts';
import { userSignature } from './signing.ts';

export interface SigningIn {
  signIn(data: Readonly<Record<string, unknown>>): void;
  /** Nobody has to sign in any more. */
  stop(): void;
}

const patienceMs = 30_000;

/** For an app without users nothing is asked for, and nothing answered. */
export const noSigningIn: SigningIn = { signIn: () => undefined, stop: () => undefined };

export function createSigningIn({ app, users }: Hub, connection: Connection, time: ServerTime): SigningIn {
  const stop = time.schedule(patienceMs, () => connection.end(farewells.notSignedIn));

  function signIn(data: Readonly<Record<string, unknown>>): void {
    const user = readUser(data);
    if ('code' in user) return connection.end(user);
    stop();
    users.add(connection, user.id);
    connection.say({ event: 'pusher:signin_success', data });
  }

  function readUser({ auth, user_data: text }: Readonly<Record<string, unknown>>): { readonly id: string } | Farewell {
    if (typeof text !== 'string' || auth !== userSignature(app, connection.id, text)) return farewells.badSignIn;
    const reading = readJson(text, jsonLimits);
    const id = reading.ok && isRecord(reading.value) ? reading.value['id'] : undefined;
    if (typeof id !== 'string' && typeof id !== 'number') return farewells.userWithoutId;
    return id === '' || id === 0 ? farewells.userWithoutId : { id: String(id) };
  }

  return { signIn, stop };
}
