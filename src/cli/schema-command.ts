import { parseArgs } from 'node:util';
import { contractJsonSchema } from '../contract/json-schema.ts';
import type { JsonSchema } from '../contract/dialect.ts';
import { builtInContracts } from '../contracts/index.ts';
import { HeardError } from '../errors.ts';
import { describeSchema } from './describe-schema.ts';
import { loadContract } from './load-contract.ts';

const pretty = (value: unknown): string => JSON.stringify(value, undefined, 2);

/** `heard schema …`: the text for stdout. */
export async function printSchema(args: readonly string[], folder: string): Promise<string> {
  const { contract: wanted, event, list } = read(args);
  if (wanted === undefined) {
    if (list) return pretty(builtInContracts.map(({ name, backend, transports }) => ({ name, backend, transports })));
    throw new HeardError('usage', 'No contract was named.', {
      remediation: 'Run "heard schema --list" to see those that come with heard, or give the path of a module.',
    });
  }
  const contract = await loadContract(wanted, folder);
  if (list) return pretty([...contract.events.keys()]);
  if (event !== undefined && !contract.events.has(event)) {
    throw new HeardError('unknown-name', `The contract "${contract.name}" has no event "${event}".`, {
      remediation: `Its events are: ${[...contract.events.keys()].join(', ')}.`,
    });
  }
  const schema = contractJsonSchema(contract, describeSchema);
  return pretty(event === undefined ? schema : eventAlone(schema, event));
}

interface Wanted {
  readonly contract: string | undefined;
  readonly event: string | undefined;
  readonly list: boolean;
}

function read(args: readonly string[]): Wanted {
  const notUnderstood = (message: string, cause?: unknown): HeardError =>
    new HeardError('usage', message, {
      remediation: 'It takes: heard schema <contract> [--event <name>] [--list].',
      ...(cause !== undefined && { cause }),
    });
  let parsed: { values: { event?: string; list?: boolean }; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...args],
      options: { event: { type: 'string' }, list: { type: 'boolean' } },
      allowPositionals: true,
    });
  } catch (cause) {
    throw notUnderstood(`"heard schema ${args.join(' ')}" was not understood.`, cause);
  }
  const { values, positionals } = parsed;
  if (positionals.length > 1) throw notUnderstood(`One contract at a time, not ${positionals.join(', ')}.`);
  if (values.list === true && values.event !== undefined) throw notUnderstood('--list and --event exclude each other.');
  return { contract: positionals[0], event: values.event, list: values.list === true };
}

/** The payload of one event, with the data that it refers to, as a document of its own. */
function eventAlone(schema: JsonSchema, event: string): JsonSchema {
  const definitions = schema['$defs'] as Readonly<Record<string, JsonSchema>>;
  return {
    $schema: schema['$schema'],
    $id: `${String(schema['$id'])}:${encodeURIComponent(event)}`,
    title: event,
    ...definitions[`event.${event}`],
    $defs: { [`data.${event}`]: definitions[`data.${event}`] },
  };
}
