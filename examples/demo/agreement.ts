// Whether what the screens show is what the server has: their collections against its lists, row by row.
import type { Device, KdsTicket, Order, PrintJob } from 'heard/contracts/laravel-pos';
import type { AnyDevice } from './device.ts';
import type { Role, TableName } from './roster.ts';

/** The server's lists, read where no fault reaches: what the till is told with GET /v1/orders, and so on. */
export interface Lists {
  readonly orders: readonly Order[];
  readonly tickets: readonly KdsTicket[];
  readonly printJobs: readonly PrintJob[];
  readonly devices: readonly Device[];
}

export interface Difference {
  readonly role: Role;
  readonly table: TableName;
  /** The server has them, and the screen does not show them. */
  readonly missing: number;
  /** The screen shows them, and the server has no such. */
  readonly ahead: number;
  /** Both have them, and they are not the same. */
  readonly different: number;
}

/** What a person sees of a row. */
const seen: { readonly [Name in TableName]: (row: Lists[Name][number]) => readonly unknown[] } = {
  orders: ({ status, number, totals_cents }) => [status, number, totals_cents?.total],
  tickets: ({ status, items }) => [status, ...items.flatMap(({ qty, name, modifiers }) => [qty, name, modifiers])],
  // That a printer has taken a job is told to nobody, and changes nothing for those who wait for the paper.
  printJobs: ({ status, order_id }) => [status === 'claimed' ? 'queued' : status, order_id],
  devices: ({ status, type }) => [status, type],
};

type Row = Lists[TableName][number];

/** By id, what a person sees of each. */
function sightOf(table: TableName, rows: readonly Row[]): ReadonlyMap<number, string> {
  const look = seen[table] as (row: Row) => readonly unknown[];
  return new Map(rows.map((row) => [row.id, JSON.stringify(look(row))]));
}

function compare({ role, client }: AnyDevice, table: TableName, lists: Lists): Difference {
  const listed = sightOf(table, lists[table]);
  const shown = sightOf(table, client.collection(table).get());
  const missing = [...listed.keys()].filter((id) => !shown.has(id)).length;
  const ahead = [...shown.keys()].filter((id) => !listed.has(id)).length;
  const different = [...shown].filter(([id, says]) => listed.has(id) && listed.get(id) !== says).length;
  return { role, table, missing, ahead, different };
}

function differences(devices: readonly AnyDevice[], lists: Lists): readonly Difference[] {
  return devices
    .flatMap((device) => device.shows.map((table) => compare(device, table, lists)))
    .filter(({ missing, ahead, different }) => missing + ahead + different > 0);
}

export interface Verdict {
  readonly differences: readonly Difference[];
  readonly lists: Lists;
  /** Counts the looks. */
  readonly look: number;
}

const lookEveryMs = 250;

/**
 * Looks again and again. An event is on its way for some milliseconds, so only what two looks in a row have found is told:
 * agreement as well as disagreement.
 */
export function watchAgreement(
  devices: readonly AnyDevice[],
  read: () => Promise<Lists>,
  tell: (verdict: Verdict) => void,
): void {
  let agreed: boolean | undefined;
  let look = 0;

  async function lookOnce(): Promise<void> {
    const lists = await read();
    const found = differences(devices, lists);
    look += 1;
    const agrees = found.length === 0;
    if (agrees === agreed) tell({ differences: found, lists, look });
    agreed = agrees;
  }

  const again = (): void => void setTimeout(run, lookEveryMs);
  const run = (): void => void lookOnce().then(again, again);
  run();
}
