// The machine that the client runs on: it sleeps, throttles, has a wrong clock, and dies at any moment. What is dead
// hears nothing more, and nothing of it is observed.
import type { Host, HostEvent, Release } from '../../../src/host/host.ts';
import type { Http, HttpAnswer, HttpRequest } from '../../../src/http/http.ts';
import { defaultJoiningSettings } from '../../../src/core/channels/settings.ts';
import { seededRandom, type FakeHost } from '../../../src/testing/fake-host.ts';
import type { Frame, Transport, TransportConnection } from '../../../src/transports/transport.ts';

/** One run of the program. */
export interface Life {
  readonly number: number;
  readonly host: Host;
  readonly transport: Transport;
  readonly http: Http;
  readonly isDead: boolean;
  /** What it has not let go of. */
  readonly timers: number;
  readonly listeners: number;
  readonly requests: number;
  /** Tells of the requests, attempts to connect and to join that are under way now whether any of them still is. */
  asked(): () => boolean;
  /** Something comes in from outside: now, after the sleep, or never. */
  receive(action: () => void): void;
  /** The end, without a word. */
  die(): void;
}

export interface DeviceOptions {
  readonly world: FakeHost;
  readonly seed: number;
  readonly wallMs: number;
  readonly transport: Transport;
  readonly http: Http;
  /** A frame that the client is about to be given. */
  readonly frameArrives: (frame: Frame, isAbandoned: boolean) => void;
  /** Whatever connection there was is over. */
  readonly parted: () => void;
  /** The client is about to be told that it is in. */
  readonly joined: (wire: string) => void;
  /** A request leaves. What is to be told its answer, when the client is. */
  readonly leaves: (request: HttpRequest) => (answer: HttpAnswer) => void;
  /** What an answer said, at the moment at which the client is given it. */
  readonly answered: (answer: HttpAnswer) => void;
}

export interface Device {
  readonly isAsleep: boolean;
  readonly isThrottled: boolean;
  start(): Life;
  sleep(monotonicClock: 'runs' | 'stops'): void;
  wake(): void;
  throttle(everyMs: number): void;
  moveWall(byMs: number): void;
  emit(event: HostEvent): void;
}

const shortestMs = 2 ** -10;

export function createDevice(options: DeviceOptions): Device {
  const { world } = options;
  const random = seededRandom(options.seed);
  const listeners = new Set<(event: HostEvent) => void>();
  let late: (() => void)[] = [];
  let isAsleep = false;
  let asleepSinceMs = 0;
  let stops = false;
  let stoppedMs = 0;
  let throttleMs = 0;
  /** Timers that were set meanwhile: they are late only as long as it lasts. */
  const throttled = new Set<() => void>();
  let wallOffsetMs = options.wallMs;
  let lives = 0;

  const trueMs = (): number => world.clock.monotonicMs();
  const clock = {
    wallMs: () => Math.floor(wallOffsetMs + trueMs()),
    monotonicMs: () => trueMs() - stoppedMs - (isAsleep && stops ? trueMs() - asleepSinceMs : 0),
  };

  function start(): Life {
    lives += 1;
    let isDead = false;
    const own = new Set<(event: HostEvent) => void>();
    const timers = new Set<Release>();
    const sockets = new Set<TransportConnection>();
    const given = new Set<AbortController>();
    const connecting = new Set<symbol>();

    function receive(action: () => void): void {
      if (isDead) return;
      if (isAsleep) late.push(() => receive(action));
      else action();
    }

    const host: Host = {
      clock,
      random,
      schedule(delayMs, callback) {
        if (isDead) return () => undefined;
        // The clock that stops in sleep shows finer steps than this one: no delay must vanish in the rounding.
        const dueMs = Math.max(trueMs() + delayMs, trueMs() + (delayMs > 0 ? shortestMs : 0));
        let isOver = false;
        let releaseTimer: Release = () => undefined;
        const run = (): void => {
          if (isOver) return;
          release();
          callback();
        };
        const set = (): void => {
          releaseTimer();
          const lateMs = throttleMs > 0 ? Math.ceil(dueMs / throttleMs) * throttleMs : dueMs;
          releaseTimer = world.schedule(lateMs - trueMs(), () => receive(run));
        };
        const release = (): void => {
          isOver = true;
          timers.delete(release);
          throttled.delete(set);
          releaseTimer();
        };
        set();
        timers.add(release);
        if (throttleMs > 0) throttled.add(set);
        return release;
      },
      onEvent(listener) {
        const told = (event: HostEvent): void => listener(event);
        own.add(told);
        listeners.add(told);
        return () => {
          own.delete(told);
          listeners.delete(told);
        };
      },
    };

    const transport: Transport = {
      capabilities: options.transport.capabilities,
      connect(attempt, handlers) {
        let isAbandoned = false;
        const trial = Symbol();
        connecting.add(trial);
        const ended = <Told>(told: Told): Told => {
          connecting.delete(trial);
          return told;
        };
        const connection = options.transport.connect(attempt, {
          opened: (details) => receive(() => handlers.opened(ended(details))),
          frame: (frame) =>
            receive(() => {
              options.frameArrives(frame, isAbandoned);
              handlers.frame(frame);
            }),
          alive: () => receive(() => handlers.alive()),
          joined: (channel, everybody) =>
            receive(() => {
              if (!isAbandoned) options.joined(channel);
              handlers.joined(channel, everybody);
            }),
          presence: (channel, news) => receive(() => handlers.presence(channel, news)),
          refused: (channel, refusal) => receive(() => handlers.refused(channel, refusal)),
          warned: (code) => receive(() => handlers.warned(code)),
          closed: (closing) =>
            receive(() => {
              // What is over already does not end the one that came after it.
              if (!isAbandoned) options.parted();
              handlers.closed(ended(closing));
            }),
          failed: (failure) => receive(() => handlers.failed(ended(failure))),
        });
        if (isDead) connection.close();
        else sockets.add(connection);
        return {
          ...connection,
          join(...question) {
            const joining = Symbol();
            connecting.add(joining);
            // Nobody answers some of them, and the client waits no longer than this.
            world.schedule(defaultJoiningSettings.joinTimeoutMs, () => connecting.delete(joining));
            connection.join(...question);
          },
          close() {
            if (!isAbandoned) options.parted();
            isAbandoned = true;
            connecting.delete(trial);
            sockets.delete(connection);
            connection.close();
          },
        };
      },
    };

    const http: Http = {
      send(request) {
        if (isDead) return new Promise(() => undefined);
        const ended = options.leaves(request);
        const { signal } = request;
        const giveUp = new AbortController();
        const abort = (): void => giveUp.abort();
        if (signal.aborted) giveUp.abort();
        signal.addEventListener('abort', abort);
        given.add(giveUp);
        return new Promise((resolve) => {
          const came = (answer: HttpAnswer): void => {
            signal.removeEventListener('abort', abort);
            given.delete(giveUp);
            receive(() => {
              ended(answer);
              options.answered(answer);
              resolve(answer);
            });
          };
          void options.http.send({ ...request, signal: giveUp.signal }).then(came);
        });
      },
    };

    return {
      number: lives,
      host,
      transport,
      http,
      get isDead() {
        return isDead;
      },
      get timers() {
        return timers.size;
      },
      get listeners() {
        return own.size;
      },
      get requests() {
        return given.size;
      },
      asked() {
        const requests = Array.from(given);
        const attempts = Array.from(connecting);
        return () => requests.some((request) => given.has(request)) || attempts.some((one) => connecting.has(one));
      },
      receive,
      die() {
        isDead = true;
        options.parted();
        for (const release of Array.from(timers)) release();
        for (const listener of own) listeners.delete(listener);
        // The system closes what the program had open.
        for (const socket of sockets) socket.close();
        for (const giveUp of given) giveUp.abort();
      },
    };
  }

  return {
    get isAsleep() {
      return isAsleep;
    },
    get isThrottled() {
      return throttleMs > 0;
    },
    start,
    sleep(monotonicClock) {
      isAsleep = true;
      stops = monotonicClock === 'stops';
      asleepSinceMs = trueMs();
    },
    wake() {
      if (!isAsleep) return;
      if (stops) stoppedMs += trueMs() - asleepSinceMs;
      isAsleep = false;
      const waiting = late;
      late = [];
      for (const action of waiting) action();
    },
    throttle(everyMs) {
      throttleMs = everyMs;
      if (everyMs > 0) return;
      for (const setAnew of Array.from(throttled)) setAnew();
      throttled.clear();
    },
    moveWall(byMs) {
      wallOffsetMs += byMs;
    },
    emit(event) {
      for (const listener of Array.from(listeners)) if (listeners.has(listener)) listener(event);
    },
  };
}
