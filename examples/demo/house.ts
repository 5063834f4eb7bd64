// The rest of the house, as far as the buttons of the page play it: a guest at the till, and a Wi-Fi that goes away. The
// till hangs on a cable, so it goes on.
import type { Fault } from 'heard/dev-server';

export interface House {
  /** Takes an order for one more pizza. */
  order(): Promise<void>;
  /** The kitchen hears and reaches nothing for a while, in which three orders are taken. */
  cutTheWifi(): Promise<void>;
  /** Nothing goes wrong any more. */
  mend(): Promise<void>;
}

/** The first three of the menu's pizzas; see `heard dev`. */
const pizzas = [11, 12, 13] as const;
const outageMs = 5_000;
const ordersAtMs = [1_000, 2_000, 3_000];

/** More often than anybody asks in that time. */
const always = { times: 10_000 } as const;
const unreachable: readonly Fault[] = [
  { kind: 'refused-connection', ...always },
  ...['v1/kds/*', 'v1/events/*', 'broadcasting/*'].map((path): Fault => ({
    kind: 'answer',
    status: 503,
    match: { path: `/laravel-pos/${path}` },
    ...always,
  })),
  { kind: 'cut-connections' },
];

export function createHouse(server: string): House {
  let orders = 0;

  async function post(path: string, body: unknown, token?: string): Promise<void> {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { 'content-type': 'application/json', ...authorization };
    await fetch(`${server}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async function mend(): Promise<void> {
    await fetch(`${server}/_dev/faults`, { method: 'DELETE' });
  }

  async function order(): Promise<void> {
    const modifiers = orders % 3 === 0 ? ['no onion'] : [];
    const items = [0, 1].map((offset) => ({
      item_id: pizzas[(orders + offset) % pizzas.length],
      qty: 1 + ((orders + offset) % 2),
      modifiers: offset === 0 ? modifiers : [],
    }));
    orders += 1;
    await post('/laravel-pos/v1/orders', { channel: 'pos', items }, 'dev-pos');
  }

  return {
    order,
    async cutTheWifi() {
      for (const ms of ordersAtMs) setTimeout(() => void order(), ms);
      setTimeout(() => void mend(), outageMs);
      for (const fault of unreachable) await post('/_dev/faults', fault);
    },
    mend,
  };
}
