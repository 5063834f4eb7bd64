// Plays the demo in a real browser, and fails with the first thing that is not so.
import { chromium, type Page } from 'playwright';
import { chromiumLaunch, findOrInstallChromium } from '../../tools/chromium.ts';
import { createStage } from './check/stage.ts';
import { requireForEverybody } from './check/for-everybody.ts';
import { ordersAtFirst, story } from './check/story.ts';

export async function check(url: string): Promise<void> {
  const provision = findOrInstallChromium();
  if (!provision.met) throw new Error(provision.reason);
  Object.assign(process.env, provision.env);
  const browser = await chromium.launch(chromiumLaunch());
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const faults = faultsOf(page);
    const stage = createStage(page);
    await page.goto(url);
    let orders = ordersAtFirst;
    await stage.agrees(orders);
    await requireForEverybody(page);
    for (const { title, play } of story) {
      const startedAt = performance.now();
      try {
        orders = await play(stage, orders);
        await stage.agrees(orders);
      } catch (error) {
        const line = (await page.locator('.agreement').textContent()) ?? '';
        throw new Error(`${title}: ${error instanceof Error ? error.message : String(error)}\nThe page says: ${line}`, {
          cause: error,
        });
      }
      console.log(`  ✓ ${title} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
    }
    await requireForEverybody(page);
    if (faults.length > 0) throw new Error(`The page reported: ${faults.join('; ')}`);
  } finally {
    await browser.close();
  }
}

/** A browser reports every request and every socket that was made to fail. */
const asked = /net::ERR_|WebSocket connection to|status of (?:4\d\d|503)/;

function faultsOf(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (entry) => {
    if (entry.type() === 'error' && !asked.test(entry.text())) faults.push(entry.text());
  });
  return faults;
}
