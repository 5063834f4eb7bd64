import { createApi, type ApiOptions } from '../../../src/core/api/create-api.ts';
import type { Api, ApiAnswer, AskOptions } from '../../../src/core/api/api.ts';
import { createServerClock, type ServerClock } from '../../../src/core/api/server-clock.ts';
import { createCredentials, type TokenCallback } from '../../../src/core/connection/credentials.ts';
import type { RequestPlan } from '../../../src/contract/request.ts';
import type { Http } from '../../../src/http/http.ts';
import { createFakeHost, type FakeHost } from '../../../src/testing/fake-host.ts';
import { createMemoryHttp, type MemoryHttp, type MemoryHttpOptions } from '../../../src/testing/memory-http.ts';

export const orders: RequestPlan = { method: 'GET', path: '/v1/orders' };
export const pay: RequestPlan = { method: 'POST', path: '/v1/pay', body: { amount: 1200 } };

export interface Rig {
  readonly host: FakeHost;
  readonly http: MemoryHttp;
  readonly api: Api;
  readonly clock: ServerClock;
  readonly reports: readonly unknown[];
  /** Asks, lets time pass, and gives the answer, which must be there by then. */
  ask(plan?: RequestPlan, options?: AskOptions, ms?: number): Promise<ApiAnswer>;
}

export interface RigOptions {
  readonly handle?: MemoryHttpOptions['handle'];
  readonly token?: TokenCallback;
  readonly latencyMs?: number;
  readonly http?: Http;
  readonly api?: Partial<ApiOptions>;
}

export function rig({
  handle = () => ({ status: 200, body: {} }),
  token,
  latencyMs = 5,
  http,
  api,
}: RigOptions = {}): Rig {
  const host = createFakeHost();
  const memory = createMemoryHttp({ host, latencyMs, handle });
  const reports: unknown[] = [];
  const clock = createServerClock(host);
  const made = createApi({
    host,
    http: http ?? memory,
    credentials: createCredentials({ host, token }),
    serverClock: clock,
    report: (error) => void reports.push(error),
    ...api,
  });
  return {
    host,
    http: memory,
    api: made,
    clock,
    reports,
    async ask(plan = orders, options = {}, ms = 60_000) {
      const asked = made.ask(plan, options);
      const answer = await answered(host, asked, ms);
      return answer;
    },
  };
}

/** The answer, if it comes within that much virtual time. */
export async function answered(host: FakeHost, asked: Promise<ApiAnswer>, ms: number): Promise<ApiAnswer> {
  const seen: ApiAnswer[] = [];
  void asked.then((answer) => seen.push(answer));
  for (let passed = 0; passed <= ms; passed += 100) {
    await host.pass(100);
    const [answer] = seen;
    if (answer !== undefined) return answer;
  }
  throw new Error(`no answer within ${ms} ms`);
}
