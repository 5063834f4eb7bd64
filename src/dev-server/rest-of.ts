// The REST interface of a backend without a server: for whatever has a `Request` and wants a `Response`.
import { memoryLog, type Publication, type ServerTime } from '../emit/index.ts';
import { serverTime } from '../emit/server-time.ts';
import { HeardError } from '../errors.ts';
import type { CreateBackend } from './backend.ts';
import { backends } from './backends/index.ts';
import { renewable } from './renewal.ts';
import { developmentApp } from './signature.ts';

export interface RestOptions {
  /** One that comes with heard, by the name of its contract, or your own as `createDevServer` takes it. */
  readonly backend: keyof typeof backends | CreateBackend;
  /** As the client has it in `api`: `https://api.example.test`. */
  readonly baseUrl: string;
  /** Only what the backend's document promises. Default false. */
  readonly v1?: boolean;
  /** Told of each event that the backend broadcasts, as it would go over the wire: hand it to a memory transport. */
  readonly onEvent?: (event: Publication) => void;
  readonly time?: ServerTime;
}

/** Its tables are in memory and begin anew with each call. `undefined`: the address is none of this backend's. */
export function restOf(options: RestOptions): (request: Request) => Promise<Response | undefined> {
  const { backend: wanted, v1 = false, onEvent, time = serverTime } = options;
  const base = baseOf(options.baseUrl);
  const create = typeof wanted === 'string' ? backends[wanted] : wanted;
  if (create === undefined) {
    throw new HeardError('unknown-name', `No backend "${String(wanted)}" comes with heard.`, {
      remediation: `Those that do are: ${Object.keys(backends).join(', ')}.`,
    });
  }
  const publisher = {
    publish: async (publications: readonly Publication[]) => {
      for (const publication of publications) onEvent?.(publication);
    },
  };
  const backend = renewable(create({ publisher, log: memoryLog({ time }), time, v1, app: developmentApp }));

  return async (request) => {
    const url = new URL(request.url);
    if (url.origin !== base.origin || !url.pathname.startsWith(`${base.path}/`)) return undefined;
    // The backend knows its paths as its document has them.
    url.pathname = url.pathname.slice(base.path.length);
    return backend.fetch(new Request(url, request.clone()));
  };
}

function baseOf(text: string): { readonly origin: string; readonly path: string } {
  try {
    const { origin, pathname } = new URL(text);
    return { origin, path: pathname.replace(/\/+$/, '') };
  } catch (cause) {
    throw new HeardError('options-invalid', `"${text}" is no address for a backend.`, {
      remediation: 'Write it out, as the client has it: https://api.example.test',
      cause,
    });
  }
}
