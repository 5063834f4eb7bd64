// A token that has run out is followed by another one, and a client is right not to try the same again. The tokens of the
// development server are fixed, so anything may be put behind a "~" to make a fresh one: `dev-kds~2`.
import type { Backend } from './backend.ts';

function plainToken(token: string): string;
function plainToken(token: string | undefined): string | undefined;
function plainToken(token: string | undefined): string | undefined {
  return token?.split('~', 1)[0];
}

/** What a connection said of itself, with its token as the backend knows it. */
export function plainAuth(auth: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { token } = auth;
  return typeof token === 'string' ? { ...auth, token: plainToken(token) } : auth;
}

/** The same backend, whose tokens can be renewed. */
export const renewable = (backend: Backend): Backend => ({
  ...backend,
  callerOf: (token) => backend.callerOf(plainToken(token)),
  fetch(request) {
    const authorization = request.headers.get('authorization');
    if (authorization === null || !/^bearer [^~]*~/i.test(authorization)) return backend.fetch(request);
    const headers = new Headers(request.headers);
    headers.set('authorization', plainToken(authorization));
    return backend.fetch(new Request(request, { headers }));
  },
});
