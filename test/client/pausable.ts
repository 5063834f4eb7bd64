import type { Host } from '../../src/host/host.ts';
import type { Http } from '../../src/http/http.ts';
import type { Transport } from '../../src/transports/transport.ts';
import type { Kitchen } from './kitchen.ts';

export interface Life {
  readonly options: { readonly host: Host; readonly transport: Transport; readonly api: Http };
  freeze(): void;
  thaw(): void;
}

/** What runs in a page: nothing of it does while the page is frozen, and all of it when it wakes. */
export function pausable({ host, transport, http }: Kitchen): Life {
  let isFrozen = false;
  let waiting: (() => void)[] = [];
  const whenAwake =
    <Args extends readonly unknown[]>(call: (...args: Args) => void) =>
    (...args: Args): void => {
      if (isFrozen) waiting.push(() => call(...args));
      else call(...args);
    };
  const ownHost: Host = {
    clock: host.clock,
    random: () => host.random(),
    schedule: (delayMs, callback) => host.schedule(delayMs, whenAwake(callback)),
    onEvent: (listener) => host.onEvent(whenAwake(listener)),
  };
  const ownTransport: Transport = {
    capabilities: transport.capabilities,
    connect: (attempt, handlers) =>
      transport.connect(attempt, {
        opened: whenAwake(handlers.opened),
        frame: whenAwake(handlers.frame),
        alive: whenAwake(handlers.alive),
        joined: whenAwake(handlers.joined),
        presence: whenAwake(handlers.presence),
        refused: whenAwake(handlers.refused),
        warned: whenAwake(handlers.warned),
        closed: whenAwake(handlers.closed),
        failed: whenAwake(handlers.failed),
      }),
  };
  const ownHttp: Http = {
    send: (request) => new Promise((resolve) => void http.send(request).then(whenAwake(resolve))),
  };
  return {
    options: { host: ownHost, transport: ownTransport, api: ownHttp },
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
      const due = waiting;
      waiting = [];
      for (const call of due) call();
    },
  };
}
