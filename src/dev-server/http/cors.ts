// Which pages may talk to the server. By default those of this machine, with whatever headers they like; with a list, only
// those that are on it, and only with headers that a real deployment allows.
import { isLoopback } from '../../lib/network-address.ts';
import type { TrafficLog } from '../traffic.ts';

export interface CorsOptions {
  /** `https://till.example.test`. Only pages of these may read answers and open sockets. */
  readonly origins: readonly string[];
  /** Default: Accept, Authorization, Content-Type, X-Requested-With, X-XSRF-TOKEN. */
  readonly allowedHeaders?: readonly string[];
  /** What a page may read of an answer beyond its body. Default: nothing, as in most deployments. */
  readonly exposedHeaders?: readonly string[];
}

export interface Origins {
  /** Programs that are no browser have no origin, and may. */
  allows(origin: string | undefined): boolean;
  /** Says in the terminal that a page was refused, and what to do about it. */
  tell(origin: string, what: string): void;
}

export interface Cors extends Origins {
  /** The answer to a preflight; `undefined` when the request is none. */
  preflight(request: Request): Response | undefined;
  /** Puts on an answer what lets the page read it. */
  mark(request: Request, answer: Response): void;
}

const usualHeaders: readonly string[] = ['accept', 'authorization', 'content-type', 'x-requested-with', 'x-xsrf-token'];
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** Those that never need to be listed: https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
const safelisted: ReadonlySet<string> = new Set(['accept', 'accept-language', 'content-language', 'range']);

export function createCors(strict: CorsOptions | undefined, traffic: TrafficLog): Cors {
  const listed = new Set(strict?.origins.map((origin) => origin.replace(/\/$/, '').toLowerCase()));
  const allowedHeaders = (strict?.allowedHeaders ?? usualHeaders).map((name) => name.toLowerCase());
  const exposed = strict === undefined ? ['Date', 'ETag', 'Retry-After'] : (strict.exposedHeaders ?? []);

  const allows = (origin: string | undefined): boolean =>
    origin === undefined || (strict === undefined ? isLocal(origin) : listed.has(origin.toLowerCase()));

  function tell(origin: string, what: string): void {
    const remedy =
      strict === undefined
        ? 'only pages of this machine may; start with --cors and the origin'
        : `--cors allows: ${[...listed].join(', ')}`;
    traffic({ kind: 'cors', what: `refused ${origin}: ${what} (${remedy})` });
  }

  function preflight(request: Request): Response | undefined {
    const origin = request.headers.get('origin');
    const method = request.headers.get('access-control-request-method');
    if (request.method !== 'OPTIONS' || origin === null || method === null) return undefined;
    // A refusal is an answer without permissions, as servers give it. The browser does the refusing.
    const answer = new Response(null, { status: 204, headers: { vary: varies } });
    if (!allows(origin)) {
      tell(origin, `the preflight of ${method} ${new URL(request.url).pathname}`);
      return answer;
    }
    const asked = (request.headers.get('access-control-request-headers') ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '');
    const missing = asked.filter((name) => !allowedHeaders.includes(name) && !safelisted.has(name));
    if (strict !== undefined && missing.length > 0) {
      traffic({
        kind: 'cors',
        what: `${origin} may not send ${missing.join(', ')}: its browser will call that a network error (allowed: ${allowedHeaders.join(', ')})`,
      });
    }
    permit(answer, origin);
    answer.headers.set('access-control-allow-methods', methods);
    answer.headers.set(
      'access-control-allow-headers',
      (strict === undefined ? [...new Set([...allowedHeaders, ...asked])] : allowedHeaders).join(', '),
    );
    answer.headers.set('access-control-max-age', '600');
    return answer;
  }

  function mark(request: Request, answer: Response): void {
    const origin = request.headers.get('origin');
    answer.headers.append('vary', 'Origin');
    if (origin === null) return;
    if (!allows(origin)) return tell(origin, `the answer to ${request.method} ${new URL(request.url).pathname}`);
    permit(answer, origin);
    if (exposed.length > 0) answer.headers.set('access-control-expose-headers', exposed.join(', '));
  }

  return { allows, tell, preflight, mark };
}

const varies = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

/** Cookies travel with it, so the origin is named: "*" would not do. */
function permit(answer: Response, origin: string): void {
  answer.headers.set('access-control-allow-origin', origin);
  answer.headers.set('access-control-allow-credentials', 'true');
}

function isLocal(origin: string): boolean {
  try {
    return isLoopback(new URL(origin).hostname);
  } catch {
    // `null`: a sandboxed frame, or a file.
    return false;
  }
}
