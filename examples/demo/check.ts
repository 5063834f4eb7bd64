import { chromium, type Page } from 'playwright';
import { chromiumLaunch, findOrInstallChromium } from '../../tools/chromium.ts';

/** Plays the demo as a cook would, in a real browser, and fails with the first thing that is not so. */
export async function check(url: string): Promise<void> {
  const provision = findOrInstallChromium();
  if (!provision.met) throw new Error(provision.reason);
  Object.assign(process.env, provision.env);
  const browser = await chromium.launch(chromiumLaunch());
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (entry) => {
      // A browser reports every request that the missing Wi-Fi has failed.
      if (entry.type() === 'error' && !/net::ERR_|WebSocket connection to|status of 503/.test(entry.text()))
        faults.push(entry.text());
    });
    const press = (name: string): Promise<void> => page.getByRole('button', { name }).click();
    await page.goto(url);
    await shows(page, 'status', 'live');

    // A lunch that has begun: what is there already is shown, and rings for nobody.
    const tickets = page.getByRole('article');
    await tickets.nth(1).waitFor();
    const before = await tickets.count();
    await shows(page, 'rung', '0');
    await shows(page, 'caught-up', '0');

    await press('Take an order');
    const number = await page.locator('.heard li').first().textContent();
    const order = Number(number?.slice(1));
    const ticket = tickets.filter({ has: page.getByRole('heading', { name: `#${order}`, exact: true }) });
    await ticket.waitFor();
    await ticket.getByRole('button', { name: 'Ready' }).click();
    await ticket.getByText('ready', { exact: true }).waitFor();
    await ticket.getByRole('button', { name: 'Back to preparation' }).click();
    await ticket.getByText('in preparation', { exact: true }).waitFor();

    // Three orders of the outage, and one that is taken by hand.
    await press('Cut the Wi-Fi for 5 s');
    await shows(page, 'status', 'connecting');
    await press('Take an order');
    // What the cook does meanwhile is kept, and sent once.
    await ticket.getByRole('button', { name: 'Ready' }).click();
    await ticket.getByText('“Ready” is on its way').waitFor();
    await shows(page, 'waiting', '1');
    await shows(page, 'status', 'live');
    await ticket.getByText('ready', { exact: true }).waitFor();
    await shows(page, 'waiting', '0');
    const missed = [1, 2, 3, 4].map((later) => `#${order + later} caught up`);
    await heard(page, [`#${order} live`, ...missed]);
    await press('The last ticket again');
    await press('Take an order');
    await heard(page, [`#${order} live`, ...missed, `#${order + 5} live`]);
    await shows(page, 'rung', '2');
    await shows(page, 'caught-up', '4');

    await press('A broken event');
    await shows(page, 'quarantined', '1');
    await press('Another store’s event');
    await shows(page, 'foreign', '1');
    await press('An event of tomorrow');
    await shows(page, 'unknown', '1');
    await shows(page, 'status', 'live');
    if ((await tickets.count()) !== before + 6) throw new Error('There are more or fewer tickets than orders.');
    if (faults.length > 0) throw new Error(`The page reported: ${faults.join('; ')}`);
  } finally {
    await browser.close();
  }
}

/** The tickets in the order in which they were announced, each as often as it was. */
async function heard(page: Page, expected: readonly string[]): Promise<void> {
  const chips = page.locator('.heard li');
  await chips.nth(expected.length - 1).waitFor({ timeout: 10_000 });
  const found = await chips.evaluateAll((all) =>
    all.map((chip) => `${chip.textContent} ${chip.getAttribute('data-how')}`),
  );
  if (found.join() !== expected.join()) throw new Error(`Heard ${found.join(', ')} and not ${expected.join(', ')}.`);
}

async function shows(page: Page, name: string, text: string): Promise<void> {
  await page.locator(`[data-figure="${name}"]`).getByText(text, { exact: true }).waitFor({ timeout: 15_000 });
}
