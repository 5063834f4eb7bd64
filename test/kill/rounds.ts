// One life after the other, each of them ended at a random moment, and a last one that does what is left.
import { seededRandom } from '../../src/testing/fake-host.ts';
import { unitOf } from './judge.ts';
import { createServer, type Books, type Server } from './server.ts';

/** How a device is to live. */
export interface Life {
  readonly number: number;
  readonly waiters: number;
  readonly paceMs: number;
  readonly retries: boolean;
}

/** As the page's address and the process's arguments spell it. */
export const spelt = ({ number, waiters, paceMs, retries }: Life): string =>
  `life=${number}&waiters=${waiters}&pace=${paceMs}${retries ? '&retries' : ''}`;

export interface Running {
  kill(): Promise<void>;
  /** By itself, which it should not. */
  readonly ended: Promise<unknown>;
}

export interface Play {
  readonly kills: number;
  readonly seed: number;
  /** What the server serves beside its interface. */
  readonly pages?: ReadonlyMap<string, string>;
  start(server: Server, life: Life): Promise<Running>;
}

export interface Played {
  readonly books: Books;
  /** How many were killed while they printed: a test in which there are none has shown nothing. */
  readonly inTheMiddle: number;
}

export async function playRounds({ kills, seed, pages, start }: Play): Promise<Played> {
  console.log(`seed ${seed}: HEARD_SEED=${seed} draws the same moments again`);
  const random = seededRandom(seed);
  const server = await createServer(seededRandom(seed + 1), pages);
  const { books } = server;
  const unlessOver = async (running: Running, isSo: () => boolean): Promise<void> => {
    const over = running.ended.then((why) => {
      throw new Error(`The device ended by itself: ${String(why)}`);
    });
    await Promise.race([server.until(isSo), over]);
  };

  let inTheMiddle = 0;
  for (let number = 1; number <= kills; number += 1) {
    server.ask(3);
    server.nextLife();
    // Some die while they open, most at work.
    const enough = random() < 0.15 ? 1 + Math.floor(random() * 4) : 10 + Math.floor(random() * 120);
    const lateMs = random() * 20;
    const running = await start(server, { number, waiters: 2, paceMs: 10, retries: false });
    // Once over the socket while it catches up, and once so late that there is something to print when it dies.
    for (const early of [enough / 2, 12]) {
      if (enough <= 12) continue;
      await unlessOver(running, () => server.requests >= enough - early);
      server.ask(3);
    }
    await unlessOver(running, () => server.requests >= enough);
    if (number % 3 === 0) {
      // Every third one while the paper comes out, and however quick the printer is.
      const held = server.holdNextPrint();
      server.ask(3);
      await unlessOver(running, held);
    }
    await new Promise((resolve) => void setTimeout(resolve, lateMs));
    await running.kill();
    await server.alone();
    const count = (kind: string): number => server.told.filter((told) => told.kind === kind).length;
    if (count('begin') > count('end')) inTheMiddle += 1;
  }

  server.nextLife();
  const last = await start(server, { number: kills + 1, waiters: 0, paceMs: 0, retries: true });
  const head = books.log.length;
  await unlessOver(last, () =>
    server.told.some((told) => told.kind === 'state' && told.front === head && told.undone === 0),
  );
  await last.kill();

  const { log, printed, heard, accepted, effects } = books;
  const again = printed.length - new Set(printed.map(unitOf)).size;
  const heardAgain = heard.length - new Set(heard.map(({ seq }) => seq)).size;
  console.log(
    `${kills} kills, ${inTheMiddle} of them while it printed; ${log.length} events, ${printed.length} prints (${again} again), ` +
      `${heard.length} notes heard (${heardAgain} again), ${accepted.length} mutations accepted, ${effects.length} took effect, ${books.parked.length} parked, ` +
      `${books.lostAnswers} answers lost, ${books.repeats} keys repeated; ${books.letters.size} dead letters, tried again at the end`,
  );
  return { books, inTheMiddle };
}

/** Of the environment, to play one again. */
export const seedOr = (usual: number): number => Number(process.env['HEARD_SEED'] ?? usual);
