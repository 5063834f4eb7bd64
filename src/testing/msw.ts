// Handlers for msw (https://mswjs.io) that answer as a backend does. msw itself is handed in, so that any version of it will do
// and nobody who uses something else has to have it.
import { restOf, type RestOptions } from '../dev-server/rest-of.ts';

export { restOf, type RestOptions };

/** As much of msw's `http` as is needed. */
export interface MswHttp<Handler> {
  all(path: string, resolver: (info: { readonly request: Request }) => Promise<Response | undefined>): Handler;
}

/**
 * Handlers for `setupServer(...)`. Tables are in memory and begin anew with each call, so call it once for each test. A
 * request to another path is left to the handlers behind it.
 *
 * @example
 * ```ts
 * const server = setupServer(...mswHandlers(http, { backend: 'laravel-pos', baseUrl: 'https://api.example.test' }))
 * server.listen()
 * ```
 */
export function mswHandlers<Handler>(http: MswHttp<Handler>, options: RestOptions): readonly Handler[] {
  const answer = restOf(options);
  return [http.all(`${options.baseUrl.replace(/\/+$/, '')}/*`, ({ request }) => answer(request))];
}
