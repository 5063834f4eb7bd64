// Whether the server answers over HTTP, and what follows from it for what must not be asked twice.
import type { ContractData } from '../../contract/contract.ts';
import type { RequestPlan } from '../../contract/request.ts';
import type { RoleDefinition } from '../../contract/role.ts';
import type { Host } from '../../host/host.ts';
import type { Api, ApiAnswer, AskOptions } from '../api/api.ts';
import { probePath } from './probe-path.ts';

export interface Reachability {
  /** Asks, and notes on the way whether anybody answers. */
  readonly reading: Api;
  /**
   * A server that was silent for a while is looked at before it is asked for something: a mutation that goes into a dead
   * network is one of which nobody knows whether it happened.
   */
  readonly sending: Api;
  /** HTTP worked when it was last used. */
  readonly isAnswering: boolean;
  /** Nobody answered when it was last used, or the socket went down, and no look has found it since. */
  readonly isLost: boolean;
  /** What was known is in doubt: the socket went down. */
  forget(): void;
  /** A plain question: whether the server can be reached. A page in its place is not the server. */
  probe(signal?: AbortSignal): Promise<boolean>;
  /** The same, once for everybody who asks at the same time. */
  look(): void;
  dispose(): void;
}

export interface ReachabilityOptions {
  readonly host: Host;
  readonly api: Api;
  readonly contract: ContractData;
  readonly role: RoleDefinition;
  readonly scope: Readonly<Record<string, unknown>>;
  readonly correlationId: string;
  /** `isAnswering` is not what it was. */
  readonly changed: () => void;
  /** A look has found it that was lost. */
  readonly returned: () => void;
  readonly report: (error: unknown) => void;
}

/** So long after an answer the server is believed to be there. */
const freshForMs = 5_000;

export function createReachability(options: ReachabilityOptions): Reachability {
  const { host, api, contract, role, scope, correlationId, changed, returned, report } = options;
  const over = new AbortController();
  let isAnswering = false;
  let isLost = true;
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  let isLooking = false;

  async function ask(plan: RequestPlan, asking?: AskOptions): Promise<ApiAnswer> {
    const answer = await api.ask(plan, asking);
    const isAnswer = hasReached(answer);
    if (isAnswer) answeredAtMs = host.clock.monotonicMs();
    else isLost = true;
    if (isAnswer !== isAnswering && !over.signal.aborted) {
      isAnswering = isAnswer;
      changed();
    }
    return answer;
  }

  async function probe(signal: AbortSignal = over.signal): Promise<boolean> {
    try {
      const answer = await ask({ method: 'GET', path: probePath(contract, role, scope) }, { signal, correlationId });
      if (!hasReached(answer)) return false;
      if (isLost && !over.signal.aborted) returned();
      isLost = false;
      return true;
    } catch (error) {
      // A contract's own functions may have faults.
      report(error);
      return false;
    }
  }

  return {
    reading: { ask },
    sending: {
      async ask(plan, asking) {
        const isFresh = host.clock.monotonicMs() - answeredAtMs < freshForMs;
        if (plan.method !== 'GET' && !isFresh && !(await probe(asking?.signal))) {
          return { kind: 'failure', because: 'network', status: undefined, retryAfterMs: undefined, untouched: true };
        }
        return ask(plan, asking);
      },
    },
    get isAnswering() {
      return isAnswering;
    },
    get isLost() {
      return isLost;
    },
    forget() {
      isAnswering = false;
      isLost = true;
    },
    probe,
    look() {
      if (isLooking) return;
      isLooking = true;
      void probe().finally(() => {
        isLooking = false;
      });
    },
    dispose: () => over.abort(),
  };
}

/** Somebody with the server's name has answered, and not with a page in its place. */
const hasReached = (answer: ApiAnswer): boolean =>
  answer.kind !== 'failure' || answer.because === 'not-json' || answer.because === 'unauthorised';
