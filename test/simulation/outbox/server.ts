// The network before the counter, which loses and delays.
import type { Api, ApiAnswer, AskOptions } from '../../../src/core/api/api.ts';
import type { RequestPlan } from '../../../src/contract/request.ts';
import type { FakeHost } from '../../../src/testing/fake-host.ts';
import { Counter, type CounterReply } from './counter.ts';
import type { Sent } from './mutations.ts';
import type { FaultName, Scenario } from './scenario.ts';

const timeoutMs = 10_000;

type Because = Extract<ApiAnswer, { kind: 'failure' }>['because'];

const failure = (because: Because, untouched = false): ApiAnswer => ({
  kind: 'failure',
  because,
  status: because === 'not-json' ? 404 : undefined,
  retryAfterMs: undefined,
  ...(untouched && { untouched }),
});

const refusal = (status: number, retryAfterMs?: number): ApiAnswer => ({
  kind: 'refusal',
  status,
  body: {},
  problem: undefined,
  retryAfterMs,
});

const answerOf = ({ status, body, problem }: CounterReply): ApiAnswer =>
  status < 300
    ? { kind: 'success', status, body }
    : { kind: 'refusal', status, body, problem, retryAfterMs: undefined };

export class ModelServer {
  readonly counter: Counter;
  isOnline: boolean = true;

  private readonly scenario: Scenario;
  private readonly host: FakeHost;
  private readonly fires: (fault: FaultName) => boolean;

  constructor(scenario: Scenario, host: FakeHost, fires: (fault: FaultName) => boolean) {
    this.scenario = scenario;
    this.host = host;
    this.fires = fires;
    this.counter = new Counter({ host, random: scenario.random, intents: scenario.intents, fires });
  }

  /** One device's way to the server. `alive` is false after a crash: what was sent arrives, and nobody hears the answer. */
  api(alive: () => boolean, sent: (request: Sent, id: string, form: string) => void): Api {
    return {
      ask: (plan, options = {}) =>
        new Promise((resolve) => {
          let over = false;
          const end = (answer: ApiAnswer): void => {
            if (over || !alive()) return;
            over = true;
            release();
            resolve(answer);
          };
          const release = this.host.schedule(timeoutMs, () => end(failure('timeout')));
          options.signal?.addEventListener('abort', () => end(failure('aborted')));
          if (plan.method === 'GET') return this.read(plan, end);
          const { bodyText = '{}', correlationId = '', idempotencyKey } = options;
          const body = JSON.parse(bodyText) as Sent;
          sent(body, correlationId, `${idempotencyKey} ${plan.path} ${bodyText}`);
          return this.carry(body, options, end, release);
        }),
    };
  }

  probe(): Promise<boolean> {
    return new Promise((resolve) => {
      this.host.schedule(this.delay(), () => resolve(this.isOnline));
    });
  }

  private delay(): number {
    return 5 + Math.floor(this.scenario.random() * this.scenario.delayMs);
  }

  private after(ms: number, call: () => void): void {
    this.host.schedule(ms, call);
  }

  private carry(body: Sent, options: AskOptions, end: (answer: ApiAnswer) => void, release: () => void): void {
    const later = (answer: ApiAnswer): void => this.after(this.delay(), () => end(answer));
    if (!this.isOnline || this.fires('lost-request')) return later(failure('network'));
    if (this.fires('unauthorised')) return later(failure('unauthorised', true));
    if (this.fires('busy')) return later(refusal(429, 1_000));
    if (this.fires('page')) return later(failure('not-json'));
    if (this.fires('captive-portal')) return later(failure('captive-portal'));
    if (this.fires('server-error')) return later(refusal(503));
    if (this.fires('redirect')) {
      // By a network's login page, or by a server that has taken it.
      if (this.scenario.random() < 0.5) this.arrive(body, options, () => undefined);
      return later(failure('redirect'));
    }
    if (this.fires('hanging')) {
      // Nobody ever answers, and the time limit fails, too.
      release();
      return undefined;
    }
    const isLate = this.fires('late');
    const onTheWayMs = isLate ? 9_000 + this.scenario.random() * 12_000 : this.delay();
    return this.after(onTheWayMs, () => this.arrive(body, options, end));
  }

  private arrive(body: Sent, { idempotencyKey }: AskOptions, end: (answer: ApiAnswer) => void): void {
    this.counter.arrive(body, idempotencyKey, (reply) => {
      const isLost = !this.isOnline || this.fires('lost-reply');
      this.after(this.delay(), () => end(isLost ? failure('network') : answerOf(reply)));
    });
  }

  private read(plan: RequestPlan, end: (answer: ApiAnswer) => void): void {
    const n = Number(plan.path.split('/').at(-1));
    if (!this.isOnline) return this.after(this.delay(), () => end(failure('network')));
    if (this.fires('verify-failed')) {
      const answers = [failure('network'), failure('unauthorised', true), refusal(503), failure('captive-portal')];
      const answer = answers[Math.floor(this.scenario.random() * answers.length)] ?? failure('network');
      return this.after(this.delay(), () => end(answer));
    }
    return this.after(this.delay(), () => {
      const answer = answerOf(this.counter.read(n));
      this.after(this.delay(), () => end(answer));
    });
  }
}
