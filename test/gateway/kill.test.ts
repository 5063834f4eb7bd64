import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { seededRandom } from '../../src/testing/fake-host.ts';
import { patience, runs } from '../effort.ts';
import { readPrinted, type Asked, type Printed } from './protocol.ts';

const script = fileURLToPath(new URL('gateway.ts', import.meta.url));

interface Gateway {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  /** When what it has said is enough, or it has ended. */
  until(isEnough: (lines: readonly string[]) => boolean): Promise<void>;
  kill(): Promise<void>;
  readonly ended: Promise<void>;
}

/** A server's log, a printer's paper, and gateways one after the other between them. */
function createPlace() {
  const folder = mkdtempSync(join(tmpdir(), 'heard-gateway-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const logFile = join(folder, 'server.log');
  const printFile = join(folder, 'paper');
  for (const file of [logFile, printFile]) writeFileSync(file, '');
  const log: Asked[] = [];

  return {
    log,
    printed: () => readPrinted(readFileSync(printFile, 'utf8')),
    ask(job: number, attempts: number): void {
      const asked: Asked = { seq: log.length + 1, job, attempts, printer: job % 3 };
      log.push(asked);
      appendFileSync(logFile, `${JSON.stringify(asked)}\n`);
    },
    start(pace = 10, mode: '' | 'retry' = ''): Gateway {
      const args = [script, join(folder, 'storage'), logFile, printFile, String(pace), mode];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      onTestFinished(() => void child.kill('SIGKILL'));
      const lines: string[] = [];
      const waiting = new Set<() => void>();
      let isOver = false;
      const look = (): void => waiting.forEach((check) => check());
      const ended = new Promise<void>((resolve) => {
        child.on('close', () => {
          isOver = true;
          look();
          resolve();
        });
      });
      createInterface({ input: child.stdout }).on('line', (line) => {
        lines.push(line);
        look();
      });
      return {
        child,
        lines,
        ended,
        until: (isEnough) =>
          new Promise((resolve) => {
            const check = (): void => {
              if (!isOver && !isEnough(lines)) return;
              waiting.delete(check);
              resolve();
            };
            waiting.add(check);
            check();
          }),
        kill() {
          child.kill('SIGKILL');
          return ended;
        },
      };
    },
  };
}

const unitOf = ({ job, attempt }: Printed): string => `job ${job}, attempt ${attempt}`;

/** Everything that was asked for is printed; what is printed again says so; each printer keeps its order. */
function check(log: readonly Asked[], printed: readonly Printed[], letters: ReadonlySet<number> = new Set()): void {
  const first = new Map<string, Printed>();
  const unmarked: Printed[] = [];
  for (const print of printed) {
    if (!first.has(unitOf(print))) first.set(unitOf(print), print);
    else if (!print.redelivered) unmarked.push(print);
  }
  expect(unmarked).toEqual([]);
  const lost = log.filter(({ job, attempts }) => !first.has(`job ${job}, attempt ${attempts + 1}`));
  expect(lost).toEqual([]);
  expect(first.size).toBe(log.length);
  // What was given up has lost its place.
  const inPlace = log.filter(({ seq }) => !letters.has(seq));
  for (const printer of [0, 1, 2]) {
    const asked = inPlace
      .filter((line) => line.printer === printer)
      .map(({ job, attempts }) => `job ${job}, attempt ${attempts + 1}`);
    const own = new Set(asked);
    expect([...first.keys()].filter((unit) => own.has(unit))).toEqual(asked);
  }
}

const isIdle = (head: number) => (lines: readonly string[]) => lines.some((line) => line.startsWith(`idle ${head} `));
/** As many as there are minutes for. */
const kills = Math.min(runs(25).numRuns, 300);

test(
  'F42, F43, F98: killed at any moment, a gateway loses nothing, and what it prints again it marks',
  async () => {
    const place = createPlace();
    const random = seededRandom(98);
    const attempts: number[] = [];
    const ask = (count: number): void => {
      for (let number = 0; number < count; number += 1) {
        const reprint =
          attempts.length > 20 && random() < 0.15 ? Math.floor(random() * attempts.length) : attempts.length;
        const before = attempts[reprint] ?? 0;
        attempts[reprint] = before + 1;
        place.ask(reprint, before);
      }
    };
    let inTheMiddle = 0;
    const letters = new Set<number>();
    const surprises: string[] = [];
    for (let round = 0; round < kills; round += 1) {
      ask(3);
      const gateway = place.start();
      // Some die while they open, most while they print.
      const words = random() < 0.15 ? 0 : 1 + Math.floor(random() * 25);
      const isWorking = (lines: readonly string[]): boolean => lines.length > 0;
      if (words > 1) {
        await gateway.until(isWorking);
        ask(4);
      }
      await gateway.until((lines) => lines.length >= words || isIdle(place.log.length)(lines));
      await gateway.kill();
      const begun = gateway.lines.filter((line) => line.startsWith('begin ')).length;
      if (begun > gateway.lines.filter((line) => line.startsWith('end ')).length) inTheMiddle += 1;
      for (const line of gateway.lines) {
        const letter = /^signal .*"deadLetter".*"eventId":"event-(\d+)".*"mayHaveRun":true/.exec(line)?.[1];
        // Killed six times in a row while it was printed: a person decides.
        if (letter !== undefined) letters.add(Number(letter));
        else if (line.startsWith('signal ')) surprises.push(line);
      }
    }
    const last = place.start(0, 'retry');
    await last.until(isIdle(place.log.length));
    await last.kill();
    const printed = place.printed();
    const again = printed.length - new Set(printed.map(unitOf)).size;
    console.log(
      `${kills} kills, ${inTheMiddle} of them while it printed; ${place.log.length} jobs asked for, ${printed.length} printed, ${again} of them again; ${letters.size} dead letters, tried again at the end`,
    );
    expect(surprises).toEqual([]);
    check(place.log, printed, letters);
    expect(inTheMiddle).toBeGreaterThan(kills / 5);
  },
  patience * 3,
);

test(
  'F98, I14: told to stop, it ends what it prints, and the next one prints the rest without a mark',
  async () => {
    const place = createPlace();
    for (let job = 0; job < 30; job += 1) place.ask(job, 0);
    const gateway = place.start();
    await gateway.until((lines) => lines.some((line) => line.startsWith('print ')));
    gateway.child.kill('SIGTERM');
    await gateway.ended;
    expect(gateway.lines.at(-1)).toBe('stopped');
    const next = place.start(0);
    await next.until(isIdle(place.log.length));
    await next.kill();
    const printed = place.printed();
    check(place.log, printed);
    expect(printed).toHaveLength(30);
    expect(printed.some(({ redelivered }) => redelivered)).toBe(false);
  },
  patience,
);
