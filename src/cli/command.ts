import { HeardError, isHeardError } from '../errors.ts';
import type { CommandEnvironment } from './environment.ts';
import { devUsage } from './dev-usage.ts';
import { doctorUsage } from './doctor/doctor-usage.ts';
import { printSchema } from './schema-command.ts';

export interface CommandResult {
  /** For stdout: the result and nothing else, so that it can be piped. */
  readonly output?: string;
  /** For stderr. */
  readonly complaint?: string;
  /** 0: done. 1: it was understood and failed, or found a problem. 2: it was not understood. */
  readonly exitCode: 0 | 1 | 2;
}

const usage = `heard: tools for contracts of restaurant backends

  heard schema <contract>                 prints the JSON Schema 2020-12 of a contract
  heard schema <contract> --event <name>  of one broadcast event alone
  heard schema <contract> --list          the names of its events
  heard schema --list                     the contracts that come with heard
${devUsage}
${doctorUsage}
  heard --help                            this text
  heard --version                         the version

<contract> is the name of one that comes with heard, or the path of a module whose default export, or only contract,
it is: ./my-contract.ts`;

export async function runCommand(args: readonly string[], environment: CommandEnvironment): Promise<CommandResult> {
  try {
    if (args[0] === 'doctor' && !args.includes('--help')) {
      const { runDoctor } = await import('./doctor/doctor-command.ts');
      return { exitCode: (await runDoctor(args.slice(1), environment)) ? 0 : 1 };
    }
    const output = await perform(args, environment);
    return { ...(output !== undefined && { output }), exitCode: 0 };
  } catch (error) {
    if (!isHeardError(error)) throw error;
    const notUnderstood = error.code === 'usage' || error.code === 'unknown-name';
    return { complaint: `heard: ${error.message}\n${error.remediation}`, exitCode: notUnderstood ? 2 : 1 };
  }
}

async function perform(args: readonly string[], environment: CommandEnvironment): Promise<string | undefined> {
  const { version, folder } = environment;
  const [command, ...rest] = args;
  if (args.includes('--help') || args.includes('-h')) return usage;
  if (command === '--version' || command === '-v') return version();
  if (command === 'schema') return printSchema(rest, folder);
  if (command === 'dev') {
    // Loaded only now: whoever prints a schema starts no server, and waits for none.
    const { runDevServer } = await import('./dev-command.ts');
    await runDevServer(rest, environment);
    return undefined;
  }
  throw new HeardError('usage', command === undefined ? 'No command was given.' : `There is no command "${command}".`, {
    remediation: 'The commands are: schema, dev, doctor. Run "heard --help" to see what they take.',
  });
}
