import { onTestFinished } from 'vitest';
import type { AuthoriseAnswer, AuthoriseQuestion } from '../../../src/core/channels/authorise.ts';
import { createJoiner, type Joiner, type JoinerOptions } from '../../../src/core/channels/joiner.ts';
import { createCredentials, type Credentials, type TokenCallback } from '../../../src/core/connection/credentials.ts';
import type { Link } from '../../../src/core/connection/supervisor.ts';
import { createFakeHost, type FakeHost } from '../../../src/testing/fake-host.ts';
import type { JoinCredential } from '../../../src/transports/transport.ts';

export interface RigOptions extends Partial<Pick<JoinerOptions, 'settings' | 'maxAuthorising'>> {
  /** Where a wait may be from 0 to something, this part of it is waited. Default: all of it, nearly. */
  readonly random?: () => number;
  readonly token?: TokenCallback;
  /** Answers at once. Otherwise the test answers through `questions`. `none`: nobody signs. */
  readonly authorise?: ((question: AuthoriseQuestion) => AuthoriseAnswer) | 'none';
  /** In place of `authorise`, which it may use. */
  readonly wrapped?: (
    question: AuthoriseQuestion,
    well: (question: AuthoriseQuestion) => Promise<AuthoriseAnswer>,
  ) => Promise<AuthoriseAnswer>;
  /** The server lets everybody in, from within `join`. */
  readonly admits?: boolean;
  readonly onJoined?: (channel: string) => void;
  readonly onLeft?: (channel: string) => void;
  readonly onDenied?: (channel: string) => void;
}

interface Asked extends AuthoriseQuestion {
  answer(answer: AuthoriseAnswer): Promise<void>;
  fail(error: unknown): Promise<void>;
}

export interface Rig {
  readonly host: FakeHost;
  readonly joiner: Joiner;
  /** As the connection does it: `obtain('start')` before there is a link. */
  readonly credentials: Credentials;
  /** What the sockets were told: `1 join orders signed:1.1:t1`. */
  readonly said: string[];
  /** What the listener was told: `joined orders 1`. */
  readonly told: string[];
  readonly questions: Asked[];
  readonly errors: unknown[];
  /** A new socket. Its id is that of its number. */
  up(socketId?: 'named' | 'nameless'): Link;
  down(): void;
  admit(channel: string, generation?: number): void;
  refuse(channel: string, status: number | undefined, generation?: number): void;
  /** Lets promises settle. */
  settle(): Promise<void>;
  /** How the channel is. */
  word(channel: string): string | undefined;
}

export const granted = (question: AuthoriseQuestion): AuthoriseAnswer => ({
  kind: 'granted',
  auth: `signed:${question.socketId}:${question.token ?? 'nobody'}`,
});

export const refused = (status: number, retryAfterMs?: number): AuthoriseAnswer => ({
  kind: 'refused',
  status,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

const spelled = (credential: JoinCredential | undefined): string => {
  if (credential === undefined) return '';
  return credential.kind === 'token' ? ` ${credential.token}` : ` ${credential.auth}`;
};

/** A joiner between a fake host and sockets that only write down what they are told. */
export function createRig(options: RigOptions = {}): Rig {
  const { random = () => 0.999, token, authorise, wrapped, admits = false } = options;
  const host = createFakeHost({ random });
  const said: string[] = [];
  const told: string[] = [];
  const questions: Asked[] = [];
  const errors: unknown[] = [];
  let generation = 0;

  const ask = (question: AuthoriseQuestion): Promise<AuthoriseAnswer> => {
    const { promise, resolve, reject } = deferred<AuthoriseAnswer>();
    questions.push({
      ...question,
      async answer(answer) {
        resolve(answer);
        await host.pass(0);
      },
      async fail(error) {
        reject(error);
        await host.pass(0);
      },
    });
    if (typeof authorise === 'function') resolve(authorise(question));
    return promise;
  };

  const credentials = createCredentials({ host, token, changed: () => joiner.tokenChanged() });
  const joiner: Joiner = createJoiner({
    host,
    credentials,
    ...(authorise === 'none' ? {} : { authorise: wrapped === undefined ? ask : (question) => wrapped(question, ask) }),
    ...(options.maxAuthorising === undefined ? {} : { maxAuthorising: options.maxAuthorising }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    listener: {
      joined(channel, generation, everybody) {
        told.push(`joined ${channel} ${generation}${everybody === undefined ? '' : ` ${JSON.stringify(everybody)}`}`);
        options.onJoined?.(channel);
      },
      left(channel) {
        told.push(`left ${channel}`);
        options.onLeft?.(channel);
      },
      denied(channel, { reason, status }) {
        told.push(`denied ${channel} ${reason} ${status}`);
        options.onDenied?.(channel);
      },
    },
    report: (error) => errors.push(error),
  });
  onTestFinished(() => joiner.dispose());

  return {
    host,
    joiner,
    credentials,
    said,
    told,
    questions,
    errors,
    up(socketId = 'named') {
      const own = (generation += 1);
      const link: Link = {
        generation: own,
        socketId: socketId === 'named' ? `${own}.${own}` : undefined,
        join(channel, credential) {
          said.push(`${own} join ${channel}${spelled(credential)}`);
          if (admits) joiner.joined(channel, undefined, own);
        },
        leave: (channel) => void said.push(`${own} leave ${channel}`),
        send: () => true,
      };
      joiner.linkUp(link);
      return link;
    },
    down: () => joiner.linkDown(generation),
    admit: (channel, of = generation) => joiner.joined(channel, undefined, of),
    refuse: (channel, status, of = generation) => joiner.refused(channel, { status, code: undefined }, of),
    settle: () => host.pass(0),
    word: (channel) => joiner.state(channel)?.word,
  };
}

/** `t1`, `t2`, … for each time it is asked. */
export function newTokens(): { readonly token: TokenCallback; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    token({ reason }) {
      asked.push(reason);
      return `t${asked.length}`;
    },
  };
}

export const joinsOf = ({ said }: Rig): readonly string[] => said.filter((line) => line.includes(' join '));

/** A promise in the hands of a test. */
export function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((kept, broken) => {
    resolve = kept;
    reject = broken;
  });
  return { promise, resolve, reject };
}
