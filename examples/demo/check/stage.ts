// The page as somebody in front of it sees it: what can be pressed, and what has to be seen then.
import type { Locator, Page } from 'playwright';
import type { Mishap } from '../chaos.ts';

type DeviceName = 'pos' | 'kiosk' | 'kds' | 'printer-gateway' | 'back-office';
type Count = 'received' | 'swallowed' | 'healed' | 'queued' | 'sent' | 'parked';

export interface Stage {
  readonly page: Page;
  device(name: DeviceName): Locator;
  /** What the chaos panel does. */
  breaks(what: string): Promise<void>;
  /** From here on it waits for its moment. */
  arms(what: Mishap): Promise<void>;
  /** It has happened as often as it was to. */
  hasHappened(what: Mishap): Promise<void>;
  wifi(name: DeviceName, is: 'up' | 'cut'): Promise<void>;
  /** Which kitchen screens the office is told are on. */
  officeSees(who: string): Promise<void>;
  /** An order of one dish, or with a name of it. */
  orderAtTheTill(dish?: string): Promise<void>;
  orderAtTheKiosk(meal?: string): Promise<void>;
  ticketOf(order: string): Locator;
  count(name: DeviceName, which: Count): Promise<number>;
  counts(name: DeviceName, which: Count, atLeast: number): Promise<void>;
  /** All five screens show what the server has, and it has so many orders. */
  agrees(orders: number): Promise<void>;
  /** The page says so of that device. */
  agreesNot(who: string): Promise<void>;
}

/** Longer than anything here takes: a machine that does much else is no fault of the demo. */
const patienceMs = 20_000;

export function createStage(page: Page): Stage {
  page.setDefaultTimeout(patienceMs);
  const device = (name: DeviceName): Locator => page.locator(`[data-device="${name}"]`);
  const figure = (name: DeviceName, which: Count): Locator => device(name).locator(`[data-figure="${which}"]`);
  const chaos = (what: string): Locator => page.locator(`.chaos [data-does="${what}"]`);
  const press = (name: DeviceName, label: string): Promise<void> =>
    device(name).getByRole('button', { name: label }).click();

  return {
    page,
    device,
    breaks: (what) => chaos(what).click(),
    async arms(what) {
      await chaos(what).click();
      await page.locator(`[data-does="${what}"][data-is="armed"]`).waitFor();
    },
    hasHappened: (what) => page.locator(`[data-does="${what}"][data-is="idle"]`).waitFor(),
    async wifi(name, is) {
      await device(name)
        .getByRole('switch')
        .setChecked(is === 'up');
    },
    officeSees: (who) =>
      device('back-office')
        .locator('.kitchen-screens', { hasText: `Kitchen screens on: ${who}` })
        .waitFor(),
    async orderAtTheTill(dish = 'Margherita') {
      await press('pos', dish);
      await press('pos', 'Send to the kitchen');
      // The basket is empty as soon as the till has stored the order.
      await device('pos').locator('.basket.empty').waitFor();
    },
    orderAtTheKiosk: (meal = 'Burger') => press('kiosk', meal),
    ticketOf: (order) => device('kds').locator(`.ticket[data-order="${order}"]`).first(),
    count: async (name, which) => Number(await figure(name, which).textContent()),
    async counts(name, which, atLeast) {
      await page.waitForFunction(
        ([selector, least]) => Number(document.querySelector(selector)?.textContent) >= least,
        [`[data-device="${name}"] [data-figure="${which}"]`, atLeast] as const,
      );
    },
    agreesNot: (who) => page.locator('.agreement[data-agrees="no"]').getByText(`${who} does not agree`).waitFor(),
    async agrees(orders) {
      // A verdict from before says nothing about now: two looks that begin after this moment have to say so.
      const look = Number(await page.locator('.agreement').getAttribute('data-look'));
      await page.waitForFunction(
        ([before, wanted]) => {
          const line = document.querySelector<HTMLElement>('.agreement');
          const { agrees, look, orders } = line?.dataset ?? {};
          return agrees === 'yes' && Number(look) >= before + 2 && Number(orders) === wanted;
        },
        [look, orders] as const,
      );
    },
  };
}
