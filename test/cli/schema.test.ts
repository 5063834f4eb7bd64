import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { builtInContracts } from 'heard/contracts';
import { describe, expect, test } from 'vitest';
import { plant } from '../house/tree.ts';

const cli = resolve('src/cli.ts');
const moduleOf = (path: string): string => pathToFileURL(resolve('src', path)).href;

/** Runs the command as a user's shell does. */
async function heard(
  args: readonly string[],
  cwd = process.cwd(),
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [cli, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, stdout, stderr };
}

const handmade = `{ '~standard': { version: 1, vendor: 'handmade', validate: (value) => ({ value }) } }`;
const ownContract = (name: string, schema = handmade): string => `defineContract({
  name: '${name}', scope: described, dialect: barePayload(),
  connection: { transports: ['websocket'], auth: { kind: 'none' } },
  events: { served: { data: ${schema} } },
  channels: { floor: { wire: 'floor', events: ['served'], position: 'none' } },
  roles: {},
})`;
const imports = `
import { defineContract } from '${moduleOf('contract/define-contract.ts')}';
import { barePayload } from '${moduleOf('contract/dialects/bare-payload.ts')}';
const described = { '~standard': { version: 1, vendor: 'handmade', validate: (value) => ({ value }),
  jsonSchema: { input: () => ({ type: 'object', required: ['table'] }) } } };
`;

describe('heard schema', () => {
  test.each(builtInContracts)('prints $name as a document that a validator takes', async ({ name }) => {
    const { code, stdout, stderr } = await heard(['schema', name]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const document = JSON.parse(stdout) as object;
    expect(document).toMatchObject({
      $id: `urn:heard:${name}`,
      $schema: 'https://json-schema.org/draft/2020-12/schema',
    });
    expect(new Ajv2020({ strict: false }).validateSchema(document)).toBe(true);
    // For people as well: one field to a line.
    expect(stdout.split('\n').length).toBeGreaterThan(100);
  });

  test('prints one event that stands alone', async () => {
    const { stdout } = await heard(['schema', 'laravel-pos', '--event', 'KdsTicketUpdated']);
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(stdout) as object);
    const envelope = {
      v: 1,
      event: 'KdsTicketUpdated',
      event_id: 'e1',
      seq: 1,
      data: { ticket_id: 1, status: 'ready' },
    };
    expect(validate(envelope)).toBe(true);
    expect(validate({ ...envelope, data: { ticket_id: 'one', status: 'ready' } })).toBe(false);
  });

  test('lists the contracts, and the events of one', async () => {
    const contracts = await heard(['schema', '--list']);
    expect(JSON.parse(contracts.stdout)).toEqual(
      builtInContracts.map(({ name, backend, transports }) => ({ name, backend, transports })),
    );
    const events = await heard(['schema', 'brasserie', '--list']);
    expect(JSON.parse(events.stdout)).toContain('dish_ready');
  });

  test("takes a module's default export, or its only contract", async () => {
    const folder = plant({
      'chosen.ts': `${imports}export const other = ${ownContract('other', 'described')};\nexport default ${ownContract('chosen', 'described')};`,
      'only.js': `${imports}export const rules = { name: 'no contract' };\nexport const mine = ${ownContract('only', 'described')};`,
    });
    expect(JSON.parse((await heard(['schema', './chosen.ts'], folder)).stdout)).toMatchObject({ title: 'chosen' });
    expect(JSON.parse((await heard(['schema', join(folder, 'only.js')])).stdout)).toMatchObject({
      title: 'only',
      $defs: {
        'event.served': { $ref: '#/$defs/data.served' },
        'data.served': { type: 'object', required: ['table'] },
      },
    });
  });

  test('may lose its reader, as by a pipe into head', async () => {
    const child = spawn(process.execPath, [cli, 'schema', 'laravel-pos'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(stderr).toBe('');
  });
});

describe('what cannot be done says why, what comes next, and prints nothing', () => {
  const folder = () =>
    plant({
      'two.ts': `${imports}export const a = ${ownContract('a')};\nexport const b = ${ownContract('b')};`,
      'none.ts': 'export const menu = 1;',
      'opaque.ts': `${imports}export default ${ownContract('opaque')};`,
      'broken.ts': 'throw new Error("no database");',
      'contradictory.ts': `${imports}export default ${ownContract('Not A Name')};`,
    });

  test.each<[string, string[], 1 | 2, RegExp]>([
    ['no command', [], 2, /^heard: No command was given\.\nThe commands are: schema, dev, doctor\./],
    [
      'an unknown command',
      ['shema'],
      2,
      /^heard: There is no command "shema"\.\nThe commands are: schema, dev, doctor\./,
    ],
    ['no contract', ['schema'], 2, /^heard: No contract was named\.\nRun "heard schema --list"/],
    [
      'an unknown contract',
      ['schema', 'pizzeria'],
      2,
      /^heard: There is no contract "pizzeria"\.\nThose that come with heard are: laravel-pos, .*service-floor\. For your own, give a path: \.\/pizzeria\.ts/,
    ],
    [
      'an unknown event',
      ['schema', 'brasserie', '--event', 'dish'],
      2,
      /has no event "dish"\.\nIts events are: dish_ready, /,
    ],
    [
      'an unknown option',
      ['schema', 'brasserie', '--yaml'],
      2,
      /^heard: "heard schema brasserie --yaml" was not understood\.\nIt takes: /,
    ],
    [
      'two contracts',
      ['schema', 'brasserie', 'table-tap'],
      2,
      /^heard: One contract at a time, not brasserie, table-tap\./,
    ],
    ['two options that exclude each other', ['schema', 'brasserie', '--list', '--event', 'x'], 2, /exclude each other/],
    [
      'a file that is not there',
      ['schema', './mine.ts'],
      2,
      /^heard: There is no file "\.\/mine\.ts"\.\nGive the path of a module/,
    ],
    [
      'a module with two contracts',
      ['schema', './two.ts'],
      1,
      /"\.\/two\.ts" exports 2 contracts\.\nExport the one that is meant as default/,
    ],
    ['a module without any', ['schema', './none.ts'], 1, /"\.\/none\.ts" exports no contract\./],
    [
      'a module that fails',
      ['schema', './broken.ts'],
      1,
      /"\.\/broken\.ts" cannot be loaded: no database\nMend the module/,
    ],
    [
      'a contract that contradicts itself',
      ['schema', './contradictory.ts'],
      1,
      /The contract "Not A Name" does not fit together:\n- the name/,
    ],
    [
      'a schema that describes nothing',
      ['schema', './opaque.ts'],
      1,
      /The schema of data\.served cannot be printed: handmade gives it no .*\nUse a schema that describes itself/,
    ],
  ])('%s', async (_, args, code, complaint) => {
    const result = await heard(args, folder());
    expect(result.stderr).toMatch(complaint);
    expect(result.stderr).not.toMatch(/\n {4}at /);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: '' });
  });
});

test('heard --version is the version of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await heard(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([[['--help']], [['schema', '--help']]])('heard %j says what there is', async (args) => {
  const { code, stdout } = await heard(args);
  expect(code).toBe(0);
  expect(stdout).toContain('heard schema <contract>');
});
