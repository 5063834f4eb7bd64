// Against stand-ins with the shapes of `react-native` 0.8x and `@react-native-community/netinfo` 11: not on a device.
import { afterEach, expect, test, vi } from 'vitest';
import { isHeardError, type HeardError } from '../../src/errors.ts';
import type { HostEvent } from '../../src/host/host.ts';
import { reactNativeHost } from '../../src/host/react-native.ts';
import { createKitchen } from '../client/kitchen.ts';

afterEach(() => vi.unstubAllGlobals());

type AppStateStatus = 'active' | 'background' | 'inactive' | 'unknown' | 'extension';

/** As `AppStateStatic` is declared. */
function standInAppState() {
  const listeners = new Set<(state: AppStateStatus) => void>();
  return {
    currentState: 'active' as AppStateStatus,
    isAvailable: true,
    addEventListener(type: 'change' | 'memoryWarning' | 'blur' | 'focus', listener: (state: AppStateStatus) => void) {
      if (type === 'change') listeners.add(listener);
      return { remove: () => void listeners.delete(listener) };
    },
    becomes(state: AppStateStatus): void {
      this.currentState = state;
      for (const listener of listeners) listener(state);
    },
    listeners,
  };
}

/** As `NetInfoState` is declared: a union by type, and null while nothing is known. */
type NetInfoState =
  | { type: 'unknown'; isConnected: boolean | null; isInternetReachable: null; details: null }
  | { type: 'none'; isConnected: false; isInternetReachable: false; details: null }
  | {
      type: 'wifi' | 'cellular' | 'ethernet';
      isConnected: true;
      isInternetReachable: boolean | null;
      details: { isConnectionExpensive: boolean };
    };

const details = { isConnectionExpensive: false };
const none: NetInfoState = { type: 'none', isConnected: false, isInternetReachable: false, details: null };
const unknown: NetInfoState = { type: 'unknown', isConnected: null, isInternetReachable: null, details: null };
const wifi = (isInternetReachable: boolean | null = true): NetInfoState => ({
  type: 'wifi',
  isConnected: true,
  isInternetReachable,
  details,
});
const cellular: NetInfoState = { type: 'cellular', isConnected: true, isInternetReachable: true, details };

function standInNetInfo() {
  const listeners = new Set<(state: NetInfoState) => void>();
  return {
    addEventListener(listener: (state: NetInfoState) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    becomes(state: NetInfoState): void {
      for (const listener of listeners) listener(state);
    },
    listeners,
  };
}

function phone() {
  const [AppState, NetInfo] = [standInAppState(), standInNetInfo()];
  const host = reactNativeHost({ AppState, NetInfo });
  const heard: HostEvent['kind'][] = [];
  const release = host.onEvent(({ kind }) => void heard.push(kind));
  return { AppState, NetInfo, host, heard, release };
}

test('an app that goes to the background is hidden, and one that comes back resumes (F87, F89)', () => {
  const { AppState, heard } = phone();
  AppState.becomes('inactive');
  AppState.becomes('background');
  AppState.becomes('background');
  expect(heard).toEqual(['hidden']);
  AppState.becomes('inactive');
  AppState.becomes('active');
  expect(heard).toEqual(['hidden', 'resume']);
});

test('a telephone call, and states that say nothing, hide nobody', () => {
  const { AppState, heard } = phone();
  for (const state of ['inactive', 'active', 'unknown', 'extension', 'active'] as const) AppState.becomes(state);
  expect(heard).toEqual([]);
});

test.each<readonly [what: string, states: readonly NetInfoState[], heard: readonly string[]]>([
  ['how things are is no change', [wifi()], []],
  ['no network from the beginning is told', [none], ['offline']],
  ['no network is told once', [wifi(), none, none], ['offline']],
  ['a network that is back', [wifi(), none, wifi()], ['offline', 'online']],
  ['another kind of network ends the sockets of the first', [wifi(), cellular], ['online']],
  ['nothing known is no news', [wifi(), unknown, wifi()], []],
  ['a restaurant without internet is not offline', [wifi(false), wifi(false)], []],
  ['an internet that is back may have brought the server back', [wifi(), wifi(false), wifi(null), wifi(true)], []],
  ['the same at once', [wifi(false), wifi(true)], ['online']],
])('%s (F17)', (_, states, expected) => {
  const { NetInfo, heard } = phone();
  for (const state of states) NetInfo.becomes(state);
  expect(heard).toEqual(expected);
});

test('a listener that leaves has left AppState and NetInfo, and leaving twice does nothing', () => {
  const { AppState, NetInfo, heard, release } = phone();
  release();
  release();
  AppState.becomes('background');
  NetInfo.becomes(none);
  expect([AppState.listeners.size, NetInfo.listeners.size, heard]).toEqual([0, 0, []]);
});

test('without NetInfo the app alone is watched', () => {
  const AppState = standInAppState();
  const heard: string[] = [];
  const release = reactNativeHost({ AppState }).onEvent(({ kind }) => void heard.push(kind));
  AppState.becomes('background');
  release();
  expect(heard).toEqual(['hidden']);
});

test('time and chance are those of the platform', async () => {
  const { host } = phone();
  const before = host.clock.monotonicMs();
  await new Promise<void>((resolve) => host.schedule(1, resolve));
  expect(host.clock.monotonicMs()).toBeGreaterThan(before);
  expect(host.clock.wallMs()).toBeGreaterThan(1_700_000_000_000);
  expect(host.random()).toBeLessThan(1);
});

function caught(run: () => unknown): HeardError | undefined {
  try {
    run();
  } catch (error) {
    if (isHeardError(error)) return error;
    throw error;
  }
  return undefined;
}

test.each([
  ['crypto', {}, 'react-native-get-random-values'],
  ['TextDecoder', undefined, '@bacons/text-decoder/install'],
  [
    'URL',
    class {
      get searchParams(): never {
        throw new Error('not implemented');
      }
    },
    'react-native-url-polyfill/auto',
  ],
  ['AbortController', undefined, 'abort-controller/polyfill'],
])('a platform without %s is refused with what to import', (name, value, from) => {
  vi.stubGlobal(name, value);
  const refusal = caught(() => reactNativeHost({ AppState: standInAppState() }));
  expect(refusal?.code).toBe('options-invalid');
  expect(refusal?.message).toContain(name);
  expect(refusal?.remediation).toContain(`"${from}"`);
});

test('nothing of heard needs TextDecoder before it is there: what gives it may be imported later', async () => {
  vi.resetModules();
  vi.stubGlobal('TextDecoder', undefined);
  const { createClient: fresh } = await import('../../src/client.ts');
  expect(typeof fresh).toBe('function');
});

test('a phone that wakes up on a dead socket asks at once and is live again on a new one', async () => {
  const [AppState, NetInfo] = [standInAppState(), standInNetInfo()];
  const kitchen = createKitchen();
  kitchen.lists.set('kds/tickets', []);
  // Its events are those of the phone; its time is the test's.
  const host = { ...kitchen.host, onEvent: reactNativeHost({ AppState, NetInfo }).onEvent };
  const client = kitchen.client('kds', { host });
  await client.start();
  await kitchen.host.pass(5_000);
  expect(client.status.get().word).toBe('live');
  AppState.becomes('background');
  kitchen.transport.live[0]?.cut();
  await kitchen.host.pass(1_000);
  AppState.becomes('active');
  await kitchen.host.pass(4_000);
  expect(client.health().connection.sockets).toBe(2);
  expect(client.status.get().word).toBe('live');
  await client.dispose();
  expect(AppState.listeners.size + NetInfo.listeners.size).toBe(0);
});
