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
      if (entry.type() === 'error') faults.push(entry.text());
    });
    await page.goto(url);
    await shows(page, 'status', 'connected');

    await page.getByRole('button', { name: 'Take an order' }).click();
    const ticket = page.getByRole('article').first();
    await ticket.waitFor();
    await ticket.getByRole('button', { name: 'Ready' }).click();
    await ticket.getByText('ready', { exact: true }).waitFor();
    await ticket.getByRole('button', { name: 'Back to preparation' }).click();
    await ticket.getByText('in preparation', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'A broken event' }).click();
    await shows(page, 'quarantined', '1');
    await page.getByRole('button', { name: 'Another store’s event' }).click();
    await shows(page, 'foreign', '1');
    await page.getByRole('button', { name: 'An event of tomorrow' }).click();
    await shows(page, 'unknown', '1');
    if ((await page.getByRole('article').count()) !== 1) throw new Error('A stranger’s ticket is on the screen.');
    if (faults.length > 0) throw new Error(`The page reported: ${faults.join('; ')}`);
  } finally {
    await browser.close();
  }
}

async function shows(page: Page, name: string, text: string): Promise<void> {
  await page.locator(`[data-figure="${name}"]`).getByText(text, { exact: true }).waitFor({ timeout: 10_000 });
}
