import { join } from 'node:path';
import { expect, test } from 'vitest';
import { patience } from '../../effort.ts';
import { plant } from '../../house/tree.ts';
import { ask, isLive, live, posDevice, posTokens, startWhole, until } from './whole.ts';

interface Row {
  readonly id: number;
  readonly updated_at: string;
}

async function take(url: string, key: string): Promise<{ readonly status: number; readonly data: Row }> {
  const response = await fetch(`${url}/laravel-pos/v1/orders`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${posTokens.kiosk}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ channel: 'kiosk', items: [{ item_id: 1, qty: 1 }] }),
  });
  const { data } = (await response.json()) as { readonly data: Row };
  return { status: response.status, data };
}

async function listed(url: string): Promise<readonly Row[]> {
  const { body } = await ask('GET', `${url}/laravel-pos/v1/orders`, posTokens.pos);
  return (body as { readonly data: readonly Row[] }).data;
}

test(
  'with `data`, a server that is started anew goes on: rows, ids, time, answers, and a client that was there before',
  { timeout: patience },
  async () => {
    const data = join(plant({}), 'events.db');
    const first = await startWhole({ data });
    const { url } = first;
    const till = posDevice(first, 'pos', 'pos', { timing: {} });
    const heard: (readonly [id: number | undefined, seq: number | undefined])[] = [];
    const signals: string[] = [];
    till.on('OrderCreated', ({ data: { order }, seq }) => void heard.push([order.id, seq]));
    till.signals.on(['gap', 'resync', 'anomaly', 'quarantined'], ({ kind }) => void signals.push(kind));
    const continuity: string[] = [];
    till.signals.on(['continuity'], (signal) => void continuity.push(signal.continuity));
    await live(till);
    const before = await take(url, 'key-1');
    expect(before.status).toBe(201);
    await until(() => heard.length === 1);
    const rows = await listed(url);
    expect(rows.map(({ id }) => id)).toContain(before.data.id);
    await first.server.close();
    await until(() => !isLive(till));

    const since = continuity.length;
    const second = await startWhole({ data, port: Number(new URL(url).port) });
    expect(await listed(url)).toEqual(rows);
    expect(await take(url, 'key-1')).toEqual(before);
    const after = await take(url, 'key-2');
    expect(after.data.id).toBe(before.data.id + 1);
    expect(after.data.updated_at > before.data.updated_at).toBe(true);
    await until(() => isLive(till) && heard.length === 2, patience);
    expect(heard).toEqual([
      [before.data.id, 1],
      [after.data.id, 2],
    ]);
    expect(signals).toEqual([]);
    expect(new Set(continuity.slice(since))).toEqual(new Set(['kept']));
    expect(second.troubles()).toEqual([]);
  },
);
