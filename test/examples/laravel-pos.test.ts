import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { patience } from '../effort.ts';
import { startedDev } from './dev.ts';
import { nodeApp } from './node-app.ts';
import { goOffline, goOnline, pages, stored } from './pages.ts';

const { open } = pages();

test(
  'an order that is taken at the till is cooked, called out, collected, counted and printed',
  async () => {
    const { url } = await startedDev();
    const FOLDER = mkdtempSync(join(tmpdir(), 'heard-example-'));
    onTestFinished(() => rmSync(FOLDER, { recursive: true, force: true }));
    const printer = nodeApp('laravel-pos-printer-gateway', { API: `${url}/laravel-pos`, EVENTS: url, FOLDER });
    const [till, kitchen, kiosk, office] = await Promise.all(
      ['till', 'kitchen', 'kiosk', 'back-office'].map((name) => open(`laravel-pos-${name}`, url)),
    );
    if (!till || !kitchen || !kiosk || !office) throw new Error('A page is missing.');
    for (const page of [till, kitchen, kiosk, office]) await page.getByRole('status').getByText('live').waitFor();
    await printer.said(/^live/m);
    await office.getByText('3 orders, 3350.00 DA').waitFor();

    await till.getByRole('button', { name: 'Margherita' }).dblclick();
    await till.getByText('2 × Margherita').waitFor();
    await till.getByRole('button', { name: 'Take the order' }).click();
    await till.getByText('A044 accepted 1400.00 DA').waitFor();
    await office.getByText('4 orders, 4750.00 DA').waitFor();
    await office.getByText('2 tickets wait').waitFor();
    await kiosk.locator('#making').getByText('A044').waitFor();

    const ticket = kitchen.getByRole('article').filter({ hasText: '2 × Margherita' });
    await kitchen.getByLabel('Cooking').filter({ hasText: '2 × Margherita' }).waitFor();
    await ticket.getByText('0 min').waitFor();
    await ticket.getByRole('button', { name: 'Ready' }).click();
    await kitchen.getByLabel('At the pass', { exact: true }).filter({ hasText: '2 × Margherita' }).waitFor();
    await kiosk.locator('#ready').getByText('A044').waitFor();

    await till.getByRole('listitem').filter({ hasText: 'A044 ready' }).getByRole('button', { name: 'Served' }).click();
    await till.getByText('A044 served').waitFor();
    await ticket.getByRole('button', { name: 'Served' }).click();
    await ticket.waitFor({ state: 'detached' });

    await printer.said(/job 5504: printed/);
    // A receipt that failed before anybody was here.
    await till.getByRole('button', { name: 'Print it again' }).click();
    await printer.said(/job 5503: printed/);
    await till.getByText('was not printed').waitFor({ state: 'detached' });
    expect(await printer.stop()).toEqual({ code: 0, complaint: '' });
    const receipts = readFileSync(join(FOLDER, 'receipts.txt'), 'utf8').match(/^order \d+$/gm);
    expect(receipts).toEqual(['order 120044', 'order 120043']);
  },
  patience,
);

test(
  'kiosk: a guest is told a number; without a network, as soon as there is one',
  async () => {
    const dev = await startedDev();
    const { url } = dev;
    const kiosk = await open('laravel-pos-kiosk', url);
    await kiosk.getByText('live').waitFor();
    await kiosk.getByRole('button', { name: 'Merguez' }).click();
    await kiosk.getByRole('button', { name: 'Order' }).click();
    await kiosk.getByText('Your number is A044.').waitFor();
    await goOffline(kiosk, dev);
    await kiosk.getByRole('button', { name: 'Selecto' }).click();
    await kiosk.getByRole('button', { name: 'Order' }).click();
    await kiosk.getByText('Your number comes in a moment.').waitFor();
    await goOnline(kiosk);
    await kiosk.getByText('Your number is A045.').waitFor();
    await kiosk.locator('#making').getByText('A045').waitFor();
    expect(await kiosk.locator('#making').textContent()).toBe('A043 A044 A045');
  },
  patience,
);

test(
  'kitchen: a step that is taken without a network shows at once, survives a reload, and is sent once',
  async () => {
    const { url, ask } = await startedDev();
    const kitchen = await open('laravel-pos-kitchen', url);
    await kitchen.getByText('live').waitFor();
    await stored(kitchen, 'Quatre Fromages');
    const cheese = kitchen.getByRole('article').filter({ hasText: 'Quatre Fromages' });
    for (const path of ['v1/kds/*', 'v1/events/*']) {
      await ask('/_dev/faults', { kind: 'answer', status: 503, times: 1_000, match: { path: `/laravel-pos/${path}` } });
    }
    await cheese.getByRole('button', { name: 'Ready' }).click();
    const pass = kitchen.getByLabel('At the pass', { exact: true });
    await pass.filter({ hasText: 'Quatre Fromages' }).waitFor();
    await kitchen.getByText('(1 to send)').waitFor();
    await kitchen.reload();
    await pass.filter({ hasText: 'Quatre Fromages' }).waitFor();
    await kitchen.getByText('(1 to send)').waitFor();
    await fetch(`${url}/_dev/faults`, { method: 'DELETE' });
    await kitchen.getByText('(1 to send)').waitFor({ state: 'detached' });
    await pass.filter({ hasText: 'Quatre Fromages' }).waitFor();
    const { data } = (await ask('/laravel-pos/v1/kds/tickets', undefined, 'dev-kds')) as { readonly data: unknown };
    expect(data).toContainEqual(expect.objectContaining({ id: 98_703, status: 'ready' }));
  },
  patience,
);

test(
  'kitchen: without API and socket a reload shows the tickets; a step that is taken then survives another one, and is taken back for all to see when it is refused',
  async () => {
    const { url, ask, server } = await startedDev();
    const kitchen = await open('laravel-pos-kitchen', url);
    const status = kitchen.getByRole('status');
    await status.getByText('live').waitFor();
    await stored(kitchen, 'Quatre Fromages');
    const { id: gone } = await server.faults.add({ kind: 'stopped' });
    await status.getByText('live').waitFor({ state: 'detached' });
    await kitchen.reload();
    const cooking = kitchen.getByLabel('Cooking').getByRole('article').filter({ hasText: 'Quatre Fromages' });
    const atPass = kitchen
      .getByLabel('At the pass', { exact: true })
      .getByRole('article')
      .filter({ hasText: 'Quatre Fromages' });
    await cooking.waitFor();
    await cooking.getByRole('button', { name: 'Ready' }).click();
    await atPass.waitFor();
    await status.getByText('(1 to send)').waitFor();
    await kitchen.reload();
    await atPass.waitFor();
    await status.getByText('(1 to send)').waitFor();
    expect(await status.textContent()).not.toContain('live');

    const title = 'The oven says no.';
    const match = { path: '/laravel-pos/v1/kds/tickets/*/bump' };
    await server.faults.add({ kind: 'answer', status: 422, body: { title, status: 422 }, match });
    server.faults.remove(gone);
    await kitchen.getByRole('alert').waitFor();
    await cooking.waitFor();
    await atPass.waitFor({ state: 'detached' });
    await kitchen.getByRole('button', { name: 'Leave it' }).click();
    await kitchen.getByRole('alert').waitFor({ state: 'detached' });
    await status.getByText('live').waitFor();
    const { data } = (await ask('/laravel-pos/v1/kds/tickets', undefined, 'dev-kds')) as { readonly data: unknown };
    expect(data).toContainEqual(expect.objectContaining({ id: 98_703, status: 'in_preparation' }));
  },
  patience,
);
