import type { Transport } from './transport.ts';

/**
 * No socket at all: the device reads lists and logs over HTTP, about once a minute, and its status says `polling`. For
 * networks that let no WebSocket through, and for servers that have none.
 *
 * @example
 * ```ts
 * createClient(contract, { role, scope, api, transport: none() })
 * ```
 */
export const none = (): Transport => ({
  capabilities: { joinsWith: 'signature', pings: false, sends: false, acknowledges: false, presence: false },
  connect(_, handlers) {
    handlers.failed({ kind: 'no-socket' });
    return { ping: nothing, join: nothing, leave: nothing, send: () => false, close: nothing };
  },
});

const nothing = (): void => undefined;
