// Everybody whom a backend expects comes, with what is told of them, and hears what their role hears.
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../src/client.ts';
import type { Contract, ContractSpec } from '../../../src/contract/contract.ts';
import { backends } from '../../../src/dev-server/backends/index.ts';
import { webSocket } from '../../../src/transports/websocket.ts';
import { start, until } from './rig.ts';

test.each(Object.entries(backends))('every device of %s is live as it is told', async (name, create) => {
  const { server, url, ws } = await start({ backends: [create] });
  const devices = server.backends.flatMap((backend) => backend.devices).filter(({ role }) => role !== undefined);
  const clients = server.backends.flatMap(({ contract }) =>
    devices.map(({ role, scope, token }) =>
      createClient(contract as Contract<ContractSpec>, {
        role: role as never,
        scope: scope ?? {},
        api: { baseUrl: `${url}/${name}` },
        transport: webSocket({ url: `${ws}/socket` }),
        ...(token !== undefined && { token: () => token }),
      }),
    ),
  );
  onTestFinished(async () => void (await Promise.all(clients.map((client) => client.dispose()))));
  await Promise.all(clients.map((client) => client.start()));
  const words = (): readonly string[] => clients.map((client) => client.status.get().word);
  await until(() => words().every((word) => word === 'live'));
  expect(words()).toEqual(devices.map(() => 'live'));
});
