// The machine that a React Native app runs on. Nothing of React Native is imported: what tells about the app and the
// network is given in, so that this file is type-checked, tested and bundled anywhere.
import { HeardError } from '../errors.ts';
import type { Host, HostEvent, Release } from './host.ts';
import { platformHost } from './platform.ts';

/** `AppState` of `react-native`. */
export interface AppStateLike {
  /** `active`, `inactive` (iOS, on the way from one to the other), `background`; `unknown` and `extension` say nothing. */
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}

/** `@react-native-community/netinfo`. */
export interface NetInfoLike {
  /** Tells the state soon after, and at each change. */
  addEventListener(listener: (state: NetInfoStateLike) => void): () => void;
}

export interface NetInfoStateLike {
  /** `wifi`, `cellular`, `none` … */
  readonly type: string;
  /** Null while it is not known. */
  readonly isConnected: boolean | null;
  /** Whether a page of Google answers; null while it is not known. */
  readonly isInternetReachable: boolean | null;
}

export interface ReactNativeHostOptions {
  readonly AppState: AppStateLike;
  /** Without it a lost network is noticed by its silence, and one that is back by the next attempt. */
  readonly NetInfo?: NetInfoLike;
}

/**
 * Time, chance and what happens to the app, for `createClient({ …, host })` in React Native.
 *
 * @example
 * ```ts
 * createClient(laravelPos, { …, host: reactNativeHost({ AppState, NetInfo }) })
 * ```
 */
export function reactNativeHost({ AppState, NetInfo }: ReactNativeHostOptions): Host {
  requireGlobals();
  // Time and timers are those of every platform. There is no page to watch, but two clocks that sleep moves apart.
  const platform = platformHost();

  function onEvent(listener: (event: HostEvent) => void): Release {
    const releases = [platform.onEvent(listener), watchApp(AppState, listener)];
    if (NetInfo !== undefined) releases.push(watchNetwork(NetInfo, listener));
    return () => {
      for (const release of releases.splice(0)) release();
    };
  }

  return { ...platform, onEvent };
}

/** A socket does not live long in the background, and is told of its end late or never: coming back is a reason to ask. */
function watchApp(AppState: AppStateLike, listener: (event: HostEvent) => void): Release {
  let isHidden = false;
  const subscription = AppState.addEventListener('change', (state) => {
    // A telephone call or the notification centre make an iPhone's app `inactive`: it goes on, and is not hidden.
    if (state !== 'active' && state !== 'background') return;
    const wasHidden = isHidden;
    isHidden = state === 'background';
    if (isHidden !== wasHidden) listener({ kind: isHidden ? 'hidden' : 'resume' });
  });
  return () => subscription.remove();
}

/**
 * `isConnected` decides. That Google does not answer says nothing of a server in the restaurant's own network, so it is
 * heard only when it answers again. Another kind of network is a new address for the device, and the end of its sockets.
 */
function watchNetwork(NetInfo: NetInfoLike, listener: (event: HostEvent) => void): Release {
  let last: NetInfoStateLike | undefined;
  return NetInfo.addEventListener((state) => {
    // Nothing is known, which is no news.
    if (state.isConnected === null) return;
    const before = last;
    last = state;
    if (!state.isConnected) {
      if (before?.isConnected !== false) listener({ kind: 'offline' });
      return;
    }
    // The first that is told is how things are, and no change.
    if (before === undefined) return;
    const isBack = before.isConnected === false || before.type !== state.type;
    const isReachableAgain = before.isInternetReachable === false && state.isInternetReachable === true;
    if (isBack || isReachableAgain) listener({ kind: 'online' });
  });
}

/** What browsers and Node have and React Native may lack, and what gives it. In the order in which docs/react-native.md tells of them. */
const needed: readonly { readonly name: string; readonly from: string; isThere(): boolean }[] = [
  {
    name: 'crypto.getRandomValues',
    from: 'react-native-get-random-values',
    isThere: () => typeof globalThis.crypto?.getRandomValues === 'function',
  },
  {
    name: 'URL',
    from: 'react-native-url-polyfill/auto',
    // React Native's own is there and throws "not implemented".
    isThere() {
      const url = new URL('wss://a.example.test:1/b?c=d');
      url.searchParams.set('e', 'f');
      return url.hostname === 'a.example.test' && url.href === 'wss://a.example.test:1/b?c=d&e=f';
    },
  },
  {
    name: 'TextDecoder',
    // Others refuse `fatal`, without which broken text goes unnoticed.
    from: '@bacons/text-decoder/install',
    isThere: () => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xc3, 0xa9])) === 'é',
  },
  { name: 'AbortController', from: 'abort-controller/polyfill', isThere: () => !new AbortController().signal.aborted },
];

/** Better now and by name than as a ReferenceError at the first order. */
function requireGlobals(): void {
  const missing = needed.filter(({ isThere }) => {
    try {
      return !isThere();
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return;
  throw new HeardError('options-invalid', `This platform has no ${missing.map(({ name }) => name).join(' and no ')}.`, {
    remediation: `Import at the top of the app's first file, before anything of heard: ${missing.map(({ name, from }) => `"${from}" (for ${name})`).join(', ')}.`,
  });
}
