// What `heard dev` says when it listens: where what is, who can come, and a client to begin with.
import { inspect } from 'node:util';
import { builtInContracts } from '../contracts/index.ts';
import type { Backend, DevServer, KnownDevice } from '../dev-server/index.ts';
import { isLoopback } from '../lib/network-address.ts';

/** Where what listens, which tokens there are, and how to connect. */
export function greeting(server: DevServer, host: string | undefined): readonly string[] {
  const { http = [], ...wires } = server.addresses;
  const width = Math.max(...server.backends.map(({ contract }) => contract.name.length), 12);
  // As it was typed: `::1` has no brackets there.
  const isExposed = host !== undefined && !isLoopback(host.includes(':') ? `[${host}]` : host);
  return [
    '',
    `  heard dev listens at ${server.url}`,
    ...(isExposed ? ['  Everybody on this network can reach it, and its tokens are known to everyone.'] : []),
    '',
    ...http.map(({ what, url }) => `  ${what.padEnd(width)}  ${url}`),
    '',
    ...Object.entries(wires).flatMap(([wire, addresses]) =>
      addresses.map(({ what, url }) => `  ${wire.padEnd(width)}  ${url}  ${what}`),
    ),
    '',
    ...server.backends.flatMap(({ contract, devices }) =>
      devices.map((device) => `  ${contract.name.padEnd(width)}  ${introduction(device)}`),
    ),
    '  A fresh token is the same with anything behind a "~", as in dev-token~2.',
    '',
    ...snippet(server),
    '',
    `  Faults: curl -X POST ${server.url}/_dev/faults -H 'content-type: application/json' -d '{"kind":"cut-connections"}'`,
    '  Ctrl-C ends it.',
    '',
  ];
}

/** `the till: role 'pos', scope { deviceId: 11 }, token dev-pos` */
function introduction({ of, role, scope, token }: KnownDevice): string {
  const said = [
    ...(role === undefined ? [] : [`role ${literal(role)}`]),
    ...(scope === undefined || Object.keys(scope).length === 0 ? [] : [`scope ${literal(scope)}`]),
    token === undefined ? 'no token needed' : `token ${token}`,
  ];
  return `${of}: ${said.join(', ')}`;
}

/** A module that runs as it is, wherever heard is installed. */
function snippet({ backends, url, addresses }: DevServer): readonly string[] {
  const [backend] = backends;
  const [socket] = addresses['websocket'] ?? [];
  const device = backend?.devices.find(({ role }) => role !== undefined);
  if (backend === undefined || socket === undefined || device === undefined) return [];
  const { name, line } = contractImport(backend);
  // Loopback needs no permission to do without TLS.
  const permission = isLoopback(new URL(url).hostname) ? '' : ', allowInsecureLan: true';
  const { role = '', scope, token } = device;
  return [
    `  import { createClient } from 'heard'`,
    `  ${line}`,
    `  import { webSocket } from 'heard/transports/websocket'`,
    `  const client = createClient(${name}, {`,
    `    role: ${literal(role)},`,
    `    scope: ${scope === undefined ? '{ /* as the contract has it */ }' : literal(scope)},`,
    `    api: { baseUrl: ${literal(`${url}/${backend.contract.name}`)}${permission} },`,
    `    transport: webSocket({ url: ${literal(socket.url)}${permission} }),`,
    ...(token === undefined ? [] : [`    token: () => ${literal(token)},`]),
    '  })',
    '  await client.start()',
  ];
}

/** `laravel-pos` exports `laravelPos`. Where somebody's own contract is exported, they know better. */
function contractImport({ contract: { name } }: Backend): { readonly name: string; readonly line: string } {
  if (!builtInContracts.some((known) => known.name === name)) {
    return { name: 'contract', line: `import contract from './contract.js' // or wherever ${literal(name)} is` };
  }
  const exported = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return { name: exported, line: `import { ${exported} } from 'heard/contracts/${name}'` };
}

/** As one writes it in JavaScript, on one line. */
const literal = (value: unknown): string => inspect(value, { breakLength: Infinity });
