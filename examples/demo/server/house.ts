// The pizzeria of laravel-pos as `heard dev` plays it, and this page beside it, from the same address.
import { backends, createDevServer, type Backend, type DevServer, type Traffic } from 'heard/dev-server';
import { pages, type Answer } from './pages.ts';

export interface House {
  readonly server: DevServer;
  /** Where the page is. */
  readonly path: string;
}

export interface HouseOptions {
  readonly port: number;
  readonly traffic: (entry: Traffic) => void;
  /** Answers what is no question of ours: the files of the page. */
  readonly files: Answer;
}

/** Whatever is under `/_dev/` goes on when the server is stopped and when faults are asked for. */
const path = '/_dev/demo/';

export function createHouse({ port, traffic, files }: HouseOptions): House {
  const server = createDevServer({
    backends: [backends['laravel-pos']],
    port,
    traffic,
    parts: [pages({ path, files, lists: () => readLists(server.backends) })],
  });
  return { server, path };
}

/** The lists as the backend gives them to devices that may read them, past every fault. */
async function readLists(backends: readonly Backend[]): Promise<unknown> {
  const [backend] = backends;
  const read = async (path: string, token: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await backend?.fetch(new Request(`http://demo.test${path}`, { headers }));
    if (answer === undefined) throw new Error(`The pizzeria has no ${path}.`);
    const { data } = (await answer.json()) as { readonly data: unknown };
    return data;
  };
  const [orders, tickets, printJobs, devices] = await Promise.all([
    read('/v1/orders', 'dev-back-office'),
    read('/v1/kds/tickets', 'dev-back-office'),
    read('/v1/print-jobs', 'dev-printer-gateway'),
    read('/v1/devices', 'dev-back-office'),
  ]);
  return { orders, tickets, printJobs, devices };
}
