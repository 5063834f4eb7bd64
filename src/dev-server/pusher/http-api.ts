// The HTTP API, as the official server libraries talk to it. Nearly every refusal is an HTTP 200 with the real code in the body:
// Soketi writes headers before it knows the outcome, and who looks at the status alone takes a refusal for success.
import { readJson } from '../../lib/json.ts';
import { jsonLimits } from './device-frames.ts';
import type { ReportHazard } from './hazards.ts';
import type { Hub } from './hub.ts';
import { answerOf, routeOf, type Reply } from './http-routes.ts';
import { isSigned } from './signing.ts';

export interface HttpApiOptions {
  readonly hubOf: (appId: string) => Hub | undefined;
  readonly report: ReportHazard;
}

const mostBodyBytes = 100 * 1024 * 1024;

const headers = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'Access-Control-Allow-Headers':
    'Origin, Content-Type, X-Auth-Token, X-Requested-With, Accept, Authorization, X-CSRF-TOKEN, XSRF-TOKEN, X-Socket-Id',
};

/** `undefined`: not one of its paths. Never rejects, whatever the request is. */
export function createHttpApi({ hubOf, report }: HttpApiOptions): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (!pathname.startsWith('/apps/')) return undefined;
    const route = routeOf(request.method, pathname);
    if (route === undefined) return new Response('', { status: 404, headers });
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    if (body !== undefined && 'error' in body) return json(body, body.code);
    const hub = hubOf(route.appId);
    if (hub === undefined) return json({ error: `The app ${route.appId} could not be found.`, code: 404 });
    const { app } = hub;
    const signed = { method: request.method, path: pathname, query: searchParams, ...(body && { body: body.raw }) };
    if (!isSigned(app, signed)) return json({ error: 'The secret authentication failed', code: 401 });
    return json(
      answerOf({
        hub,
        route,
        query: searchParams,
        body: body?.value,
        // Nobody but a holder of the secret comes this far: it is a mistake of the backend.
        malformed: (message) => report({ hazard: 'malformed-request', app: app.id, message }),
      }),
    );
  };
}

const json = (body: Reply, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...headers, 'Content-Type': 'application/json' } });

type Body =
  /** What was signed, and what it says; neither is what came when that was not JSON. */
  { readonly raw: string; readonly value: unknown } | { readonly error: string; readonly code: 400 | 413 };

async function readBody(request: Request): Promise<Body> {
  const tooLarge = { error: 'The payload size is too big.', code: 413 } as const;
  if (Number(request.headers.get('content-length') ?? 0) > mostBodyBytes) return tooLarge;
  let bytes: ArrayBuffer;
  try {
    bytes = await request.arrayBuffer();
  } catch {
    // It was hung up in the middle.
    return { error: 'The received data is incorrect.', code: 400 };
  }
  if (bytes.byteLength > mostBodyBytes) return tooLarge;
  const raw = new TextDecoder().decode(bytes);
  const reading = readJson(raw, jsonLimits);
  if (reading.ok) return { raw, value: reading.value };
  return reading.fault === 'not-json' ? { raw: '{}', value: {} } : { raw, value: undefined };
}
