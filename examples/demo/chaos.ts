// What can be made to go wrong, asked of the development server. It answers these questions also when it is stopped.
import type { Fault, FaultReport } from 'heard/dev-server';

export type Mishap = 'double' | 'lose' | 'swap' | 'expire' | 'refuse-order' | 'refuse-bump';

const placing = { method: 'POST', path: '*/v1/orders' } as const;
const bumping = { method: 'POST', path: '*/v1/kds/tickets/*' } as const;
const refusal = { message: 'The kitchen is out of dough.' } as const;

/** An order of one station is told four times: to tills, to kitchens, to the station, to printers. */
const eventsOfAnOrder = 4;

const mishaps: Readonly<Record<Mishap, Fault>> = {
  double: { kind: 'doubled-event', times: eventsOfAnOrder },
  /** They come behind those of the order after it, if that one comes within a second. */
  swap: { kind: 'reordered-event', times: eventsOfAnOrder },
  lose: { kind: 'dropped-event', times: eventsOfAnOrder },
  expire: { kind: 'expired-token', times: 2 },
  'refuse-order': { kind: 'answer', status: 422, body: refusal, match: placing },
  'refuse-bump': { kind: 'answer', status: 422, body: refusal, match: bumping },
};

export interface Chaos {
  /** From now on, and as often as that mishap happens. */
  arm(mishap: Mishap): Promise<void>;
  restoreDatabase(): Promise<void>;
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  /** Nothing goes wrong any more. */
  mend(): Promise<void>;
  /** What waits for its moment, and whether the server is stopped. */
  standing(): Promise<Standing>;
}

interface Standing {
  readonly isStopped: boolean;
  readonly armed: ReadonlyMap<Mishap, number>;
}

const path = '/_dev/faults';

export function createChaos(): Chaos {
  async function add(fault: Fault): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    await fetch(path, { method: 'POST', headers, body: JSON.stringify(fault) });
  }

  async function waiting(): Promise<readonly FaultReport[]> {
    const { faults } = (await (await fetch(path)).json()) as { readonly faults: readonly FaultReport[] };
    return faults.filter(({ left }) => left > 0);
  }

  return {
    arm: (mishap) => add(mishaps[mishap]),
    restoreDatabase: () => add({ kind: 'restored-database' }),
    stopServer: () => add({ kind: 'stopped' }),
    async startServer() {
      for (const { id, fault } of await waiting()) {
        if (fault.kind === 'stopped') await fetch(`${path}/${id}`, { method: 'DELETE' });
      }
    },
    async mend() {
      await fetch(path, { method: 'DELETE' });
    },
    async standing() {
      const faults = await waiting();
      const leftOf = (mishap: Mishap): number =>
        faults.reduce((sum, { fault, left }) => sum + (isSame(fault, mishaps[mishap]) ? left : 0), 0);
      return {
        isStopped: faults.some(({ fault }) => fault.kind === 'stopped'),
        armed: new Map((Object.keys(mishaps) as Mishap[]).map((mishap) => [mishap, leftOf(mishap)])),
      };
    },
  };
}

const isSame = (one: Fault, other: Fault): boolean =>
  one.kind === other.kind && JSON.stringify(one.match) === JSON.stringify(other.match);
