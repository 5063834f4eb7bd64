// What docs/decisions/0012-http.md says of browsers, so that it is noticed when they change.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright';
import { expect, onTestFinished, test } from 'vitest';
import { patience } from '../effort.ts';
import { emptyProfile, started } from './chromium.ts';

/** How often a POST arrives that the page sends once, to a server that does it and then goes away without a word. */
async function arrivals(keepsConnections: boolean): Promise<number> {
  let count = 0;
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      count += 1;
      request.resume().on('end', () => request.socket.destroy());
      return;
    }
    if (!keepsConnections) response.setHeader('connection', 'close');
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { debugging } = await started(emptyProfile());
  const [context] = (await chromium.connectOverCDP(debugging)).contexts();
  const page = await context?.newPage();
  await page?.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const outcome = await page?.evaluate(async () => {
    const plainly = { credentials: 'omit', redirect: 'manual', cache: 'no-store' } as const;
    // A connection that was used before, where there is to be one.
    await (await fetch('/', plainly)).text();
    return fetch('/', { ...plainly, method: 'POST', body: '{}' }).then(
      () => 'answered',
      () => 'failed',
    );
  });
  expect(outcome).toBe('failed');
  return count;
}

test(
  'Chromium itself sends a POST again when a connection that it has used before ends without a word, and a new one it does not',
  async () => {
    expect(await arrivals(true)).toBeGreaterThan(1);
    expect(await arrivals(false)).toBe(1);
  },
  patience,
);
