// `heard dev --chaos`: a process of its own, behind a network that goes wrong.
import { expect, test, vi } from 'vitest';
import { chaosRules } from '../../src/cli/chaos.ts';
import { tokens } from '../../src/dev-server/backends/laravel-pos/tokens.ts';
import { patience } from '../effort.ts';
import { dev } from './running.ts';

vi.setConfig({ testTimeout: patience });

test('the same seed is the same network, and another one is another', () => {
  expect(chaosRules(42)).toEqual(chaosRules(42));
  expect(chaosRules(42)).not.toEqual(chaosRules(43));
  const kinds = new Set([1, 2, 3, 4, 5, 6, 7, 8].flatMap((seed) => chaosRules(seed).map(({ action }) => action.kind)));
  expect(kinds.size).toBeGreaterThan(12);
  for (const { chance } of chaosRules(7)) expect(chance).toBeLessThanOrEqual(0.15);
});

/** How it went: each request in turn, as it was answered. */
async function asked(url: string, count: number): Promise<readonly (number | 'none')[]> {
  const answers: (number | 'none')[] = [];
  for (let at = 0; at < count; at += 1) {
    const response = await fetch(`${url}/laravel-pos/v1/orders`, {
      headers: { authorization: `Bearer ${tokens.pos}` },
    }).catch(() => undefined);
    answers.push(response?.status ?? 'none');
    await response?.text().catch(() => undefined);
  }
  return answers;
}

test('it is reached through the network of the seed, says each fault as it happens, and adds them up at the end', async () => {
  const runs: (readonly (number | 'none')[])[] = [];
  for (const seed of ['9', '9']) {
    const running = dev(['--port', '0', '--contract', 'laravel-pos', '--chaos', seed]);
    const url = await running.said(/listens at (http:\S+)/);
    const inner = await running.said(/The server without it: (http:\S+)/);
    await running.said(/(Chaos with the seed 9: \S+)/);
    expect(inner).not.toBe(url);
    for (const part of [`${url}/laravel-pos`, `${url.replace('http', 'ws')}/socket`]) {
      expect(running.stdout()).toContain(part);
    }
    runs.push(await asked(url, 16));
    await running.said(/(fault +chaos: \S+ of GET at \/laravel-pos\/v1\/orders)/);
    // What is behind it is well, and so is the way to the faults that are asked for.
    expect(new Set(await asked(inner, 16))).toEqual(new Set([200]));
    expect((await fetch(`${url}/_dev/faults`)).status).toBe(200);
    running.child.kill('SIGTERM');
    expect(await running.exit).toEqual([0, null]);
    expect(running.stdout()).toMatch(/Chaos with the seed 9 did:\n +\d+ {2}\S+/);
    expect(running.stderr()).toBe('');
  }
  expect(runs[0]).toEqual(runs[1]);
  expect(new Set(runs[0]).size).toBeGreaterThan(1);
});

test('without a seed it draws one and says it; as JSON, with what has happened', async () => {
  const running = dev(['--port', '0', '--chaos', '--json', '--contract', 'laravel-pos']);
  const url = await running.said(/"url":"(http:[^"]+)"/);
  const seed = await running.said(/"chaos":\{"seed":(\d+)/);
  await asked(url, 5);
  running.child.kill('SIGTERM');
  expect(await running.exit).toEqual([0, null]);
  const lines = running.stdout().trimEnd().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ kind: 'chaos', seed: Number(seed), fired: {} });
});

test.each<[string, string[], RegExp]>([
  ['a seed that is none', ['--chaos=abc'], /"abc" is no seed/],
  ['another machine', ['--chaos', '--host', '0.0.0.0'], /chaos is for this machine alone/],
])('%s is refused, and it is said why', async (_, args, why) => {
  const running = dev(args);
  expect(await running.exit).toEqual([2, null]);
  expect(running.stderr()).toMatch(why);
});
