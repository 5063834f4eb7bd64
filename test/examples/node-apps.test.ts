import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { patience } from '../effort.ts';
import { startedDev } from './dev.ts';
import { nodeApp } from './node-app.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heard-example-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const receiptsIn = (folder: string): readonly string[] =>
  [...readFileSync(join(folder, 'receipts.txt'), 'utf8').matchAll(/^order (\d+)$/gm)].map(([, order = '']) => order);

const order = { channel: 'pos', items: [{ item_id: 11, qty: 1 }] };
interface Taken {
  readonly data: { readonly id: number };
}

test(
  'printer-gateway: a receipt for each order, once, also for what was ordered while it was stopped',
  async () => {
    const { url, ask } = await startedDev();
    const FOLDER = emptyFolder();
    const env = { API: `${url}/laravel-pos`, EVENTS: url, FOLDER };
    const take = async (): Promise<string> =>
      String(((await ask('/laravel-pos/v1/orders', order, 'dev-pos')) as Taken).data.id);

    const gateway = nodeApp('laravel-pos-printer-gateway', env);
    await gateway.said(/^live/m);
    const first = await take();
    await gateway.said(/printed/);
    expect(await gateway.stop()).toEqual({ code: 0, complaint: '' });

    const [second, third] = [await take(), await take()];
    const next = nodeApp('laravel-pos-printer-gateway', env);
    await next.said(/printed[^]*printed/);
    // The last "printed" is said before the server is told.
    const jobs = (): Promise<unknown> => ask('/laravel-pos/v1/print-jobs', undefined, 'dev-printer-gateway');
    await vi.waitFor(async () => expect(JSON.stringify(await jobs())).not.toMatch(/"status":"(?:queued|claimed)"/), {
      timeout: patience,
    });
    expect(await next.stop()).toEqual({ code: 0, complaint: '' });
    expect(receiptsIn(FOLDER)).toEqual([first, second, third]);
  },
  patience,
);

test(
  'backend: what it keeps and tells through an event server is printed by the gateway, also what was told while that was away',
  async () => {
    const { url } = await startedDev();
    const bakery = nodeApp('laravel-pos-backend', { EVENTS: url, PORT: '0' });
    const API = await bakery.said(/listens at (\S+)/);
    const headers = { authorization: 'Bearer bakery-till', 'idempotency-key': 'breakfast' };
    const take = async (key: string): Promise<Taken> => {
      const answer = await fetch(`${API}/v1/orders`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
      });
      expect(answer.status).toBe(201);
      return (await answer.json()) as Taken;
    };
    const FOLDER = emptyFolder();
    const env = { API, EVENTS: url, STORE: 'corner-bakery', TOKEN: 'bakery-printer', FOLDER };
    const gateway = nodeApp('laravel-pos-printer-gateway', env);
    await gateway.said(/^live/m);
    expect((await take('breakfast')).data.id).toBe(1);
    // The same order, asked for twice.
    expect((await take('breakfast')).data.id).toBe(1);
    await gateway.said(/job 501: printed/);
    await gateway.stop();
    await take('lunch');
    const next = nodeApp('laravel-pos-printer-gateway', env);
    await next.said(/job 502: printed/);
    expect(await next.stop()).toEqual({ code: 0, complaint: '' });
    expect(receiptsIn(FOLDER)).toEqual(['1', '2']);
    expect(await fetch(`${API}/v1/print-jobs`).then(({ status }) => status)).toBe(401);
    expect((await bakery.stop()).complaint).toBe('');
  },
  patience,
);

test(
  'service-floor display: a table is taken, orders, and calls the waiter',
  async () => {
    const { url, ask } = await startedDev();
    const display = nodeApp('service-floor-display', { HEARD_SERVER: url });
    await display.said(/^live\n[^]*^● table 4 {2}2 × Tagliatelle[^]*^sofia: Branzino/m);
    expect(display.output()).not.toContain('● table 7');
    await ask('/service-floor/orders', { tableNumber: 7, items: [{ menuItemId: 4, quantity: 3 }] });
    await display.said(/^● table 7 {2}3 × Tiramisù$/m);
    await ask('/service-floor/service-calls', { tableNumber: 7, type: 'bill' });
    await display.said(/^! table 7 calls: bill$/m);
    await ask('/service-floor/tables/4/checkout-start', {});
    await display.said(/^€ table 4/m);
    expect(await display.stop()).toEqual({ code: 0, complaint: '' });
  },
  patience,
);
