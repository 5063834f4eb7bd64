// What receiving costs a page in a real browser, with everything that is kept in its database, beside pusher-js alone.
import { openListening } from './in-chromium.ts';
import { eventsPerRound, someHistory } from './orders.ts';
import { perEvent, type Load } from './per-event.ts';
import type { Costs, NotRun, OpenRow, RatioRow } from './rows.ts';
import type { Who } from './till-page.ts';

async function listening(who: Who): Promise<Load | NotRun> {
  const opened = await openListening(who);
  if ('notRun' in opened) return opened;
  const { shop, browser, heard, expectKept, close } = opened;
  let ordered = 0;
  const load: Load = {
    events: eventsPerRound,
    worker: browser,
    prepare: () => undefined,
    async run() {
      shop.order(eventsPerRound);
      ordered += eventsPerRound;
      await heard(ordered);
    },
    async close() {
      if (who === 'till') await expectKept();
      await close();
    },
  };
  for (let past = 0; past < someHistory; past += eventsPerRound) await load.run();
  return load;
}

async function open(): Promise<OpenRow<Costs> | NotRun> {
  const till = await listening('till');
  if ('notRun' in till) return till;
  const bare = await listening('pusher-js');
  return 'notRun' in bare ? bare : perEvent(till, bare);
}

export const rows: readonly RatioRow[] = [
  {
    kind: 'ratio',
    name: 'receive an event in Chromium, over Pusher, from the socket to handler and database: CPU of the renderer',
    against: 'pusher-js alone, to its listener',
    must: 1.2,
    aim: 1.05,
    open,
  },
];
