// What every device can read instead of having heard it.
import { laravelPos } from '../../../contracts/laravel-pos/index.ts';
import { wireName } from '../../../contract/routing.ts';
import { json, Refused } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import { listAnswer, type Watermark } from '../rows/list.ts';
import type { Table } from '../rows/table.ts';
import type { Shop } from './shop.ts';
import { store } from './tokens.ts';

export const listRoutes = (shop: Shop): readonly Route[] => [
  listRoute(shop, '/v1/orders', 'orders', shop.orders),
  listRoute(shop, '/v1/kds/tickets', 'kds', shop.tickets),
  listRoute(shop, '/v1/print-jobs', 'printing', shop.printJobs),
  listRoute(shop, '/v1/devices', 'devices', shop.devices),
];

interface Listed {
  readonly updated_at?: string | null | undefined;
  readonly station?: string | null | undefined;
}

/** Whoever may hear a channel may read what makes good its losses. */
function listRoute<Row extends Listed>(shop: Shop, path: string, channel: string, table: Table<Row>): Route {
  return {
    method: 'GET',
    path,
    to: laravelPos.channels.get(channel)?.abilities ?? [],
    async answer({ search }) {
      const station = shop.v1 ? undefined : stationOf(channel, search);
      const watermark = await watermarkOf(shop, station === undefined ? channel : 'station', station);
      const { v1 } = shop;
      const stampOf = ({ updated_at }: Row): string => updated_at ?? '';
      const filter = (row: Row): boolean => station === undefined || row.station === station;
      return json(200, listAnswer({ table, stampOf, search, watermark, v1, filter }));
    },
  };
}

function stationOf(channel: string, search: KnownCall['search']): string | undefined {
  const station = search.get('station');
  if (channel !== 'kds' || station === null || station === '') return undefined;
  if (/^[\w-]{1,64}$/.test(station)) return station;
  throw new Refused(422, 'invalid', '"station" has to be a slug.');
}

/** Before the rows are read: they then hold everything up to here, and perhaps more. */
async function watermarkOf({ log, stamps }: Shop, channel: string, station: string | undefined): Promise<Watermark> {
  const wire = wireName(laravelPos, channel, { sku: store.sku, ...(station !== undefined && { station }) });
  const asOf = stamps.current();
  const { headSeq, epoch } = await log.read(wire, Number.MAX_SAFE_INTEGER, 1);
  return { asOf, asOfSeq: headSeq, epoch };
}
