import { describe, expect, test } from 'vitest';
import type { Gate, Provision } from '../../tools/runner/gate.ts';
import { exitCode, report } from '../../tools/runner/report.ts';
import { runGates } from '../../tools/runner/run.ts';
import { select } from '../../tools/runner/selection.ts';

const gate = (name: string, code: string, more: Partial<Gate> = {}): Gate => ({
  name,
  proves: `${name} holds`,
  command: [process.execPath, '--eval', code],
  ...more,
});
const passing = (name: string, more?: Partial<Gate>) => gate(name, '', more);
const failing = (name: string, more?: Partial<Gate>) => gate(name, 'process.exitCode = 3', more);

const noBrowser: Provision = { met: false, reason: 'There is no Chromium on this machine.' };

async function run(gates: readonly Gate[], options: { args?: readonly string[]; allowMissing?: boolean } = {}) {
  let printed = '';
  const outcomes = await runGates(select(gates, options.args ?? []), {
    provide: () => noBrowser,
    print: (text) => {
      printed += text;
    },
    allowMissing: options.allowMissing ?? false,
  });
  const lines = report(outcomes).trimEnd().split('\n');
  return { printed, table: lines.slice(0, -1).join('\n'), lastLine: lines.at(-1), exit: exitCode(outcomes) };
}

test('every gate runs, also after one that failed, and the table names it', async () => {
  const { table, lastLine, exit } = await run([passing('first'), failing('second'), passing('third')]);
  expect(table).toMatch(/^ {3}first +\d+\.\d s {2}passed$/m);
  expect(table).toMatch(/^!! second +\d+\.\d s {2}FAILED$/m);
  expect(table).toMatch(/^ {3}third +\d+\.\d s {2}passed$/m);
  expect(lastLine).toBe('2 passed, 1 failed');
  expect(exit).toBe(1);
});

test('a run in which everything passed ends with 0', async () => {
  expect(await run([passing('only')])).toMatchObject({ lastLine: '1 passed, 0 failed', exit: 0 });
});

test('the output of gates that run side by side stays under their own headings', async () => {
  const talk = (word: string) => `console.log('${word} 1'); setImmediate(() => console.error('${word} 2'))`;
  const { printed } = await run([gate('a', talk('left'), { fast: true }), gate('b', talk('right'), { fast: true })]);
  expect(printed).toContain('=== a: a holds\nleft 1\nleft 2\n');
  expect(printed).toContain('=== b: b holds\nright 1\nright 2\n');
});

test('what a failed gate printed last stands once more right before the table, however much the others said', async () => {
  const wordy = 'for (let line = 1; line <= 500; line += 1) console.log(`line ${line}`); process.exitCode = 1';
  const { table } = await run([gate('wordy', wordy), gate('chatty', "console.log('all is well')")]);
  expect(table).toContain('=== why wordy failed, its last lines again\nline 421\n');
  expect(table).toContain('\nline 500\n\n!! wordy');
  expect(table).not.toContain('all is well');
});

test('a program that does not exist is a failure with a reason', async () => {
  const { printed, exit } = await run([{ ...passing('ghost', { fast: true }), command: ['no-such-program-here'] }]);
  expect(printed).toContain('no-such-program-here did not start');
  expect(exit).toBe(1);
});

test('a gate whose prerequisite failed fails too, and says why', async () => {
  const { table, lastLine } = await run([failing('build'), passing('size', { after: 'build' })]);
  expect(table).toContain('FAILED (not run, because build did not pass)');
  expect(lastLine).toBe('0 passed, 2 failed');
});

describe('what the machine cannot run', () => {
  test('fails with the reason', async () => {
    const { table, lastLine, exit } = await run([passing('browser', { needs: 'chromium' })]);
    expect(table).toContain('FAILED (There is no Chromium on this machine.)');
    expect(lastLine).toBe('0 passed, 1 failed');
    expect(exit).toBe(1);
  });

  test('is shown as not run where that was asked for, never as passed', async () => {
    const gates = [passing('unit'), passing('browser', { needs: 'chromium' })];
    const { printed, table, lastLine, exit } = await run(gates, { allowMissing: true });
    expect(printed).toContain('!!!!\nNOT RUN: There is no Chromium');
    expect(table).toMatch(/^!! browser .* NOT RUN \(There is no Chromium/m);
    expect(lastLine).toBe('1 passed, 0 failed, 1 skipped');
    expect(exit).toBe(0);
  });
});

describe('the command line', () => {
  const gates = [
    passing('types', { fast: true }),
    passing('build'),
    passing('size', { after: 'build' }),
    passing('soak', { fullOnly: true }),
  ];
  const names = (...args: string[]) => select(gates, args).gates.map(({ name }) => name);

  test('runs everything but the long versions unless told otherwise', () => {
    expect(names()).toEqual(['types', 'build', 'size']);
    expect(names('--fast')).toEqual(['types']);
    expect(names('--full')).toEqual(['types', 'build', 'size', 'soak']);
  });

  test('a named gate brings what it needs, and a long one may be named', () => {
    expect(names('--only', 'size')).toEqual(['build', 'size']);
    expect(names('--only', 'soak,types')).toEqual(['types', 'soak']);
  });

  test('refuses what it does not know', () => {
    expect(() => names('--only', 'typos')).toThrow('Unknown gate typos. Gates: types, build, size, soak');
    expect(() => names('--only')).toThrow('Unknown gate');
    expect(() => names('--fsat')).toThrow('Unknown argument --fsat');
  });
});

test('the long versions reach the tests through the environment', async () => {
  const needsFull = gate('simulation', "process.exitCode = process.env.HEARD_LENGTH === 'long' ? 0 : 1");
  expect(await run([needsFull], { args: ['--full'] })).toMatchObject({ exit: 0 });
  expect(await run([needsFull])).toMatchObject({ exit: 1 });
});
