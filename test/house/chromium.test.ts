import { chmodSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findOrInstallChromium } from '../../tools/chromium.ts';
import { plant } from './tree.ts';

function choose(path: string): string {
  vi.stubEnv('CHROMIUM_PATH', path);
  onTestFinished(() => void vi.unstubAllEnvs());
  return path;
}

test('a browser that was chosen is the one that is used', () => {
  const chosen = choose(`${plant({ chosen: '' })}/chosen`);
  chmodSync(chosen, 0o755);
  expect(findOrInstallChromium()).toEqual({ met: true, env: { CHROMIUM_PATH: chosen } });
});

test('a choice that leads nowhere is not quietly replaced by another browser', () => {
  choose('/no/such/browser');
  expect(findOrInstallChromium()).toEqual({
    met: false,
    reason: expect.stringContaining('/no/such/browser, where there is nothing'),
  });
});

test.skipIf(process.platform === 'win32').each(['', '/readable.txt'])(
  'a choice that is no program is refused',
  (path) => {
    const chosen = choose(`${plant({ 'readable.txt': '' })}${path}`);
    expect(findOrInstallChromium()).toEqual({
      met: false,
      reason: expect.stringContaining(`${chosen}, which is not a program that can be run`),
    });
  },
);
