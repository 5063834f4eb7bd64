// A server that does what it is told, once or as often as it is asked, by the kind of the mutation; and the network
// before it, which loses and delays.
import type { Api, ApiAnswer, AskOptions } from '../../../src/core/api/api.ts';
import type { RequestPlan } from '../../../src/contract/request.ts';
import type { FakeHost } from '../../../src/testing/fake-host.ts';
import type { FaultName, Intent, Scenario } from './scenario.ts';

export interface Sent {
  readonly n: number;
  readonly version: number;
  readonly order: number | undefined;
}

const retentionMs = 86_400_000;
const timeoutMs = 10_000;

type Reply = Exclude<ApiAnswer, { kind: 'failure' }>;
type Because = Extract<ApiAnswer, { kind: 'failure' }>['because'];

const success = (status: number, body: unknown): Reply => ({ kind: 'success', status, body });
const refusal = (status: number, body: unknown, problem?: string, retryAfterMs?: number): Reply => ({
  kind: 'refusal',
  status,
  body,
  problem,
  retryAfterMs,
});
const failure = (because: Because, untouched = false): ApiAnswer => ({
  kind: 'failure',
  because,
  status: because === 'not-json' ? 404 : undefined,
  retryAfterMs: undefined,
  ...(untouched && { untouched }),
});

export class ModelServer {
  /** How often each intent took effect. */
  readonly effects: Map<number, number> = new Map<number, number>();
  /** By mutation: bytes and key of every attempt. */
  readonly attempts: Map<string, Set<string>> = new Map<string, Set<string>>();
  isOnline: boolean = true;
  isHealthy: boolean = false;

  private readonly scenario: Scenario;
  private readonly host: FakeHost;
  private readonly fires: (fault: FaultName) => boolean;
  private readonly keys = new Map<string, { readonly atMs: number; reply: Reply | undefined }>();
  private readonly asked = new Map<number, number>();

  constructor(scenario: Scenario, host: FakeHost, fires: (fault: FaultName) => boolean) {
    this.scenario = scenario;
    this.host = host;
    this.fires = fires;
  }

  orderOf(n: number): number {
    return 1_000 + n;
  }

  /** One device's way to the server. `alive` is false after a crash: what was sent arrives, and nobody hears the answer. */
  api(alive: () => boolean, sent: (request: Sent) => void): Api {
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
          const body = JSON.parse(options.bodyText ?? '{}') as Sent;
          sent(body);
          const id = options.correlationId ?? '';
          const seen = this.attempts.get(id) ?? new Set();
          this.attempts.set(id, seen.add(`${options.idempotencyKey} ${plan.path} ${options.bodyText}`));
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
    if (this.fires('busy')) return later(refusal(429, {}, undefined, 1_000));
    if (this.fires('page')) return later(failure('not-json'));
    if (this.fires('captive-portal')) return later(failure('captive-portal'));
    if (this.fires('server-error')) return later(refusal(503, {}));
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
    const intent = this.scenario.intents[body.n];
    if (intent === undefined) return;
    const key = intent.kind === 'key' ? idempotencyKey : undefined;
    const known = key === undefined ? undefined : this.keys.get(key);
    const nowMs = this.host.clock.wallMs();
    if (known !== undefined && nowMs - known.atMs < retentionMs) {
      if (known.reply !== undefined) return this.reply(known.reply, end);
      this.fires('in-progress');
      return this.reply(refusal(409, {}, 'https://example.test/problems/request-in-progress'), end);
    }
    const entry: { readonly atMs: number; reply: Reply | undefined } = { atMs: nowMs, reply: undefined };
    if (key !== undefined) this.keys.set(key, entry);
    const worksMs = this.scenario.random() < 0.1 ? 3_000 * this.scenario.random() : 10;
    return this.after(worksMs, () => {
      const answer = this.work(intent, body);
      // A refusal had no effect, and may be another one the next time.
      if (answer.kind === 'success') entry.reply = answer;
      else if (key !== undefined) this.keys.delete(key);
      this.reply(this.fires('server-error-after-effect') ? refusal(502, {}) : answer, end);
    });
  }

  /** What it comes to, at this moment. */
  private work(intent: Intent, { version }: Sent): Reply {
    const { n, kind, fate } = intent;
    const asked = (this.asked.get(n) ?? 0) + 1;
    this.asked.set(n, asked);
    const effects = this.effects.get(n) ?? 0;
    if (kind === 'natural' && effects > 0) {
      this.fires('repeat-refused');
      return refusal(409, { reason: 'done-already' });
    }
    if (fate !== 'accepted') this.fires(fate);
    if (fate === 'refused') return refusal(422, { reason: 'impossible' });
    if (fate === 'declined' && !this.isHealthy) return refusal(402, { reason: 'declined' });
    if (fate === 'conflict' && version === 0) return refusal(409, { reason: 'conflict' });
    if (kind !== 'key' && this.fires('unclear-answer')) {
      if (this.scenario.random() < 0.5) this.effects.set(n, effects + 1);
      return refusal(402, { reason: 'terminal_timeout' });
    }
    this.effects.set(n, effects + 1);
    return success(201, { id: this.orderOf(n) });
  }

  private reply(answer: Reply, end: (answer: ApiAnswer) => void): void {
    if (!this.isOnline || this.fires('lost-reply')) return this.after(this.delay(), () => end(failure('network')));
    return this.after(this.delay(), () => end(answer));
  }

  private read(plan: RequestPlan, end: (answer: ApiAnswer) => void): void {
    const n = Number(plan.path.split('/').at(-1));
    if (!this.isOnline) return this.after(this.delay(), () => end(failure('network')));
    if (this.fires('verify-failed')) {
      const answers = [failure('network'), failure('unauthorised', true), refusal(503, {}), failure('captive-portal')];
      const answer = answers[Math.floor(this.scenario.random() * answers.length)] ?? failure('network');
      return this.after(this.delay(), () => end(answer));
    }
    const isSilent = this.fires('verify-silent');
    return this.after(this.delay(), () => {
      const applied = isSilent ? null : (this.effects.get(n) ?? 0) > 0;
      this.after(this.delay(), () => end(success(200, { applied })));
    });
  }
}
