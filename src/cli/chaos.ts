// `heard dev --chaos`: the fault proxy in front of the development server, with a mix of faults that the seed draws. Each seed
// is a network of its own: one loses events, another one hangs.
import type { DevServer, TrafficLog } from '../dev-server/index.ts';
import { seededRandom } from '../testing/fake-host.ts';
import { createFaultProxy, type FaultAction, type FaultMatch, type FaultRule } from '../testing/proxy/index.ts';

export interface ChaosOptions {
  readonly seed: number;
  /** The address of the server behind it. */
  readonly target: string;
  readonly port: number;
  readonly traffic: TrafficLog;
}

export interface Chaos {
  /** The server as it is reached from in front. */
  inFrontOf(server: DevServer): DevServer;
  greeting(): readonly string[];
  summary(): readonly string[];
  /** How often what has happened. */
  told(): { readonly seed: number; readonly fired: Readonly<Record<string, number>> };
  stop(): Promise<void>;
}

interface Candidate {
  readonly match: FaultMatch;
  readonly action: FaultAction;
  /** The share of a bad network. A seed draws something up to it, or leaves the fault out. */
  readonly mostly: number;
}

// What asks for faults must stay reachable, and so must the server's own page; a backend that publishes is no device.
const path = /^\/(?!$|_dev\/|apps\/)/;
const request: FaultMatch = { on: 'request', path };
const upgrade: FaultMatch = { on: 'upgrade', path };
const told: FaultMatch = { on: 'message', direction: 's2c' };
const said: FaultMatch = { on: 'message', direction: 'c2s' };

const candidates: readonly Candidate[] = [
  { match: request, action: { kind: 'http-delay', ms: 300, jitterMs: 2_000 }, mostly: 0.15 },
  { match: request, action: { kind: 'http-respond', status: 503, body: { message: 'Chaos.' } }, mostly: 0.06 },
  {
    match: request,
    action: { kind: 'http-respond', status: 429, headers: { 'retry-after': '1' }, body: { message: 'Chaos.' } },
    mostly: 0.04,
  },
  { match: request, action: { kind: 'http-drop-reply' }, mostly: 0.06 },
  { match: request, action: { kind: 'http-html' }, mostly: 0.03 },
  { match: request, action: { kind: 'rst' }, mostly: 0.04 },
  { match: request, action: { kind: 'slicer', bytes: 50 }, mostly: 0.1 },
  { match: upgrade, action: { kind: 'http-respond', status: 503 }, mostly: 0.15 },
  { match: upgrade, action: { kind: 'close', code: 1013 }, mostly: 0.1 },
  { match: upgrade, action: { kind: 'halfopen' }, mostly: 0.04 },
  { match: upgrade, action: { kind: 'slicer', bytes: 3 }, mostly: 0.1 },
  { match: told, action: { kind: 'drop' }, mostly: 0.06 },
  { match: told, action: { kind: 'dup' }, mostly: 0.08 },
  { match: told, action: { kind: 'reorder' }, mostly: 0.08 },
  { match: told, action: { kind: 'latency', ms: 100, jitterMs: 1_500 }, mostly: 0.1 },
  { match: told, action: { kind: 'corrupt' }, mostly: 0.02 },
  { match: told, action: { kind: 'rst' }, mostly: 0.02 },
  { match: told, action: { kind: 'fin' }, mostly: 0.01 },
  { match: told, action: { kind: 'close', code: 1012 }, mostly: 0.02 },
  { match: told, action: { kind: 'blackhole-s2c' }, mostly: 0.01 },
  { match: told, action: { kind: 'halfopen' }, mostly: 0.01 },
  { match: said, action: { kind: 'latency', ms: 50, jitterMs: 500 }, mostly: 0.1 },
];

/** The rules of a seed, always the same. */
export function chaosRules(seed: number): readonly FaultRule[] {
  const random = seededRandom(seed);
  return candidates.flatMap(({ match, action, mostly }) => {
    const isIn = random() < 0.75;
    const chance = mostly * (0.2 + 0.8 * random());
    return isIn ? [{ match, action, chance, times: Infinity }] : [];
  });
}

export async function startChaos({ seed, target, port, traffic }: ChaosOptions): Promise<Chaos> {
  const fired = new Map<string, number>();
  const proxy = createFaultProxy({
    target,
    port,
    seed,
    onFault({ kind, on, method, path: where = '', direction }) {
      fired.set(kind, (fired.get(kind) ?? 0) + 1);
      const to = direction === undefined ? '' : direction === 's2c' ? ' to the device' : ' to the server';
      traffic({ kind: 'fault', what: `chaos: ${kind} of ${method ?? `a ${on}`}${to} at ${where}` });
    },
  });
  const rules = chaosRules(seed);
  for (const rule of rules) proxy.add(rule);
  const url = await proxy.listen();

  const inFront = (text: string): string => text.replace(new URL(target).host, new URL(url).host);

  return {
    inFrontOf: (server) => ({
      ...server,
      url,
      addresses: Object.fromEntries(
        Object.entries(server.addresses).map(([wire, all]) => [
          wire,
          all.map((address) => ({ ...address, url: inFront(address.url) })),
        ]),
      ),
    }),
    greeting: () => [
      `  Chaos with the seed ${seed}: ${[...new Set(rules.map(({ action }) => action.kind))].join(', ')}.`,
      `  The same network again: heard dev --chaos ${seed}`,
      `  The server without it: ${target}`,
      '',
    ],
    summary: () => [
      '',
      `  Chaos with the seed ${seed} did:`,
      ...(fired.size === 0
        ? ['    nothing yet']
        : [...fired].map(([kind, count]) => `    ${String(count).padStart(5)}  ${kind}`)),
      '',
    ],
    told: () => ({ seed, fired: Object.fromEntries(fired) }),
    stop: () => proxy.stop(),
  };
}
