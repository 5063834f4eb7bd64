// Who leads: at most one tab at a time believes it, and soon after it is gone another one does. This only decides who tries;
// that two who believe it do no harm is what the fence of the store is for.
import type { Release } from '../../host/host.ts';
import type { TabLocks } from './tab-host.ts';

export interface Throne {
  /** Waits until it is free. */
  ask(): void;
  /** Takes it from whoever has it. */
  rob(): void;
  /** A tab has said that it goes. Only a lease has to be told: it cannot be given back in the last moment of a page. */
  vacated(tab: string): void;
  /** Gives it up, or asks no more. */
  leave(): Promise<void>;
}

export interface ThroneListener {
  granted(): void;
  /** Somebody has robbed it. */
  lost(): void;
}

/** The browser's own lock is free in the moment in which a page is gone, however it went. */
export function throneByLock(locks: TabLocks, name: string, listener: ThroneListener): Throne {
  let release: Release | undefined;

  function request(how: 'wait' | 'steal'): void {
    release?.();
    release = locks.request(name, how, {
      granted: listener.granted,
      lost() {
        release = undefined;
        listener.lost();
      },
    });
  }

  return {
    ask: () => request('wait'),
    rob: () => request('steal'),
    vacated: () => undefined,
    leave() {
      release?.();
      release = undefined;
      return Promise.resolve();
    },
  };
}
