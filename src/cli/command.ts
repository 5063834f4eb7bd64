import { HeardError, isHeardError } from '../errors.ts';
import { printSchema } from './schema-command.ts';

/** What the command takes from the process that runs it. */
export interface CommandEnvironment {
  version(): string;
  /** Where relative paths start. */
  readonly folder: string;
}

export interface CommandResult {
  /** For stdout: the result and nothing else, so that it can be piped. */
  readonly output?: string;
  /** For stderr. */
  readonly complaint?: string;
  /** 0: done. 1: it was understood and failed. 2: it was not understood. */
  readonly exitCode: 0 | 1 | 2;
}

const usage = `heard: tools for contracts of restaurant backends

  heard schema <contract>                 prints the JSON Schema 2020-12 of a contract
  heard schema <contract> --event <name>  of one broadcast event alone
  heard schema <contract> --list          the names of its events
  heard schema --list                     the contracts that come with heard
  heard --help                            this text
  heard --version                         the version

<contract> is the name of one that comes with heard, or the path of a module whose default export, or only contract,
it is: ./my-contract.ts`;

export async function runCommand(args: readonly string[], environment: CommandEnvironment): Promise<CommandResult> {
  try {
    return { output: await perform(args, environment), exitCode: 0 };
  } catch (error) {
    if (!isHeardError(error)) throw error;
    const notUnderstood = error.code === 'usage' || error.code === 'unknown-name';
    return { complaint: `heard: ${error.message}\n${error.remediation}`, exitCode: notUnderstood ? 2 : 1 };
  }
}

async function perform(args: readonly string[], { version, folder }: CommandEnvironment): Promise<string> {
  const [command, ...rest] = args;
  if (args.includes('--help') || args.includes('-h')) return usage;
  if (command === '--version' || command === '-v') return version();
  if (command === 'schema') return printSchema(rest, folder);
  throw new HeardError('usage', command === undefined ? 'No command was given.' : `There is no command "${command}".`, {
    remediation: 'The commands are: schema. Run "heard --help" to see what they take.',
  });
}
