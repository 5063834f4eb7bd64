import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { patience } from '../../effort.ts';
import { plant } from '../../house/tree.ts';
import { ask, isLive, live, posDevice, posTokens, store, until } from './whole.ts';

const script = fileURLToPath(new URL('killed-server.ts', import.meta.url));

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** The id of the event that is in the log and told to nobody. */
  readonly hangs: Promise<string>;
}

async function run(file: string, port: string, hangsAt = 0): Promise<Running> {
  const child = spawn(process.execPath, [script, file, port, String(hangsAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const said = (word: string): Promise<string> =>
    new Promise((resolve) =>
      lines.on('line', (line) => {
        if (line.startsWith(word)) resolve(line.slice(word.length));
      }),
    );
  const hangs = said('hangs with ');
  return { child, url: await said('listens at '), hangs };
}

interface Page {
  readonly epoch: string;
  readonly events: readonly { readonly seq: number; readonly event_id: string }[];
}

async function logged(url: string): Promise<Page> {
  const since = `${url}/laravel-pos/v1/events/since?channel=private-store.${store.sku}.orders&seq=0`;
  const { status, body } = await ask('GET', since, posTokens.pos);
  expect(status).toBe(200);
  return body as Page;
}

const takeOrder = (url: string): Promise<unknown> =>
  ask('POST', `${url}/laravel-pos/v1/orders`, posTokens.kiosk, {
    channel: 'kiosk',
    items: [{ item_id: 1, qty: 1 }],
  }).catch(() => 'nobody answered');

test(
  'kill −9 between the log and the devices loses nothing: the log has it, and a device that was there catches it up by itself',
  { timeout: patience },
  async () => {
    const file = join(plant({}), 'events.db');
    const first = await run(file, '0', 2);
    const { url } = first;
    // With the pauses of every day: a device that comes back faster has used its attempts up before a server has started.
    const till = posDevice({ url, ws: url.replace('http', 'ws') }, 'pos', 'pos', { timing: {} });
    const heard: { readonly id: string | undefined; readonly seq: number | undefined; readonly origin: string }[] = [];
    const signals: string[] = [];
    till.on('OrderCreated', ({ id, seq, origin }) => void heard.push({ id, seq, origin }));
    till.signals.on(['gap', 'resync', 'anomaly', 'quarantined'], ({ kind }) => void signals.push(kind));
    await live(till);

    await takeOrder(url);
    await until(() => heard.length === 1);
    const before = await logged(url);
    const unanswered = takeOrder(url);
    const lost = await first.hangs;
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    await unanswered;
    await until(() => !isLive(till));
    expect(heard.map(({ id }) => id)).not.toContain(lost);

    await run(file, new URL(url).port);
    await until(() => isLive(till) && heard.length === 2, patience);
    expect(heard[1]).toMatchObject({ id: lost, seq: 2, origin: 'replay' });
    await takeOrder(url);
    await until(() => heard.length === 3);
    expect(heard.map(({ seq }) => seq)).toEqual([1, 2, 3]);

    const after = await logged(url);
    expect(after.epoch).toBe(before.epoch);
    expect(after.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(after.events.map(({ event_id }) => event_id)).toEqual(heard.map(({ id }) => id));
    expect(signals).toEqual([]);
  },
);
