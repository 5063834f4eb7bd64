// `heard dev`: a server to develop against, in one process, until it is told to stop.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createDevServer, type DevServerOptions, type Traffic } from '../dev-server/index.ts';
import { HeardError } from '../errors.ts';
import { startChaos, type Chaos } from './chaos.ts';
import { devBackends } from './dev-backends.ts';
import { greeting } from './dev-greeting.ts';
import type { CommandEnvironment } from './environment.ts';
import { trafficJson, trafficText } from './traffic-text.ts';

interface Wanted {
  /** Which network the server is behind; `undefined`: a good one. */
  readonly chaosSeed: number | undefined;
  readonly server: Omit<DevServerOptions, 'backends' | 'traffic'>;
  readonly contracts: readonly string[];
  readonly shows: 'lines' | 'json' | 'nothing';
}

export async function runDevServer(args: readonly string[], environment: CommandEnvironment): Promise<void> {
  const { say, folder, isTerminal, ended } = environment;
  const { server: options, contracts, shows, chaosSeed } = read(args, folder);
  const spell = shows === 'json' ? trafficJson : trafficText({ colours: isTerminal });
  const traffic = (entry: Traffic): void => {
    // Nobody who wants quiet wants to be left without a word when something is wrong.
    if (shows !== 'nothing' || entry.kind === 'trouble') say(spell(entry, new Date()));
  };
  const server = createDevServer({
    ...options,
    // Behind chaos it is reached through that alone, where it would have listened itself.
    ...(chaosSeed !== undefined && { port: 0 }),
    backends: await devBackends(contracts, folder),
    traffic,
  });
  const stopped = ended();
  let chaos: Chaos | undefined;
  try {
    await server.listen();
    if (chaosSeed !== undefined) {
      chaos = await startChaos({ seed: chaosSeed, target: server.url, port: options.port ?? 3001, traffic });
    }
    const place = chaos?.inFrontOf(server) ?? server;
    if (shows === 'json') {
      const { url, addresses } = place;
      say(JSON.stringify({ kind: 'listening', url, addresses, ...(chaos !== undefined && { chaos: chaos.told() }) }));
    } else say([...greeting(place, options.host), ...(chaos?.greeting() ?? [])].join('\n'));
    await stopped;
    if (chaos !== undefined && shows === 'json') say(JSON.stringify({ kind: 'chaos', ...chaos.told() }));
    if (chaos !== undefined && shows === 'lines') say(chaos.summary().join('\n'));
  } finally {
    await chaos?.stop();
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
  const chaosSeed = values.chaos === undefined ? undefined : seedOf(values.chaos);
  if (chaosSeed !== undefined && values.host !== undefined) {
    throw new HeardError('usage', '--chaos and --host exclude each other: chaos is for this machine alone.', {
      remediation,
    });
  }
  return {
    chaosSeed,
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
  chaos: { type: 'string' },
  v1: { type: 'boolean' },
  cors: { type: 'string', multiple: true },
  quiet: { type: 'boolean' },
  json: { type: 'boolean' },
  payloads: { type: 'boolean' },
  'allow-production': { type: 'boolean' },
} as const;

function parse(args: readonly string[]): ReturnType<typeof parseArgs<{ options: typeof options }>>['values'] {
  try {
    return parseArgs({ args: withSeeds(args), options }).values;
  } catch (cause) {
    throw new HeardError('usage', `"heard dev ${args.join(' ')}" was not understood: ${reasonOf(cause)}.`, {
      remediation: `It takes ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(', ')}; "heard --help" says what each does.`,
      cause,
    });
  }
}

/** Which word it was: the first sentence says it, and what follows is advice for whoever wrote the command. */
const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? (/^[^.\n]+/.exec(cause.message)?.[0] ?? cause.message) : String(cause);

/** `--chaos` may have a seed behind it, and `parseArgs` knows no values that may be left out. */
const withSeeds = (args: readonly string[]): string[] =>
  args.flatMap((arg, at) => {
    if (arg === '--chaos') return [`--chaos=${isSeed(args[at + 1]) ? args[at + 1] : ''}`];
    return args[at - 1] === '--chaos' && isSeed(arg) ? [] : [arg];
  });

const isSeed = (text: string | undefined): boolean => text !== undefined && /^\d+$/.test(text);

function seedOf(text: string): number {
  if (text === '') return Math.floor(Math.random() * 1_000_000);
  if (isSeed(text) && Number(text) <= 0xffff_ffff) return Number(text);
  throw new HeardError('usage', `"${text}" is no seed.`, { remediation: 'Give a whole number: --chaos 42' });
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
