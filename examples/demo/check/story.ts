// The whole story, act by act. After each, five screens agree with the server.
import type { Wire } from '../wires.ts';
import type { Stage } from './stage.ts';

/** A lunch that has begun. */
export const ordersAtFirst = 3;

export interface Act {
  readonly title: string;
  /** Resolves with how many orders there are then. */
  play(stage: Stage, orders: number): Promise<number>;
}

const act = (title: string, play: Act['play']): Act => ({ title, play });

function must(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

const kitchen = '[data-device="kds"]';
const newest = '[data-device="pos"] li[data-order] >> nth=0';

/** Everything is as it was, and goes on. */
async function switchTo(wire: Wire, stage: Stage, orders: number): Promise<number> {
  await stage.page.locator(`[data-wire="${wire}"]`).click();
  await stage.page.locator(`[data-wire="${wire}"][aria-pressed="true"]`).waitFor();
  await stage.agrees(orders);
  const before = await stage.count('back-office', 'received');
  await stage.orderAtTheTill();
  // By that wire, and not by what is read.
  await stage.counts('back-office', 'received', before + 1);
  return orders + 1;
}

/** What can happen at any time, and over any wire. */
const mishaps: readonly Act[] = [
  act('The server is stopped: an order waits until it is started again', async (stage, orders) => {
    const before = await stage.count('pos', 'sent');
    await stage.breaks('server');
    await stage.page.locator('[data-does="server"][data-is="stopped"]').waitFor();
    await stage.orderAtTheTill();
    await stage.counts('pos', 'queued', 1);
    await stage.breaks('server');
    await stage.page.locator('[data-does="server"][data-is="running"]').waitFor();
    await stage.counts('pos', 'sent', before + 1);
    return orders + 1;
  }),

  act('Events that come twice are told once', async (stage, orders) => {
    const before = await stage.count('back-office', 'swallowed');
    await stage.arms('double');
    await stage.orderAtTheTill();
    await stage.counts('back-office', 'swallowed', before + 1);
    await stage.hasHappened('double');
    return orders + 1;
  }),

  act('Events that get lost are found', async (stage, orders) => {
    const before = await stage.count('back-office', 'healed');
    await stage.arms('lose');
    await stage.orderAtTheTill();
    await stage.counts('back-office', 'healed', before + 1);
    await stage.hasHappened('lose');
    return orders + 1;
  }),

  act('Events that overtake each other are put in order', async (stage, orders) => {
    await stage.arms('swap');
    await stage.orderAtTheTill();
    await stage.orderAtTheKiosk();
    await stage.hasHappened('swap');
    return orders + 2;
  }),

  act('A token that has run out is renewed, and the order is taken', async (stage, orders) => {
    await stage.arms('expire');
    await stage.orderAtTheTill();
    await stage.page.locator('.diary').getByText('asked for another token').first().waitFor();
    await stage.hasHappened('expire');
    return orders + 1;
  }),

  act('A refused order waits for a person, who sends it again', async (stage, orders) => {
    await stage.arms('refuse-order');
    await stage.orderAtTheTill('Classic Burger');
    await stage.counts('pos', 'parked', 1);
    await stage.agrees(orders);
    await stage.device('back-office').getByRole('button', { name: 'Try again' }).click();
    await stage.device('back-office').getByText('Nothing was refused').waitFor();
    await stage.hasHappened('refuse-order');
    return orders + 1;
  }),
];

export const story: readonly Act[] = [
  act('An order of the till becomes a ticket, a receipt and a figure in the office', async (stage, orders) => {
    await stage.orderAtTheTill();
    await stage.ticketOf('120044').waitFor();
    await stage.device('printer-gateway').getByText('Order 120044').waitFor();
    await stage
      .device('back-office')
      .locator('[data-total="orders"]')
      .getByText(`${orders + 1}`)
      .waitFor();
    return orders + 1;
  }),

  act('A ticket that is ready shows at once', async (stage, orders) => {
    const ticket = stage.ticketOf('120044');
    await ticket.getByRole('button', { name: 'Ready' }).click();
    await stage.page.locator(`${kitchen} .ticket[data-order="120044"][data-status="ready"]`).waitFor();
    return orders;
  }),

  act('A refused bump is taken back, said, and given up by a person', async (stage, orders) => {
    await stage.arms('refuse-bump');
    await stage.ticketOf('120043').getByRole('button', { name: 'Ready' }).click();
    await stage.ticketOf('120043').getByText('refused by the server, taken back').waitFor();
    await stage.page.locator(`${kitchen} .ticket[data-order="120043"][data-status="in_preparation"]`).waitFor();
    await stage.device('back-office').getByRole('button', { name: 'Discard' }).click();
    await stage.device('back-office').getByText('Nothing was refused').waitFor();
    await stage.hasHappened('refuse-bump');
    return orders;
  }),

  act('The kitchen’s Wi-Fi is cut: it goes on, and catches up', async (stage, orders) => {
    await stage.officeSees('Kitchen');
    await stage.wifi('kds', 'cut');
    await stage.officeSees('none');
    await stage.orderAtTheKiosk();
    await stage.orderAtTheKiosk();
    await stage.ticketOf('120043').getByRole('button', { name: 'Ready' }).click();
    await stage.ticketOf('120043').getByText('on its way').waitFor();
    await stage.agreesNot('Kitchen');
    await stage.wifi('kds', 'up');
    await stage.officeSees('Kitchen');
    await stage.counts('kds', 'healed', 2);
    return orders + 2;
  }),

  act(
    'No Wi-Fi at the till and in the kitchen: orders and bumps are kept over a reload, and sent once',
    async (stage, orders) => {
      await stage.wifi('pos', 'cut');
      await stage.wifi('kds', 'cut');
      await stage.ticketOf('120045').getByRole('button', { name: 'Ready' }).click();
      await stage.ticketOf('120045').getByText('on its way').waitFor();
      await stage.orderAtTheTill();
      await stage.orderAtTheTill('Merguez');
      await stage.counts('pos', 'queued', 2);
      await stage.page.reload();
      await stage.counts('pos', 'queued', 2);
      const waiting = stage.device('pos').locator('li[data-waiting]');
      await waiting.nth(1).waitFor();
      await stage.ticketOf('120045').getByText('on its way').waitFor();
      await stage.wifi('pos', 'up');
      await stage.wifi('kds', 'up');
      await stage.counts('pos', 'sent', 2);
      return orders + 2;
    },
  ),

  ...mishaps,

  act('A receipt is printed again, and says that it is a copy', async (stage, orders) => {
    await stage.page.locator(newest).getByRole('button', { name: /again/ }).click();
    await stage.device('printer-gateway').locator('[data-copy="asked-for"]').waitFor();
    return orders;
  }),

  act('A reload keeps everything, and prints nothing anew', async (stage, orders) => {
    const slips = stage.device('printer-gateway').locator('li[data-job]');
    const before = await slips.count();
    await stage.page.reload();
    await stage.agrees(orders);
    must((await slips.count()) === before, 'A reload has printed something, or lost paper.');
    const originals = await slips.evaluateAll((all) =>
      all.filter(({ dataset }) => dataset['copy'] === 'no').map(({ dataset }) => dataset['job']),
    );
    must(new Set(originals).size === originals.length, 'A receipt was printed twice, and not marked as a copy.');
    must(originals.length === orders - ordersAtFirst, 'There are more or fewer receipts than orders.');
    return orders;
  }),

  act('Another transport, and the same memory: WebSocket', (stage, orders) => switchTo('websocket', stage, orders)),

  act('Another transport, and the same memory: Socket.IO', (stage, orders) => switchTo('socket-io', stage, orders)),

  act('Over Socket.IO, a kitchen whose Wi-Fi is cut is missed, and catches up', async (stage, orders) => {
    const before = await stage.count('kds', 'healed');
    await stage.officeSees('Kitchen');
    await stage.wifi('kds', 'cut');
    await stage.officeSees('none');
    await stage.orderAtTheKiosk();
    await stage.agreesNot('Kitchen');
    await stage.wifi('kds', 'up');
    await stage.officeSees('Kitchen');
    await stage.counts('kds', 'healed', before + 1);
    return orders + 1;
  }),

  ...mishaps.map(({ title, play }) => act(`Over Socket.IO: ${title}`, play)),

  act('Old data are restored: all begin anew from them, and go on', async (stage) => {
    await stage.breaks('restore');
    await stage.agrees(ordersAtFirst);
    const slips = stage.device('printer-gateway').locator('li[data-job]');
    const before = await slips.count();
    await stage.orderAtTheTill();
    await slips.nth(before).waitFor();
    return ordersAtFirst + 1;
  }),
];
