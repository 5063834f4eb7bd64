// The Wi-Fi of one device. When it is cut, what that device has under way fails and whatever it begins fails, as it would in
// a kitchen; the server and the other devices notice nothing. A reload finds it as it was.
import { platformHost, type Host, type HostEvent, type Transport, type TransportConnection } from 'heard';

export interface Wifi {
  readonly isUp: boolean;
  set(isUp: boolean): void;
  onChange(listener: () => void): void;
  /** The same as the page's own, through this Wi-Fi. */
  readonly fetch: typeof fetch;
  readonly host: Host;
  over(transport: Transport): Transport;
}

export function createWifi(name: string): Wifi {
  const key = `heard-demo:no-wifi:${name}`;
  const platform = platformHost();
  const watching = new Set<() => void>();
  const hinted = new Set<(event: HostEvent) => void>();
  /** Aborted when the Wi-Fi is cut; another one when it is back. */
  let air = new AbortController();
  if (localStorage.getItem(key) !== null) air.abort();
  const isUp = (): boolean => !air.signal.aborted;

  function set(up: boolean): void {
    if (up === isUp()) return;
    if (up) {
      air = new AbortController();
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, 'cut');
      air.abort();
    }
    for (const tell of hinted) tell({ kind: up ? 'online' : 'offline' });
    for (const changed of watching) changed();
  }

  function over(transport: Transport): Transport {
    return {
      ...transport,
      connect(attempt, handlers) {
        const { signal } = air;
        let phase: 'connecting' | 'open' | 'over' = 'connecting';
        let inner: TransportConnection | undefined;
        const end = (): void => {
          signal.removeEventListener('abort', lose);
          phase = 'over';
        };
        const lose = (): void => {
          const was = phase;
          end();
          inner?.close();
          if (was === 'open') handlers.closed({ code: undefined });
          else if (was === 'connecting') handlers.failed({ kind: 'unreachable' });
        };
        if (signal.aborted) {
          queueMicrotask(lose);
        } else {
          signal.addEventListener('abort', lose);
          inner = transport.connect(attempt, {
            ...handlers,
            opened(details) {
              phase = 'open';
              handlers.opened(details);
            },
            closed(closing) {
              end();
              handlers.closed(closing);
            },
            failed(failure) {
              end();
              handlers.failed(failure);
            },
          });
        }
        return {
          ping: () => inner?.ping(),
          join: (channel, credential) => inner?.join(channel, credential),
          leave: (channel) => inner?.leave(channel),
          send: (message) => inner?.send(message) ?? false,
          close() {
            end();
            inner?.close();
          },
        };
      },
    };
  }

  return {
    get isUp() {
      return isUp();
    },
    set,
    onChange: (listener) => void watching.add(listener),
    fetch(input, init) {
      const { signal } = air;
      return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal });
    },
    host: {
      ...platform,
      onEvent(listener) {
        hinted.add(listener);
        const release = platform.onEvent(listener);
        return () => {
          hinted.delete(listener);
          release();
        };
      },
    },
    over,
  };
}
