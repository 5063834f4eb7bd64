import { expect, test } from 'vitest';
import { erpDishReady } from '../../src/contracts/brasserie/index.ts';
import { tokens } from '../../src/dev-server/backends/brasserie/tokens.ts';
import { patience } from '../effort.ts';
import { startedDev } from './dev.ts';
import { goOffline, goOnline, pages } from './pages.ts';

const { open } = pages();

test(
  'table-tap counter: a new order is called out, made and handed over',
  async () => {
    const { url, ask } = await startedDev();
    const counter = await open('table-tap-counter', url);
    await counter.getByRole('status').getByText('live , 1 orders').waitFor();
    const ada = counter.getByRole('listitem').filter({ hasText: '2 × Latte' });
    await ada.getByRole('button', { name: 'ready' }).click();
    await ada.getByRole('button', { name: 'completed' }).click();
    await counter.getByRole('status').getByText('0 orders').waitFor();
    // There is one counter left that it can be for.
    await ask('/table-tap/counters/Counter%202/status', { status: 'inactive' }, 'dev-sarah');
    const order = { customer_name: 'Grace', items: [{ product_id: 'croissant', quantity: 3 }] };
    await ask('/table-tap/orders', order, 'dev-jane');
    await counter.getByText(/^New: ORD/).waitFor();
    expect(await counter.getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/^ORD\d+ pending: 3 × Croissant preparing$/),
    ]);
  },
  patience,
);

test(
  'brasserie waiter: a menu and an order without a network, and a dish to fetch',
  async () => {
    const dev = await startedDev();
    const { url, ask } = dev;
    const waiter = await open('brasserie-waiter', url);
    await waiter.getByRole('status').getByText('live').waitFor();
    await waiter.getByText('Table 12: order 789').waitFor();
    await goOffline(waiter, dev);
    await waiter.getByLabel('Table').selectOption('5');
    await waiter.getByRole('listitem').filter({ hasText: 'Magret' }).getByRole('button').click();
    await waiter.getByText('With the Magret de canard: Cahors 2018?').waitFor();
    await waiter.getByRole('button', { name: 'Send to the kitchen' }).click();
    await waiter.getByText('Table 5: pending_sync').waitFor();
    await goOnline(waiter);
    await waiter.getByText('Table 5: order 790, sent').waitFor();
    await waiter.getByText('Table 5: pending_sync').waitFor({ state: 'detached' });
    const ready = { erp_order_id: 'K788', dish_name: 'Crème brûlée', table_id: 12 };
    await ask(`/brasserie${erpDishReady.path}`, ready, tokens.erp);
    const dish = waiter.getByText('At the pass: Crème brûlée for table 12');
    await dish.getByRole('button', { name: 'Fetched' }).click();
    await dish.waitFor({ state: 'detached' });
    const { data } = (await ask('/brasserie/api/orders', undefined, tokens.charlie)) as { readonly data: unknown[] };
    expect(data).toHaveLength(2);
  },
  patience,
);

test(
  'brasserie cashier: four guests pay a share each, and a card that is declined says so',
  async () => {
    const { url, ask } = await startedDev();
    const cashier = await open('brasserie-cashier', url);
    await cashier.getByLabel('Order').selectOption('789');
    const share = (guest: number) => cashier.getByRole('listitem').filter({ hasText: `Guest ${guest}: 25.50 €` });
    await share(1).getByRole('button', { name: 'Cash' }).click();
    await share(1).getByText('paid').waitFor();
    await ask('/brasserie/api/terminal', { next: 'declined' }, tokens.cashier);
    await share(2).getByRole('button', { name: 'Card' }).click();
    await cashier.getByText('The card was declined for cover 2.').waitFor();
    for (const guest of [2, 3]) {
      await share(guest).getByRole('button', { name: 'Card' }).click();
      await share(guest).getByText('paid').waitFor();
    }
    await share(4).getByRole('button', { name: 'Cash' }).click();
    await cashier.getByText('Guest 4 has paid.').waitFor();
    // Paid, it is nobody's to choose any more.
    await cashier.getByRole('option', { name: 'order 789' }).waitFor({ state: 'detached' });
    const { data } = (await ask('/brasserie/api/orders', undefined, tokens.cashier)) as { readonly data: unknown[] };
    expect(data).toEqual([expect.objectContaining({ id: 789, status: 'paid_complete' })]);
  },
  patience,
);

test(
  'restaurant-os manager: a table, the kitchen and the storage tell what happens, each what concerns it',
  async () => {
    const { url, ask } = await startedDev();
    const manager = await open('restaurant-os-manager', url);
    await manager.getByRole('button', { name: '5 free' }).click();
    await manager.getByRole('heading', { name: 'Table 5', exact: true }).waitFor();
    const items = [{ name: 'Котлета по-київськи', quantity: 2 }];
    await ask('/restaurant-os/api/orders', { data: { tableNumber: 5, items } });
    await manager.getByLabel('Table', { exact: true }).getByText('order 102 is new').waitFor();
    await manager.getByLabel('Table', { exact: true }).getByText('the table is occupied').waitFor();
    await manager.getByLabel('Kitchen').getByText('grill has ticket 502').waitFor();
    await manager.getByRole('heading', { name: 'Kitchen: 2 open' }).waitFor();
    await manager.getByLabel('Storage').getByText('Масло: 1.94 kg left').waitFor();
    await manager.getByRole('button', { name: '5 occupied' }).waitFor();
    expect(await manager.getByLabel('Storage').textContent()).not.toContain('Буряк');
  },
  patience,
);
