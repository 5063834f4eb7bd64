import { expect, test } from 'vitest';
import { patience, runs } from '../effort.ts';
import { judge } from '../kill/judge.ts';
import { playRounds, seedOr, spelt, type Life, type Played } from '../kill/rounds.ts';
import type { Server } from '../kill/server.ts';
import { pageScript } from '../page-script.ts';
import { emptyProfile, started } from './chromium.ts';

/** Everything was lost, and the device was told: what else was promised cannot be judged. */
const beganAnew = ({ books }: Played): boolean => books.surprises.some((what) => what.includes('"evicted"'));

test(
  'killed at any moment, a browser loses nothing of the whole client’s, and what it does again it marks (F42, F43, F82)',
  async () => {
    const kills = Math.min(30, runs(6).numRuns);
    const script = await pageScript(new URL('gateway-page.ts', import.meta.url));
    const pages = new Map([
      ['/', '<!doctype html><script type="module" src="/page.js"></script>'],
      ['/page.js', script],
    ]);
    let played: Played | undefined;
    for (let plays = 0; plays < 3 && (played === undefined || beganAnew(played)); plays += 1) {
      const profile = emptyProfile();
      const start = ({ origin }: Server, life: Life) => started(profile, `${origin}/?${spelt(life)}`);
      played = await playRounds({ kills, seed: seedOr(42) + plays, pages, start });
      if (beganAnew(played)) console.log('Chromium has begun anew (record 21), and said so: once more.');
    }
    if (played === undefined) throw new Error('nothing was played');
    const { books, inTheMiddle } = played;
    judge(books);
    expect(books.accepted.length).toBeGreaterThan(kills);
    expect(inTheMiddle).toBeGreaterThanOrEqual(kills / 4);
  },
  patience * 3,
);
