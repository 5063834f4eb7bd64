import type { Host, HostEvent, Release } from '../../host/host.ts';
import type {
  Closing,
  Everybody,
  Failure,
  Frame,
  JoinCredential,
  OpenDetails,
  OutgoingMessage,
  PresenceNews,
  Refusal,
  Transport,
  TransportConnection,
  TransportHandlers,
} from '../../transports/transport.ts';
import { clockJumped, type ClockReading } from './clock-jump.ts';
import { saysNothing, verdictOfClosing, verdictOfFailure, verdictOfWarning } from './close-codes.ts';
import { statusOf, type ConnectionStatus } from './connection-status.ts';
import type { Credentials, TokenReason } from './credentials.ts';
import {
  dueAtMs,
  initialState,
  step,
  type ConnectionEffect,
  type ConnectionInput,
  type ConnectionState,
  type MachineOptions,
} from './machine.ts';
import { defaultConnectionSettings, type ConnectionSettings } from './settings.ts';
import type { Verdict } from './verdict.ts';

/** An open socket, for as long as it is one. Afterwards its methods do nothing and `send` says false. */
export interface Link {
  /** Which socket of this client it is. What belongs to another one is stale. */
  readonly generation: number;
  readonly socketId: string | undefined;
  join(channel: string, credential?: JoinCredential): void;
  leave(channel: string): void;
  send(message: OutgoingMessage): boolean;
}

/** What the connection tells, about the live socket only. A listener that throws is reported and disturbs nothing. */
interface ConnectionListener {
  linkUp(link: Link): void;
  linkDown(generation: number, verdict: Verdict): void;
  frame(frame: Frame, generation: number, receivedAtMs: number): void;
  joined(channel: string, everybody: Everybody | undefined, generation: number): void;
  presence(channel: string, news: PresenceNews): void;
  refused(channel: string, refusal: Refusal, generation: number): void;
  /** The server complained and did not (yet) close. */
  warned(verdict: Verdict): void;
  status(status: ConnectionStatus): void;
  /** Whether its server is there is to be found out by other means, and told by `serverReturned`. */
  look(): void;
}

export interface SupervisorOptions {
  readonly host: Host;
  readonly transport: Transport;
  readonly credentials: Credentials;
  readonly query?: Readonly<Record<string, string>>;
  readonly settings?: Partial<ConnectionSettings>;
  readonly listener: ConnectionListener;
  /** What somebody else's code threw: a listener or a transport. */
  readonly report: (error: unknown) => void;
}

/** Owns the one socket of a client: opens it, judges it, replaces it. */
export interface Supervisor {
  start(): void;
  /** Nothing of this client is left running: no socket, no timer, no listener on the host. May be started again. */
  stop(): void;
  /** Stops for good. */
  dispose(): void;
  /** Its server was found again by other means. */
  serverReturned(): void;
  status(): ConnectionStatus;
}

interface Socket {
  readonly generation: number;
  connection: TransportConnection | undefined;
  details: OpenDetails;
  /** What the server complained of. */
  warned?: Verdict;
}

/** Performs what the machine decides, over the seams. It decides nothing itself. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { host, transport, credentials, listener, report } = options;
  const settings: ConnectionSettings = { ...defaultConnectionSettings, ...options.settings };
  const machine: MachineOptions = { settings, asksForTokens: credentials.available };

  let state: ConnectionState = initialState(machine);
  let told: ConnectionStatus = statusOf(state);
  let disposed = false;
  /** The token of the newest attempt, to know a refused one from its successor. */
  let usedToken: string | undefined;
  let lastReading: ClockReading | undefined;

  let socket: Socket | undefined;
  // Two numbers and no object, because every frame writes them.
  let heardCount = 0;
  let heardAtMs = 0;

  const inbox: ConnectionInput[] = [];
  let busy = false;
  let timer: { readonly forMs: number; readonly release: Release } | undefined;
  let leaveHost: Release | undefined;

  /**
   * One input at a time: what is called during a step (a transport that answers at once, a listener that stops the
   * client) waits its turn.
   */
  function dispatch(input: ConnectionInput): void {
    const reading: ClockReading = { wallMs: host.clock.wallMs(), monotonicMs: host.clock.monotonicMs() };
    if (lastReading !== undefined && clockJumped(lastReading, reading, settings.clockDriftMs)) {
      inbox.push({ kind: 'woke' });
    }
    lastReading = reading;
    inbox.push(input);
    if (busy) return;
    busy = true;
    for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
      const moment = {
        nowMs: host.clock.monotonicMs(),
        random: host.random(),
        heard: { count: heardCount, atMs: heardAtMs },
      };
      const { state: after, effects } = step(machine, state, next, moment);
      state = after;
      for (const effect of effects) perform(effect);
    }
    busy = false;
    setTimer();
    tellStatus();
  }

  function perform(effect: ConnectionEffect): void {
    switch (effect.kind) {
      case 'ask-token':
        return askToken(effect.ask, effect.reason);
      case 'open':
        return open(effect.generation);
      case 'ping':
        return guarded(() => socket?.connection?.ping());
      case 'look':
        return guarded(() => listener.look());
      case 'close':
        return close();
      case 'link-up':
        return guarded(() => listener.linkUp(linkOf(effect.generation)));
      case 'link-down':
        return guarded(() => listener.linkDown(effect.generation, effect.verdict));
    }
  }

  function askToken(ask: number, reason: TokenReason): void {
    const used = usedToken;
    const answered = (token: string | undefined): void => {
      const answer = token === undefined ? 'missing' : token === used ? 'unchanged' : 'new';
      dispatch({ kind: 'tokenAnswered', ask, token: answer });
    };
    const failed = (error: unknown): void => {
      report(error);
      dispatch({ kind: 'tokenFailed', ask });
    };
    credentials.obtain(reason, reason === 'start' ? undefined : used).then(answered, failed);
  }

  function open(generation: number): void {
    usedToken = credentials.current();
    const opening: Socket = { generation, connection: undefined, details: {} };
    socket = opening;
    try {
      opening.connection = transport.connect({ token: usedToken, query: options.query ?? {} }, handlersOf(opening));
    } catch (error) {
      report(error);
      dispatch({ kind: 'ended', generation, verdict: verdictOfFailure({ kind: 'unknown' }) });
    }
  }

  function close(): void {
    const closing = socket;
    // First, so that a transport which answers from within `close` is stale already.
    socket = undefined;
    guarded(() => closing?.connection?.close());
  }

  function handlersOf(from: Socket): TransportHandlers {
    const { generation } = from;
    const { explains = [] } = transport.capabilities;
    /** Late news of a dead socket end here; those that wait in the inbox, in the machine. */
    const heard = (): boolean => {
      if (socket !== from) return false;
      heardCount += 1;
      heardAtMs = host.clock.monotonicMs();
      return true;
    };
    return {
      opened(details) {
        if (!heard()) return;
        from.details = details;
        const manners = {
          pings: transport.capabilities.pings,
          silenceLimitMs: details.silenceLimitMs ?? settings.silenceLimitMs,
        };
        dispatch({ kind: 'opened', generation, manners });
      },
      frame(frame) {
        if (!heard()) return;
        try {
          listener.frame(frame, generation, host.clock.wallMs());
        } catch (error) {
          report(error);
        }
      },
      alive() {
        heard();
      },
      joined(channel, everybody) {
        if (heard()) guarded(() => listener.joined(channel, everybody, generation));
      },
      presence(channel, news) {
        if (heard()) guarded(() => listener.presence(channel, news));
      },
      refused(channel, refusal) {
        if (heard()) guarded(() => listener.refused(channel, refusal, generation));
      },
      warned(code) {
        if (!heard()) return;
        const verdict = verdictOfWarning(explains, code);
        from.warned = verdict;
        // Whoever refuses the token has no more to say to this socket, whether or not it closes it.
        if (verdict.action === 'renew') dispatch({ kind: 'ended', generation, verdict });
        else guarded(() => listener.warned(verdict));
      },
      closed(closing: Closing) {
        if (socket !== from) return;
        const complaint = saysNothing(closing) ? from.warned : undefined;
        const verdict = complaint ?? verdictOfClosing(explains, closing);
        dispatch({ kind: 'ended', generation, verdict });
      },
      failed(failure: Failure) {
        if (socket === from) dispatch({ kind: 'ended', generation, verdict: verdictOfFailure(failure) });
      },
    };
  }

  function linkOf(generation: number): Link {
    const live = (): Socket | undefined => (socket?.generation === generation ? socket : undefined);
    return {
      generation,
      socketId: live()?.details.socketId,
      join: (channel, credential) => guarded(() => live()?.connection?.join(channel, credential)),
      leave: (channel) => guarded(() => live()?.connection?.leave(channel)),
      send(message) {
        const { acknowledged } = message;
        const fresh: OutgoingMessage =
          acknowledged === undefined
            ? message
            : { ...message, acknowledged: (answer) => live() !== undefined && acknowledged(answer) };
        try {
          return live()?.connection?.send(fresh) ?? false;
        } catch (error) {
          report(error);
          return false;
        }
      },
    };
  }

  function onHostEvent(event: HostEvent): void {
    switch (event.kind) {
      case 'online':
      case 'offline':
        return dispatch({ kind: 'hinted' });
      case 'pageshow':
        return dispatch({ kind: event.persisted ? 'restored' : 'woke' });
      case 'visible':
      case 'resume':
      case 'clock-jump':
        return dispatch({ kind: 'woke' });
      case 'hidden':
    }
  }

  /** One timer for everything, set anew only when its moment has moved. */
  function setTimer(): void {
    const forMs = dueAtMs(state, settings);
    if (timer?.forMs === forMs) return;
    timer?.release();
    timer = undefined;
    if (forMs === undefined || forMs === Infinity) return;
    const release = host.schedule(Math.max(0, forMs - host.clock.monotonicMs()), () => {
      timer = undefined;
      dispatch({ kind: 'tick' });
    });
    timer = { forMs, release };
  }

  function tellStatus(): void {
    const status = statusOf(state);
    const { word, verdict } = told;
    if (status.word === word && status.verdict?.cause === verdict?.cause && status.verdict?.code === verdict?.code)
      return;
    told = status;
    guarded(() => listener.status(status));
  }

  function guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      report(error);
    }
  }

  function start(): void {
    if (disposed) return;
    leaveHost ??= host.onEvent(onHostEvent);
    dispatch({ kind: 'start' });
  }

  function stop(): void {
    leaveHost?.();
    leaveHost = undefined;
    lastReading = undefined;
    dispatch({ kind: 'stop' });
    lastReading = undefined;
  }

  return {
    start,
    stop,
    dispose() {
      disposed = true;
      stop();
    },
    serverReturned: () => dispatch({ kind: 'hinted' }),
    status: () => told,
  };
}
