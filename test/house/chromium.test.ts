import { expect, test, vi } from 'vitest';
import { findOrInstallChromium } from '../../tools/chromium.ts';
import { plant } from './tree.ts';

test('a browser that was chosen is the one that is used', () => {
  vi.stubEnv('CHROMIUM_PATH', `${plant({ chosen: '' })}/chosen`);
  expect(findOrInstallChromium()).toEqual({ met: true, env: { CHROMIUM_PATH: process.env['CHROMIUM_PATH'] } });
  vi.unstubAllEnvs();
});

test('a choice that leads nowhere is not quietly replaced by another browser', () => {
  vi.stubEnv('CHROMIUM_PATH', '/no/such/browser');
  expect(findOrInstallChromium()).toEqual({ met: false, reason: expect.stringContaining('/no/such/browser') });
  vi.unstubAllEnvs();
});
