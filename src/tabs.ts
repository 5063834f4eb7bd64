// Several tabs of one origin as one device: one socket, one outbox, one who works.
import { channelName, startTab, type Tabs } from './core/tabs/tab.ts';
import type { TabChannel, TabHost, TabLocks } from './core/tabs/tab-host.ts';

export type { TabChannel, TabHost, TabLocks, Tabs };

/**
 * Tabs with the same contract, scope, role and principal share one connection through one of them, which leads; when it goes,
 * another one does. It needs a storage that the tabs share, `indexedDb()`: without one they stay separate.
 *
 * @example
 * ```ts
 * createClient(laravelPos, { …, storage: indexedDb(), tabs: sharedTabs() })
 * ```
 */
export function sharedTabs(host: TabHost | undefined = browserTabs()): Tabs {
  return {
    start: (options, startSession) =>
      host === undefined || options.store.isShared !== true
        ? startSession(options)
        : startTab(options, host, startSession),
    dismiss(storeName) {
      const line = host?.open(channelName(storeName), () => undefined);
      line?.post({ kind: 'over' });
      line?.close();
    },
  };
}

/** Undefined where there are no tabs: in Node, and in browsers without the means. */
function browserTabs(): TabHost | undefined {
  if (typeof document === 'undefined' || typeof BroadcastChannel === 'undefined') return undefined;
  // On plain http there are none, and TypeScript does not know.
  const locks = navigator.locks as LockManager | undefined;
  return {
    open(name, hear) {
      const channel = new BroadcastChannel(name);
      channel.addEventListener('message', ({ data }) => hear(data));
      return { post: (message) => channel.postMessage(message), close: () => channel.close() };
    },
    onLeave(listener) {
      window.addEventListener('pagehide', listener);
      return () => window.removeEventListener('pagehide', listener);
    },
    onFrozen(listener) {
      const [freeze, resume] = [() => listener(true), () => listener(false)];
      document.addEventListener('freeze', freeze);
      document.addEventListener('resume', resume);
      return () => {
        document.removeEventListener('freeze', freeze);
        document.removeEventListener('resume', resume);
      };
    },
    ...(locks !== undefined && { locks: { request: requestOf(locks) } }),
  };
}

const requestOf =
  (locks: LockManager): TabLocks['request'] =>
  (name, how, { granted, lost }) => {
    const waiting = new AbortController();
    let isOver = false;
    let isHeld = false;
    let release = (): void => undefined;
    const hold = (): Promise<void> | undefined => {
      if (isOver) return undefined;
      isHeld = true;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      granted();
      return held;
    };
    locks
      .request(name, how === 'steal' ? { steal: true } : { signal: waiting.signal }, hold)
      // Stolen, or not wanted any more.
      .catch(() => {
        if (isHeld && !isOver) lost();
      });
    return () => {
      isOver = true;
      waiting.abort();
      release();
    };
  };
