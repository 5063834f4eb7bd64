// A busy kitchen: the development server's house with many tickets, and the display of the examples in a real browser, built as
// Vite builds it for anybody.
import { createDevServer, type DevServer } from '../../src/dev-server/dev-server.ts';
import { backends } from '../../src/dev-server/backends/index.ts';
import { builtPages, servedPages } from '../examples/built-pages.ts';
import { openPage, type BrowserPage } from './browser.ts';
import type { NotRun } from './rows.ts';

interface Ticket {
  readonly id: number;
  status: string;
}

export interface Kitchen {
  readonly server: DevServer;
  readonly browser: BrowserPage;
  /** What is cooked or waits at the pass. */
  readonly tickets: readonly Ticket[];
  /** A cook says that a ticket is ready, or that it is not after all. */
  step(ticket: Ticket): Promise<void>;
  /** Resolves when the display is live and shows each ticket where it is. */
  shown(): Promise<void>;
  close(): Promise<void>;
}

/** A burger and a pizza each: with those of a fresh server, a hundred tickets. */
const orders = 49;

export async function openKitchen(): Promise<Kitchen | NotRun> {
  // Whoever has built a page in this process is in production by what Vite leaves behind.
  const server = createDevServer({ backends: [backends['laravel-pos']], port: 0, allowProduction: true });
  const url = await server.listen();
  const served = await servedPages(await builtPages('laravel-pos-kitchen'), url);

  async function ask(token: string, path: string, body?: object): Promise<unknown> {
    const [backend] = server.backends;
    const request = new Request(new URL(path, url), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await backend?.fetch(request);
    if (answer?.ok !== true) throw new Error(`${path} was answered with ${answer?.status}: ${await answer?.text()}`);
    return answer.json();
  }

  for (let order = 0; order < orders; order += 1) {
    const items = [
      { item_id: 1, qty: 1 + (order % 3) },
      { item_id: 11, qty: 2 },
    ];
    await ask('dev-pos', '/v1/orders', { client_order_id: `order-${order}`, channel: 'pos', items });
  }
  const tickets: Ticket[] = [];
  let next: string | null = '/v1/kds/tickets';
  while (next !== null) {
    const page = (await ask('dev-kds', next)) as {
      readonly data: readonly Ticket[];
      readonly next_cursor: string | null;
    };
    tickets.push(...page.data.filter(({ status }) => status === 'in_preparation' || status === 'ready'));
    next = page.next_cursor === null ? null : `/v1/kds/tickets?cursor=${encodeURIComponent(page.next_cursor)}`;
  }

  async function stop(): Promise<void> {
    served.stop();
    await server.close();
  }

  const opened = await openPage(`${served.url}/laravel-pos-kitchen/`);
  if ('notRun' in opened) {
    await stop();
    return opened;
  }
  return {
    server,
    browser: opened,
    tickets,
    async step(ticket) {
      const [verb, to] = ticket.status === 'ready' ? ['undo', 'in_preparation'] : ['bump', 'ready'];
      await ask('dev-kds', `/v1/kds/tickets/${ticket.id}/${verb}`, { to });
      ticket.status = to;
    },
    async shown() {
      const atPass = tickets.filter(({ status }) => status === 'ready').length;
      const cooking = tickets.length - atPass;
      await opened.page.waitForFunction(isShown, { cooking, atPass });
    },
    async close() {
      await opened.close();
      await stop();
    },
  };
}

/** In the page. */
function isShown({ cooking, atPass }: { readonly cooking: number; readonly atPass: number }): boolean {
  const shows = (section: string): number =>
    document.querySelectorAll(`section[aria-label="${section}"] > article`).length;
  const { textContent } = document.querySelector('[role="status"]') ?? {};
  return shows('Cooking') === cooking && shows('At the pass') === atPass && textContent?.startsWith('live') === true;
}
