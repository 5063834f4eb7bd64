// `heard dev`: a server to develop against, in one process, until it is told to stop.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createDevServer, type DevServerOptions, type Traffic } from '../dev-server/index.ts';
import { HeardError } from '../errors.ts';
import { devBackends } from './dev-backends.ts';
import { greeting } from './dev-greeting.ts';
import type { CommandEnvironment } from './environment.ts';
import { trafficJson, trafficText } from './traffic-text.ts';

interface Wanted {
  readonly server: Omit<DevServerOptions, 'backends' | 'traffic'>;
  readonly contracts: readonly string[];
  readonly shows: 'lines' | 'json' | 'nothing';
}

export async function runDevServer(args: readonly string[], environment: CommandEnvironment): Promise<void> {
  const { say, folder, isTerminal, ended } = environment;
  const { server: options, contracts, shows } = read(args, folder);
  const spell = shows === 'json' ? trafficJson : trafficText({ colours: isTerminal });
  const traffic = (entry: Traffic): void => {
    // Nobody who wants quiet wants to be left without a word when something is wrong.
    if (shows !== 'nothing' || entry.kind === 'trouble') say(spell(entry, new Date()));
  };
  const server = createDevServer({ ...options, backends: await devBackends(contracts, folder), traffic });
  const stopped = ended();
  try {
    await server.listen();
    if (shows === 'json') say(JSON.stringify({ kind: 'listening', url: server.url, addresses: server.addresses }));
    else say(greeting(server, options.host).join('\n'));
    await stopped;
  } finally {
    await server.close();
  }
}

const remediation = 'Run "heard --help" to see what "heard dev" takes.';

function read(args: readonly string[], folder: string): Wanted {
  const values = parse(args);
  if (values.quiet === true && values.json === true) {
    throw new HeardError('usage', '--quiet and --json exclude each other.', { remediation });
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && (!/^\d{1,5}$/.test(values.port ?? '') || port > 65_535)) {
    throw new HeardError('usage', `"${values.port}" is no port.`, { remediation: 'Give a number from 0 to 65535.' });
  }
  return {
    contracts: values.contract ?? [],
    shows: values.quiet === true ? 'nothing' : values.json === true ? 'json' : 'lines',
    server: {
      ...(port !== undefined && { port }),
      ...(values.host !== undefined && { host: values.host }),
      ...(values.data !== undefined && { data: resolve(folder, values.data) }),
      ...(values.cors !== undefined && { cors: { origins: values.cors.map(originOf) } }),
      v1: values.v1 === true,
      payloads: values.payloads === true,
      allowProduction: values['allow-production'] === true,
    },
  };
}

const options = {
  port: { type: 'string' },
  host: { type: 'string' },
  contract: { type: 'string', multiple: true },
  data: { type: 'string' },
  v1: { type: 'boolean' },
  cors: { type: 'string', multiple: true },
  quiet: { type: 'boolean' },
  json: { type: 'boolean' },
  payloads: { type: 'boolean' },
  'allow-production': { type: 'boolean' },
} as const;

function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof options }>>['values'] {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new HeardError('usage', `"heard dev ${args.join(' ')}" was not understood.`, { remediation, cause });
  }
}

function originOf(text: string): string {
  try {
    const { origin } = new URL(text);
    if (origin !== 'null' && text.replace(/\/$/, '') === origin) return origin;
  } catch {
    // The same complaint.
  }
  throw new HeardError('usage', `"${text}" is no origin.`, {
    remediation: 'Give scheme and host, and the port if it has one: --cors https://till.example.test',
  });
}
