// The socket below the namespaces: one Manager of socket.io-client for each attempt, which never reconnects by itself and
// shares nothing with other attempts or clients. What a server says wrongly at this level would be thrown from within the
// library, where nobody can catch it, so it is looked at before.
import { Manager } from 'socket.io-client';
import { isRecord, readJson } from '../../lib/json.ts';
import type { Closing, Failure } from '../transport.ts';
import { failureOf } from '../websocket/platform-socket.ts';
import type { ServerAddress } from './address.ts';

export type EngineTransport = 'websocket' | 'polling';

export interface EngineOptions {
  readonly address: ServerAddress;
  readonly path: string;
  readonly transports: readonly EngineTransport[];
  readonly query: Readonly<Record<string, string>>;
}

export interface EngineListener {
  /** Packets can be said. */
  opened(silenceLimitMs: number): void;
  received(data: unknown): void;
  /** The server asked whether anybody is there. */
  alive(): void;
  closed(closing: Closing): void;
  failed(failure: Failure): void;
}

export interface Engine {
  /** False when the socket is not open. */
  say(packet: string): boolean;
  /** Nothing is told afterwards. */
  close(): void;
}

/** Timers cannot wait for longer. */
const longestDelayMs = 2_147_483_647;

export function openEngine({ address, path, transports, query }: EngineOptions, listener: EngineListener): Engine {
  let phase: 'opening' | 'open' | 'over' = 'opening';
  let silenceLimitMs = 0;
  let error: unknown;

  const { hostname, port, secure } = address;
  const manager = new Manager({
    // The engine gives every socket up when the browser says "offline", which is a hint and no truth; not so those to this
    // machine. The real name is for the transports, which take it from their own options.
    hostname: 'localhost',
    transportOptions: { websocket: { hostname }, polling: { hostname } },
    port,
    secure,
    path,
    transports: [...transports],
    query: { ...address.query, ...query },
    autoConnect: false,
    reconnection: false,
    parser: parserFor(listener.received),
  });
  // How long an attempt may take is decided above the transport.
  manager.timeout(false);
  manager.open(() => undefined);
  const { engine } = manager;

  engine.on('packet', (packet) => {
    if (phase === 'open') {
      if (packet.type === 'ping') return listener.alive();
      // A second greeting, which the engine would believe.
      if (packet.type === 'open') packet.type = 'noop';
      return;
    }
    const silence = packet.type === 'open' ? silenceIn(packet.data) : undefined;
    if (silence !== undefined) {
      silenceLimitMs = silence;
      return;
    }
    // What the engine's own parser cannot read is told as an error next.
    if (packet.type === 'error' || phase === 'over') return;
    // No greeting. The engine would throw, or set its timers by what is missing.
    packet.type = 'noop';
    close();
    listener.failed({ kind: 'malformed' });
  });
  engine.on('open', () => {
    if (phase !== 'opening') return;
    phase = 'open';
    listener.opened(silenceLimitMs);
  });
  engine.on('error', (what) => {
    error = what;
  });
  engine.on('close', (reason, details) => {
    if (phase === 'over') return;
    const wasOpening = phase === 'opening';
    phase = 'over';
    if (wasOpening && reason === 'transport error') listener.failed(failureIn(error));
    else listener.closed({ code: codeIn(details), reason });
  });

  function close(): void {
    phase = 'over';
    engine.close();
  }

  return {
    say(packet) {
      if (phase !== 'open' || engine.readyState !== 'open') return false;
      engine.write(packet);
      return true;
    },
    close,
  };
}

/** Hands on what has come instead of decoding it: the library's own decoder ends the connection at the first broken packet. */
function parserFor(received: (data: unknown) => void): object {
  return {
    Encoder: class {
      readonly encode = nothing;
    },
    Decoder: class {
      readonly add = received;
      readonly on = nothing;
      readonly off = nothing;
      readonly destroy = nothing;
    },
  };
}

const nothing = (): void => undefined;

/** The engine sets its timers by these numbers and does not look at them. Undefined for what is no greeting. */
function silenceIn(data: unknown): number | undefined {
  const reading = typeof data === 'string' ? readJson(data) : undefined;
  if (reading?.ok !== true || !isRecord(reading.value)) return undefined;
  const { sid, upgrades, pingInterval, pingTimeout } = reading.value;
  if (typeof sid !== 'string' || sid === '' || !Array.isArray(upgrades)) return undefined;
  if (!isDelay(pingInterval) || !isDelay(pingTimeout)) return undefined;
  const silenceMs = pingInterval + pingTimeout;
  return silenceMs <= longestDelayMs ? silenceMs : undefined;
}

const isDelay = (value: unknown): value is number => typeof value === 'number' && value > 0;

/** Long polling knows a status, a WebSocket of Node the system's error; a browser's WebSocket knows nothing. */
function failureIn(error: unknown): Failure {
  if (!isRecord(error)) return { kind: 'unknown' };
  const { code, description } = error;
  if (code === 'parser error') return { kind: 'malformed' };
  if (typeof description === 'number' && description >= 100) return { kind: 'http', status: description };
  return failureOf(isRecord(description) ? description['error'] : description);
}

/** The close code, where there was a WebSocket and the code says more than that it is closed. */
function codeIn(details: unknown): number | undefined {
  const context = isRecord(details) ? details['context'] : undefined;
  const code = isRecord(context) ? context['code'] : undefined;
  return typeof code === 'number' && ![1000, 1005, 1006].includes(code) ? code : undefined;
}
