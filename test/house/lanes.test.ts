import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkLanes } from '../../tools/lanes/check.ts';
import { lanes } from '../../tools/lanes/rules.ts';
import { lanesAsMarkdown } from '../../tools/lanes/table.ts';
import { plant } from './tree.ts';

const nothing = 'export const nothing = 0;\n';

/** A small tree where `from` has one line of code, and everything that the lines import exists. */
function violations(from: string, line: string): readonly string[] {
  const targets = [...line.matchAll(/'\.\/?([^']*\.ts)'/g)].map(([specifier]) => specifier.slice(1, -1));
  const base = `https://tree/src/${from}`;
  const files = targets.map((target) => new URL(target, base).pathname.slice(1));
  const root = plant({ ...Object.fromEntries(files.map((file) => [file, nothing])), [`src/${from}`]: line });
  return checkLanes(root).map((violation) => violation.rule);
}

const sentenceOf = (name: string): string => lanes.find((lane) => lane.name === name)?.sentence ?? '';
const fromBackstage = 'Nothing that ships to browsers imports emit, dev-server, testing or the command.';

describe('a file may import', () => {
  test.each([
    ['errors.ts', "import { a } from './lib/a.ts';"],
    ['contract/role.ts', "import { a } from './event.ts'; import { b } from '../errors.ts';"],
    ['contracts/cafe/index.ts', "import { a } from './events.ts'; import { b } from '../../contract/event.ts';"],
    ['contracts/index.ts', "export { a } from './cafe/index.ts';"],
    ['contracts/cafe/schemas.ts', "import * as z from 'zod/mini';"],
    ['storage/store.ts', "import type { Event } from '../contract/event.ts';"],
    [
      'core/stream/machine.ts',
      "import type { Store } from '../../storage/store.ts'; import { b } from '../tabs/relay.ts';",
    ],
    ['client.ts', "import { a } from './core/stream/pipeline.ts'; import type { T } from './transports/transport.ts';"],
    ['index.ts', "export { a } from './client.ts';"],
    ['transports/pusher.ts', "import Pusher from 'pusher-js'; import type { T } from './transport.ts';"],
    ['storage/sqlite/driver.ts', "import { DatabaseSync } from 'node:sqlite'; import { a } from '../rows.ts';"],
    [
      'react/use-events.ts',
      "import { useEffect } from 'react'; import type { Row } from '../core/collections/rows.ts';",
    ],
    ['dev-server/log.ts', "import { sqlite } from '../storage/sqlite.ts';"],
    ['testing/clock.ts', "import { a } from '../client.ts'; import { b } from '../transports/memory.ts';"],
    ['cli/schema.ts', "import * as z from 'zod'; import { a } from '../dev-server/server.ts';"],
  ])('%s: %s', (from, line) => {
    expect(violations(from, line)).toEqual([]);
  });
});

describe('a file may not import', () => {
  test.each([
    ['lib/a.ts', "import { e } from '../errors.ts';", sentenceOf('lib')],
    ['errors.ts', "import { c } from './contract/event.ts';", sentenceOf('errors')],
    ['contract/event.ts', "import { s } from '../storage/store.ts';", sentenceOf('contract')],
    ['contracts/cafe/index.ts', "import { p } from '../pizza/index.ts';", sentenceOf('contracts')],
    ['storage/store.ts', "import { c } from '../core/tabs/relay.ts';", sentenceOf('seam')],
    ['core/outbox/machine.ts', "import { m } from '../../storage/memory.ts';", sentenceOf('core')],
    ['client.ts', "import { p } from './transports/pusher.ts';", sentenceOf('client')],
    ['transports/pusher.ts', "import type { Store } from '../storage/store.ts';", sentenceOf('adapter')],
    ['transports/pusher.ts', "import type { Order } from '../contract/event.ts';", sentenceOf('adapter')],
    ['react/use-rows.ts', "import { merge } from '../core/collections/merge.ts';", sentenceOf('react')],
    ['emit/emitter.ts', "import { c } from '../client.ts';", sentenceOf('emit')],
    ['dev-server/server.ts', "import { t } from '../transports/pusher.ts';", sentenceOf('dev-server')],
    ['testing/kit.ts', "import { s } from '../dev-server/server.ts';", sentenceOf('testing')],
    ['core/stream/gap.ts', "import type { Clock } from '../../testing/clock.ts';", fromBackstage],
    ['index.ts', "export { emit } from './emit/emitter.ts';", fromBackstage],
  ])('%s: %s', (from, line, sentence) => {
    expect(violations(from, line)).toEqual([sentence]);
  });

  test.each([
    ['core/stream/cursor.ts', "import * as z from 'zod/mini';", /contracts only/],
    ['contracts/cafe/schemas.ts', "import { z } from 'zod';", /90 kB/],
    ['transports/websocket.ts', "import { io } from 'socket.io-client';", /Socket\.IO transport alone/],
    ['transports/websocket.ts', "import { once } from 'node:events';", /no browser bundle/],
    ['testing/kit.ts', "import { once } from 'events';", /node:events/],
    ['lib/a.ts', "import { debounce } from 'lodash-es';", /docs\/decisions/],
    ['lib/a.ts', "export * from 'heard';", /docs\/decisions/],
    ['lib/a.ts', "import { gates } from '../../tools/gates.ts';", /outside src/],
    ['lib/a.ts', "import { b } from './b';", /with its \.ts/],
    ['lib/a.ts', 'export const load = (name: string) => import(name);', /names its module/],
  ])('a package or path out of place: %s: %s', (from, line, sentence) => {
    expect(violations(from, line)).toEqual([expect.stringMatching(sentence)]);
  });

  test('a file of a folder that has no lane', () => {
    expect(violations('utils/date.ts', nothing)).toEqual([expect.stringContaining('give it one')]);
  });
});

describe('every way of importing counts', () => {
  test.each([
    "import './../errors.ts';",
    "import type { ErrorCode } from '../errors.ts';",
    "export { a } from '../errors.ts';",
    "export * from '../errors.ts';",
    "export type * from '../errors.ts';",
    "export const later = () => import('../errors.ts');",
    "export type Code = import('../errors.ts').ErrorCode;",
  ])('%s', (line) => {
    expect(violations('lib/a.ts', line)).toEqual([sentenceOf('lib')]);
  });
});

test('a violation says where it is', () => {
  const root = plant({
    'src/errors.ts': nothing,
    'src/lib/a.ts': "// one\n// two\nimport { nothing } from '../errors.ts';\n",
  });
  expect(checkLanes(root)).toEqual([{ file: 'lib/a.ts', line: 3, specifier: '../errors.ts', rule: sentenceOf('lib') }]);
});

test('a circle is told as the path around it, also when it is made of types', () => {
  const root = plant({
    'src/lib/a.ts': "import type { B } from './b.ts';\nexport type A = B;\n",
    'src/lib/b.ts': "import type { C } from './c.ts';\nexport type B = C;\n",
    'src/lib/c.ts': "import type { A } from './a.ts';\nexport type C = A;\n",
  });
  expect(checkLanes(root).map((violation) => violation.rule)).toEqual([
    expect.stringContaining('lib/a.ts → lib/b.ts → lib/c.ts → lib/a.ts'),
  ]);
});

test('CONTRIBUTING.md shows the rules as they are', () => {
  expect(readFileSync('CONTRIBUTING.md', 'utf8')).toContain(lanesAsMarkdown());
});
