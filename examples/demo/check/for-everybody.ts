// What a page needs so that everybody can use it: with a finger, a keyboard, a screen reader, at night, on a small screen.
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const leastTouchPx = 44;
const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
] as const;

export async function requireForEverybody(page: Page): Promise<void> {
  const wrong: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    wrong.push(...(await violations(page)).map((violation) => `${colorScheme}: ${violation}`));
  }
  for (const size of sizes) {
    await page.setViewportSize(size);
    wrong.push(...(await tooSmall(page)).map((found) => `${size.width} px: ${found}`));
  }
  await page.setViewportSize(sizes[0]);
  if (wrong.length > 0) throw new Error(`Not for everybody:\n${wrong.join('\n')}`);
}

async function violations(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.addScriptTag({ path: axe });
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.map(({ id, help, nodes }) => `${id}, ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Buttons that a finger misses, and a page that has to be pushed sideways. */
async function tooSmall(page: Page): Promise<readonly string[]> {
  return page.evaluate((least) => {
    const buttons = [...document.querySelectorAll('button')].flatMap((button) => {
      const { width, height } = button.getBoundingClientRect();
      return Math.min(width, height) < least ? [`“${button.textContent}” is ${width} × ${height}`] : [];
    });
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [...buttons, `the page is ${scrollWidth} wide`] : buttons;
  }, leastTouchPx);
}
