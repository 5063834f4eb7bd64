// Who is in the presence channel of the suite's servers.
import type { Everybody } from '../../../src/transports/transport.ts';

export const everybody: Everybody & { readonly me: number } = {
  members: [
    { id: 7, info: { screen: 'grill' } },
    { id: '8' },
    JSON.parse('{"id":"__proto__","info":{"__proto__":{"admin":true}}}') as { id: string },
  ],
  me: 7,
};
