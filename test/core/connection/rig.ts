import { onTestFinished } from 'vitest';
import type { ConnectionStatus } from '../../../src/core/connection/connection-status.ts';
import { createCredentials, type Credentials, type TokenCallback } from '../../../src/core/connection/credentials.ts';
import type { ConnectionSettings } from '../../../src/core/connection/settings.ts';
import { createSupervisor, type Link, type Supervisor } from '../../../src/core/connection/supervisor.ts';
import type { Verdict } from '../../../src/core/connection/verdict.ts';
import { createFakeHost, type FakeHost, type FakeHostOptions } from '../../../src/testing/fake-host.ts';
import {
  createMemoryTransport,
  type MemoryTransport,
  type MemoryTransportOptions,
  type ServerSocket,
} from '../../../src/testing/memory-transport.ts';
import type { Frame } from '../../../src/transports/transport.ts';

export interface RigOptions {
  readonly host?: FakeHost | FakeHostOptions;
  readonly transport?: Omit<MemoryTransportOptions, 'host'>;
  readonly token?: TokenCallback;
  readonly credentials?: Credentials;
  readonly settings?: Partial<ConnectionSettings>;
  readonly onFrame?: (frame: Frame) => void;
  readonly onLinkUp?: (link: Link) => void;
  readonly onStatus?: (status: ConnectionStatus) => void;
}

export interface Rig {
  readonly host: FakeHost;
  readonly transport: MemoryTransport;
  readonly supervisor: Supervisor;
  readonly links: Link[];
  readonly downs: { readonly generation: number; readonly verdict: Verdict }[];
  readonly frames: Frame[];
  readonly refusals: string[];
  readonly warnings: Verdict[];
  readonly statuses: ConnectionStatus[];
  /** The words of the status, each told once where several follow each other. */
  readonly words: () => readonly string[];
  readonly errors: unknown[];
  /** When each attempt began, on the monotonic clock. */
  readonly attemptsAtMs: number[];
  /** When its server was looked for by other means. */
  readonly looksAtMs: number[];
  /** The server's end of the newest socket. */
  readonly server: () => ServerSocket;
}

const isHost = (host: FakeHost | FakeHostOptions): host is FakeHost => 'clock' in host;

/** A supervisor between a fake host and a memory transport, with everything that it tells written down. */
export function createRig(options: RigOptions = {}): Rig {
  const given = options.host ?? {};
  const host = isHost(given) ? given : createFakeHost(given);
  const memory = createMemoryTransport({ host, ...options.transport });
  const attemptsAtMs: number[] = [];
  const transport: MemoryTransport = {
    capabilities: memory.capabilities,
    sockets: memory.sockets,
    get live() {
      return memory.live;
    },
    connect(attempt, handlers) {
      attemptsAtMs.push(host.clock.monotonicMs());
      return memory.connect(attempt, handlers);
    },
  };
  const rig = {
    host,
    transport,
    links: [] as Link[],
    downs: [] as { generation: number; verdict: Verdict }[],
    frames: [] as Frame[],
    refusals: [] as string[],
    warnings: [] as Verdict[],
    statuses: [] as ConnectionStatus[],
    words: () => rig.statuses.map(({ word }) => word).filter((word, at, all) => word !== all[at - 1]),
    errors: [] as unknown[],
    attemptsAtMs,
    looksAtMs: [] as number[],
    server: () => {
      const last = memory.sockets.at(-1);
      if (last === undefined) throw new Error('there was no attempt yet');
      return last;
    },
  };
  const supervisor = createSupervisor({
    host,
    transport,
    credentials: options.credentials ?? createCredentials({ host, token: options.token }),
    settings: options.settings ?? {},
    report: (error) => rig.errors.push(error),
    listener: {
      linkUp(link) {
        rig.links.push(link);
        options.onLinkUp?.(link);
      },
      linkDown: (generation, verdict) => void rig.downs.push({ generation, verdict }),
      frame(frame) {
        rig.frames.push(frame);
        options.onFrame?.(frame);
      },
      joined: () => undefined,
      presence: () => undefined,
      refused: (channel) => void rig.refusals.push(channel),
      warned: (verdict) => void rig.warnings.push(verdict),
      look: () => void rig.looksAtMs.push(host.clock.monotonicMs()),
      status(status) {
        rig.statuses.push(status);
        options.onStatus?.(status);
      },
    },
  });
  onTestFinished(() => supervisor.dispose());
  return { ...rig, supervisor };
}

export const frame = (name: string): Frame => ({ channel: 'orders', name, payload: '{}' });

/** The greatest number of moments within one window of that length. */
export function most(momentsMs: readonly number[], windowMs: number): number {
  const sorted = momentsMs.toSorted((a, b) => a - b);
  let from = 0;
  let greatest = 0;
  for (const [at, moment] of sorted.entries()) {
    while (moment - (sorted[from] ?? 0) >= windowMs) from += 1;
    greatest = Math.max(greatest, at - from + 1);
  }
  return greatest;
}
