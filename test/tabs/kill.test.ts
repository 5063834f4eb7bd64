import { expect, test } from 'vitest';
import { patience, runs } from '../effort.ts';
import { judge } from '../kill/judge.ts';
import { playRounds, seedOr, spelt } from '../kill/rounds.ts';
import { pageScript } from '../page-script.ts';
import { emptyProfile, started } from './chromium.ts';

test(
  'killed at any moment, a browser loses nothing of the whole client’s, and what it does again it marks (F42, F43, F82)',
  async () => {
    const profile = emptyProfile();
    const kills = Math.min(30, runs(6).numRuns);
    const { books, inTheMiddle } = await playRounds({
      kills,
      seed: seedOr(42),
      pages: new Map([
        ['/', '<!doctype html><script type="module" src="/page.js"></script>'],
        ['/page.js', await pageScript(new URL('gateway-page.ts', import.meta.url))],
      ]),
      start: ({ origin }, life) => started(profile, `${origin}/?${spelt(life)}`),
    });
    judge(books);
    expect(books.accepted.length).toBeGreaterThan(kills);
    expect(inTheMiddle).toBeGreaterThanOrEqual(kills / 4);
  },
  patience * 3,
);
