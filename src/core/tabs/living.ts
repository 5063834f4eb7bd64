// Which tabs are still there. A tab holds a lock of its own as long as its page lives, also while it is frozen, and whoever
// gets that lock knows that it is gone. Pages on plain http have none: there a tab counts as gone that says nothing for long.
import type { Release } from '../../host/host.ts';
import type { TabLocks } from './tab-host.ts';

export interface Living {
  /** Resolves when the others can see that this tab is there. */
  hold(tab: string): Promise<void>;
  release(): void;
  /** Undefined where nobody can tell for sure. */
  readonly onGone: ((tab: string, listener: () => void) => Release) | undefined;
}

export function createLiving(locks: TabLocks | undefined, name: string): Living {
  const lockOf = (tab: string): string => `${name} tab ${tab}`;
  const lost = (): void => undefined;
  let release: Release | undefined;

  return {
    hold: (tab) =>
      new Promise((resolve) => {
        if (locks === undefined) resolve();
        else release = locks.request(lockOf(tab), 'wait', { granted: resolve, lost });
      }),
    release: () => release?.(),
    onGone:
      locks === undefined
        ? undefined
        : (tab, listener) => {
            const stop = locks.request(lockOf(tab), 'wait', {
              granted() {
                stop();
                listener();
              },
              lost,
            });
            return stop;
          },
  };
}
