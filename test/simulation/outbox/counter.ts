// The counter behind the network: it does what it is told, once or as often as it is asked, by the kind of the mutation,
// and knows better than anybody what took effect.
import type { FakeHost } from '../../../src/testing/fake-host.ts';
import type { Random } from '../random.ts';
import type { Intent } from './intents.ts';
import type { Sent } from './mutations.ts';

/** What may happen at the counter itself. */
export type CounterFault =
  | 'in-progress'
  | 'repeat-refused'
  | 'refused'
  | 'declined'
  | 'conflict'
  | 'unclear-answer'
  | 'server-error-after-effect'
  | 'verify-silent';

/** These follow from other draws: they are counted, and not drawn. */
export const counterConsequences: ReadonlySet<string> = new Set<CounterFault>([
  'in-progress',
  'repeat-refused',
  'refused',
  'declined',
  'conflict',
]);

/** What it says, before it is known how that travels. */
export interface CounterReply {
  readonly status: number;
  readonly body: unknown;
  /** The `type` of a problem. */
  readonly problem?: string;
}

export interface CounterOptions {
  readonly host: FakeHost;
  readonly random: Random;
  readonly intents: readonly Intent[];
  readonly fires: (fault: CounterFault) => boolean;
}

const keptForMs = 86_400_000;

export class Counter {
  /** How often each intent took effect. */
  readonly effects: Map<number, number> = new Map<number, number>();
  /** Another card is at hand. */
  takesCards: boolean = false;
  private readonly options: CounterOptions;
  private readonly keys = new Map<string, { readonly atMs: number; reply: CounterReply | undefined }>();

  constructor(options: CounterOptions) {
    this.options = options;
  }

  orderOf(n: number): number {
    return 1_000 + n;
  }

  /** A request has arrived. It is worked on whether or not anybody still waits for the answer. */
  arrive(
    body: Sent,
    idempotencyKey: string | undefined,
    reply: (reply: CounterReply) => void,
    worksMs: number = this.workingMs(),
  ): void {
    const { host, intents, fires } = this.options;
    const intent = intents[body.n];
    if (intent === undefined) return;
    const key = intent.kind === 'key' ? idempotencyKey : undefined;
    const known = key === undefined ? undefined : this.keys.get(key);
    const nowMs = host.clock.wallMs();
    if (known !== undefined && nowMs - known.atMs < keptForMs) {
      if (known.reply !== undefined) return reply(known.reply);
      fires('in-progress');
      return reply({ status: 409, body: {}, problem: 'https://example.test/problems/request-in-progress' });
    }
    const entry: { readonly atMs: number; reply: CounterReply | undefined } = { atMs: nowMs, reply: undefined };
    if (key !== undefined) this.keys.set(key, entry);
    host.schedule(worksMs, () => {
      const answer = this.work(intent, body);
      // A refusal had no effect, and may be another one the next time.
      if (answer.status === 201) entry.reply = answer;
      else if (key !== undefined) this.keys.delete(key);
      reply(fires('server-error-after-effect') ? { status: 502, body: {} } : answer);
    });
  }

  private workingMs(): number {
    const { random } = this.options;
    return random() < 0.1 ? 3_000 * random() : 10;
  }

  /** Whether it took effect, asked by who does not know. */
  read(n: number): CounterReply {
    const applied = this.options.fires('verify-silent') ? null : (this.effects.get(n) ?? 0) > 0;
    return { status: 200, body: { applied } };
  }

  /** What it comes to, at this moment. */
  private work({ n, kind, fate }: Intent, { version }: Sent): CounterReply {
    const { random, fires } = this.options;
    const effects = this.effects.get(n) ?? 0;
    if (kind === 'natural' && effects > 0) {
      fires('repeat-refused');
      return { status: 409, body: { reason: 'done-already' } };
    }
    if (fate !== 'accepted') fires(fate);
    if (fate === 'refused') return { status: 422, body: { reason: 'impossible' } };
    if (fate === 'declined' && !this.takesCards) return { status: 402, body: { reason: 'declined' } };
    if (fate === 'conflict' && version === 0) return { status: 409, body: { reason: 'conflict' } };
    if (kind !== 'key' && fires('unclear-answer')) {
      if (random() < 0.5) this.effects.set(n, effects + 1);
      return { status: 402, body: { reason: 'terminal_timeout' } };
    }
    this.effects.set(n, effects + 1);
    return { status: 201, body: { id: this.orderOf(n) } };
  }
}
