// Looks over a device's shoulder: how many sockets and requests there were, and what of them still waits for an answer.
import type { Http } from '../../src/http/http.ts';
import type { Database, Store } from '../../src/storage/store.ts';
import type { DeviceView } from '../../src/testing/scenarios/stage.ts';
import type { Transport, TransportConnection } from '../../src/transports/transport.ts';

export interface Watch {
  /** `open` holds the sockets that are open. */
  transport(inner: Transport, open: Set<TransportConnection>): Transport;
  /** What is under way when `end` comes is given up. */
  http(inner: Http, end: AbortSignal): Http;
  store(inner: Store): Store;
  counts(): Pick<DeviceView, 'sockets' | 'ended' | 'requests' | 'activity' | 'underWay'>;
}

export function createWatch(): Watch {
  let sockets = 0;
  let ended = 0;
  let requests = 0;
  let activity = 0;
  let calls = 0;
  /** Sockets that wait for a greeting, a pong, or a word about a channel. */
  const waiting = new Map<object, Set<string>>();

  const moved = (): void => void (activity += 1);

  async function called<Result>(run: () => Promise<Result>): Promise<Result> {
    calls += 1;
    moved();
    try {
      return await run();
    } finally {
      calls -= 1;
      moved();
    }
  }

  function watchedTransport(inner: Transport, open: Set<TransportConnection>): Transport {
    return {
      ...inner,
      connect(attempt, handlers) {
        sockets += 1;
        let isOver = false;
        const questions = new Set(['greeting']);
        waiting.set(questions, questions);
        const answered = (question: string): void => {
          questions.delete(question);
          moved();
        };
        const over = (): void => {
          if (!isOver) ended += 1;
          isOver = true;
          waiting.delete(questions);
          open.delete(connection);
          moved();
        };
        const own = inner.connect(attempt, {
          opened(details) {
            answered('greeting');
            handlers.opened(details);
          },
          frame(frame) {
            answered('ping');
            handlers.frame(frame);
          },
          alive() {
            answered('ping');
            handlers.alive();
          },
          joined(channel, everybody) {
            answered(channel);
            handlers.joined(channel, everybody);
          },
          presence(channel, news) {
            answered('ping');
            handlers.presence(channel, news);
          },
          refused(channel, refusal) {
            answered(channel);
            handlers.refused(channel, refusal);
          },
          warned(code) {
            moved();
            handlers.warned(code);
          },
          closed(closing) {
            over();
            handlers.closed(closing);
          },
          failed(failure) {
            over();
            handlers.failed(failure);
          },
        });
        const connection: TransportConnection = {
          ping() {
            questions.add('ping');
            moved();
            own.ping();
          },
          join(channel, credential) {
            questions.add(channel);
            moved();
            own.join(channel, credential);
          },
          leave(channel) {
            answered(channel);
            own.leave(channel);
          },
          send: (message) => own.send(message),
          close() {
            over();
            own.close();
          },
        };
        open.add(connection);
        moved();
        return connection;
      },
    };
  }

  const watchedDatabase = (inner: Database): Database => ({
    ...inner,
    read: (table, range) => called(() => inner.read(table, range)),
    commit: (commit) => called(() => inner.commit(commit)),
    close: () => called(() => inner.close()),
  });

  return {
    transport: watchedTransport,
    http: (inner, end) => ({
      send(request) {
        requests += 1;
        return called(() => inner.send({ ...request, signal: AbortSignal.any([request.signal, end]) }));
      },
    }),
    store: (inner) => ({
      ...inner,
      open: async (name, signal) => watchedDatabase(await called(() => inner.open(name, signal))),
    }),
    counts() {
      const questions = [...waiting.values()].reduce((sum, { size }) => sum + size, 0);
      return { sockets, ended, requests, activity, underWay: calls + questions };
    },
  };
}
