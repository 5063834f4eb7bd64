// What `--cors` is for: the browser does the refusing, and what it makes of an answer is known to a browser alone.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright';
import { expect, onTestFinished, test } from 'vitest';
import { backends } from '../../src/dev-server/backends/index.ts';
import { tokens } from '../../src/dev-server/backends/laravel-pos/tokens.ts';
import { createDevServer, type DevServerOptions } from '../../src/dev-server/dev-server.ts';
import type { Traffic } from '../../src/dev-server/traffic.ts';
import { chromiumLaunch } from '../../tools/chromium.ts';

/** An empty page of an origin of its own. */
async function origin(): Promise<string> {
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>till</title>'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function started(options: Partial<DevServerOptions>) {
  const traffic: Traffic[] = [];
  const server = createDevServer({
    backends: Object.values(backends),
    port: 0,
    traffic: (entry) => void traffic.push(entry),
    ...options,
  });
  const url = await server.listen();
  onTestFinished(() => server.close());
  return { url, cors: () => traffic.flatMap((entry) => (entry.kind === 'cors' ? [entry.what] : [])) };
}

async function opened(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address);
  return page;
}

async function browse(): Promise<Browser> {
  const browser = await chromium.launch(chromiumLaunch());
  onTestFinished(() => browser.close());
  return browser;
}

const authorization = `Bearer ${tokens.pos}`;
const order = JSON.stringify({ channel: 'pos', items: [{ item_id: 1, qty: 1 }] });

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** As a page tells it: a status and what it may read of it, or only that it failed. */
const ask = (page: Page, url: string, init: Asked = {}): Promise<string> =>
  page.evaluate(
    async ([address, asked]) => {
      try {
        const answer = await fetch(address, asked);
        return `${answer.status}, date ${answer.headers.get('date') === null ? 'hidden' : 'shown'}`;
      } catch (error) {
        return error instanceof TypeError ? 'a network error' : String(error);
      }
    },
    [url, init] as const,
  );

const socketOpens = (page: Page, url: string): Promise<boolean> =>
  page.evaluate(
    (address) =>
      new Promise<boolean>((resolve) => {
        const socket = new WebSocket(address);
        socket.addEventListener('open', () => resolve(true));
        socket.addEventListener('error', () => resolve(false));
      }),
    url,
  );

const sockets = (page: Page, url: string): Promise<readonly boolean[]> => {
  const ws = url.replace('http', 'ws');
  const addresses = ['/app/heard-key?protocol=7', '/socket', '/ws', '/socket.io/?EIO=4&transport=websocket'];
  return Promise.all(addresses.map((path) => socketOpens(page, ws + path)));
};

const polling = '/socket.io/?EIO=4&transport=polling';
const all = [true, true, true, true];
const none = [false, false, false, false];

test('as strict as a real deployment: a listed page may what a deployment allows, and a header too many is a network error', async () => {
  const till = await origin();
  const { url, cors } = await started({ cors: { origins: [till] } });
  const page = await opened(await browse(), till);
  const orders = `${url}/laravel-pos/v1/orders`;
  const headers = { authorization, 'content-type': 'application/json' };
  expect(await ask(page, orders, { headers })).toBe('200, date hidden');
  expect(await ask(page, orders, { method: 'POST', headers, body: order })).toBe('201, date hidden');
  // The preflight does not allow it, so the order is not sent at all.
  const keyed = { ...headers, 'idempotency-key': 'one' };
  expect(await ask(page, orders, { method: 'POST', headers: keyed, body: order })).toBe('a network error');
  expect(cors()).toEqual([expect.stringContaining(`${till} may not send idempotency-key`)]);
  expect(await ask(page, url + polling)).toBe('200, date hidden');
  expect(await sockets(page, url)).toEqual(all);
});

test('a page that is not listed reads nothing, opens no socket and asks for no fault, and the terminal says why', async () => {
  const [till, stranger] = [await origin(), await origin()];
  const { url, cors } = await started({ cors: { origins: [till] } });
  const page = await opened(await browse(), stranger);
  expect(await ask(page, `${url}/service-floor/orders`)).toBe('a network error');
  expect(await ask(page, `${url}/laravel-pos/v1/orders`, { headers: { authorization } })).toBe('a network error');
  expect(await ask(page, url + polling)).toBe('a network error');
  expect(await sockets(page, url)).toEqual(none);
  const fault = { method: 'POST', body: JSON.stringify({ kind: 'epoch-reset' }) };
  expect(await ask(page, `${url}/_dev/faults`, fault)).toBe('a network error');
  expect(await (await fetch(`${url}/_dev/faults`)).json()).toEqual({ faults: [] });
  expect(cors().length).toBeGreaterThan(6);
  expect(cors().every((what) => what.includes(stranger) && what.includes(till))).toBe(true);
});

test('without it, a page of this machine may everything', async () => {
  const { url, cors } = await started({});
  const page = await opened(await browse(), await origin());
  const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': 'one' };
  const orders = `${url}/laravel-pos/v1/orders`;
  expect(await ask(page, orders, { method: 'POST', headers, body: order })).toBe('201, date shown');
  expect(await ask(page, url + polling)).toMatch(/^200/);
  expect(await sockets(page, url)).toEqual(all);
  expect(cors()).toEqual([]);
});
