// HTTP that does not work is an outage like any other, as long as nothing works. What somebody has set up wrongly looks
// different: the socket is alive and every request fails, or something answers that is not the server.
import type { Host } from '../../host/host.ts';
import type { Api, ApiAnswer, ApiFailure } from '../api/api.ts';

/** The `because` of a `config` signal, and what a person can do about it. */
interface ApiTrouble {
  readonly because: 'api-unreachable' | 'api-elsewhere' | 'api-redirects';
  readonly remediation: string;
}

export interface ApiTroubleOptions {
  readonly host: Host;
  readonly api: Api;
  /** Since when the socket is open, on the monotonic clock; undefined while it is not. */
  readonly openSinceMs: () => number | undefined;
  /** So long a dead socket may look alive. */
  readonly doubtMs: number;
  readonly tell: (trouble: ApiTrouble) => void;
}

/** Fewer may be chance. */
const fewest = 3;

/** The same interface; what is wrong with it is told once, until something is answered. */
export function watchedApi({ host, api, openSinceMs, doubtMs, tell }: ApiTroubleOptions): Api {
  let failures = 0;
  let sinceMs = 0;
  let told: ApiTrouble['because'] | undefined;

  function note(answer: ApiAnswer): void {
    const because = answer.kind === 'failure' ? answer.because : 'unauthorised';
    if (because === 'aborted') return;
    if (because === 'unauthorised') {
      failures = 0;
      told = undefined;
      return;
    }
    if (failures === 0) sinceMs = host.clock.monotonicMs();
    failures += 1;
    const trouble = troubles[because];
    if (failures < fewest || told === trouble.because || !isCertain(trouble)) return;
    told = trouble.because;
    tell(trouble);
  }

  /** Whatever answers is there. Where nothing does, the socket has to have lived longer than a dead one would. */
  function isCertain({ because }: ApiTrouble): boolean {
    if (because !== 'api-unreachable') return true;
    const openMs = openSinceMs();
    return openMs !== undefined && host.clock.monotonicMs() - Math.max(openMs, sinceMs) > doubtMs;
  }

  return {
    async ask(plan, options) {
      const answer = await api.ask(plan, options);
      note(answer);
      return answer;
    },
  };
}

const unreachable: ApiTrouble = {
  because: 'api-unreachable',
  remediation:
    'The socket is open and no request is answered. Check `api.baseUrl` and, in a browser, CORS: `heard doctor` finds out which.',
};
const elsewhere: ApiTrouble = {
  because: 'api-elsewhere',
  remediation: 'What answers is not the API. Check `api.baseUrl`, and for a proxy or a Wi-Fi sign-in page before it.',
};

const troubles: Readonly<Record<Exclude<ApiFailure['because'], 'aborted' | 'unauthorised'>, ApiTrouble>> = {
  network: unreachable,
  timeout: unreachable,
  'captive-portal': elsewhere,
  'not-json': elsewhere,
  unreadable: elsewhere,
  redirect: {
    because: 'api-redirects',
    remediation:
      'The address redirects, and a token is not taken elsewhere. Configure the final address: check `api.baseUrl`.',
  },
};
