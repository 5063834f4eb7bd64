import type { ContractData, ReplayDefinition } from 'heard';
import { builtInContracts } from 'heard/contracts';
import { describe, expect, test } from 'vitest';
import { all } from './all.ts';
import type { Catalogue } from './catalogue.ts';
import { gapsBetween } from './gaps.ts';

test('every contract that comes with heard is held against its document', () => {
  expect(all.map(({ name }) => name).sort()).toEqual(builtInContracts.map(({ name }) => name).sort());
});

describe.each(all)('$name', ({ contract, catalogue }) => {
  test('says everything that its document says, and nothing beside what is catalogued', () => {
    expect(catalogue.contract).toBe(contract.name);
    expect(gapsBetween(contract, catalogue)).toEqual([]);
  });

  test.each(catalogue.rules)('holds that $says', (rule) => {
    expect(rule.holds()).toBe(true);
  });
});

describe('the comparison', () => {
  const [{ contract, catalogue }] = all as [(typeof all)[number]];
  const less = (part: 'events' | 'channels' | 'mutations' | 'queries', name: string): ContractData => {
    const rest = new Map<string, unknown>(contract[part]);
    if (!rest.delete(name)) throw new Error(`The contract has no ${name} to do without.`);
    return { ...contract, [part]: rest };
  };
  const withReplay = (part: Partial<ReplayDefinition>): ContractData => ({
    ...contract,
    replay: contract.replay && { ...contract.replay, ...part },
  });
  const [ordersName, orders] = [...contract.resources].find(([, { path }]) => path === '/v1/orders') ?? ['', undefined];
  const withoutWatermark: ContractData = {
    ...contract,
    resources: new Map([
      ...contract.resources,
      ...(orders === undefined
        ? []
        : [
            [
              ordersName,
              { ...orders, page: (body: unknown) => orders.page({ ...(body as object), as_of_seq: 0 }) },
            ] as const,
          ]),
    ]),
  };
  const firstEvent = catalogue.events[0] as Catalogue['events'][number];

  test.each<[string, ContractData, Catalogue, string]>([
    [
      'an event that the contract lacks',
      less('events', 'OrderCreated'),
      catalogue,
      'There is no event "OrderCreated".',
    ],
    [
      'a channel that it lacks',
      less('channels', 'presence'),
      catalogue,
      'There is no channel "presence-store.{sku}.kds.presence".',
    ],
    [
      'an event that a channel does not carry',
      less('channels', 'kds'),
      catalogue,
      '"private-store.{sku}.kds" does not carry "KdsTicketCreated".',
    ],
    [
      'a mutation that it lacks',
      less('mutations', 'kds.undo'),
      catalogue,
      'There is no "POST /v1/kds/tickets/{}/undo".',
    ],
    ['a read that it lacks', less('queries', 'order'), catalogue, 'There is no "GET /v1/orders/{}".'],
    ['replay that it lacks', { ...contract, replay: undefined }, catalogue, 'There is no "GET /v1/events/since".'],
    [
      'another way to authorise',
      { ...contract, connection: { ...contract.connection, auth: { kind: 'none' } } },
      catalogue,
      'The connection does not use "POST /broadcasting/auth".',
    ],
    [
      'a field that an event lacks',
      contract,
      { ...catalogue, events: [{ ...firstEvent, fields: ['order.items[].allergens'] }] },
      '"OrderCreated" has no field "order.items[].allergens".',
    ],
    [
      'a field that a request lacks',
      contract,
      {
        ...catalogue,
        endpoints: [{ method: 'POST', path: '/v1/kds/tickets/{}/bump', sends: ['to', 'by'], source: 'document' }],
      },
      '"POST /v1/kds/tickets/{}/bump" does not send "by".',
    ],
    [
      'a search that a list lacks',
      contract,
      { ...catalogue, endpoints: [{ method: 'GET', path: '/v1/orders', sends: ['since'], source: 'document' }] },
      '"GET /v1/orders" does not send "since".',
    ],
    [
      'a field that an answer lacks',
      contract,
      {
        ...catalogue,
        endpoints: [{ method: 'GET', path: '/v1/orders/{}', answers: ['data.id', 'data.guest'], source: 'document' }],
      },
      'The answer of "GET /v1/orders/{}" has no "data.guest".',
    ],
    [
      'a status that nobody handles',
      contract,
      {
        ...catalogue,
        endpoints: [{ method: 'POST', path: '/devices/{}/heartbeat', statuses: [204, 409], source: 'document' }],
      },
      '"POST /devices/{}/heartbeat" does not know 409.',
    ],
    [
      'an emit that it lacks',
      contract,
      { ...catalogue, emits: [{ name: 'join', fields: [] }] },
      'Nothing emits "join".',
    ],
    [
      'a rule that does not hold',
      contract,
      { ...catalogue, rules: [{ says: 'pigs fly', holds: () => false }] },
      'It does not hold that pigs fly.',
    ],
    [
      'a field that the envelope lacks',
      contract,
      { ...catalogue, envelope: [...catalogue.envelope, 'store.city'] },
      'The envelope has no "store.city".',
    ],
    [
      'a field of the envelope that nobody catalogued',
      contract,
      { ...catalogue, envelope: catalogue.envelope.filter((path) => path !== 'store.id') },
      'The envelope\'s "store.id" is not in the catalogue.',
    ],
    [
      'a field of replay that nobody reads',
      withReplay({ page: (body) => contract.replay?.page({ ...(body as object), has_more: false }) }),
      catalogue,
      'The answer of "GET /v1/events/since" has no "has_more".',
    ],
    [
      'an answer of replay that nobody reads',
      withReplay({ gone: () => undefined }),
      catalogue,
      '"GET /v1/events/since" does not know 410.',
    ],
    [
      'a field of a snapshot that nobody reads',
      withoutWatermark,
      catalogue,
      'The answer of "GET /v1/orders" has no "as_of_seq".',
    ],
    [
      'an event that nobody catalogued',
      contract,
      { ...catalogue, events: [firstEvent] },
      'The event "MediaUpdated" is not in the catalogue.',
    ],
    [
      'a channel that nobody catalogued',
      contract,
      { ...catalogue, channels: [] },
      'The channel "private-store.{sku}.kds" is not in the catalogue.',
    ],
    [
      'a request that nobody catalogued',
      contract,
      { ...catalogue, endpoints: [] },
      '"POST /v1/orders" is not in the catalogue.',
    ],
  ])('notices %s', (_, changed, against, sentence) => {
    expect(gapsBetween(changed, against)).toContain(sentence);
  });

  test('notices what a socket says beyond its catalogue, and what it does not say', () => {
    const tap = all.find(({ contract: { messages } }) => messages.size > 0);
    if (tap === undefined) throw new Error('No contract has a message to try this on.');
    const [emit] = tap.catalogue.emits as [Catalogue['emits'][number]];
    expect(gapsBetween(tap.contract, { ...tap.catalogue, emits: [] })).toContain(
      `The emit "${emit.name}" is not in the catalogue.`,
    );
    expect(gapsBetween(tap.contract, { ...tap.catalogue, emits: [{ ...emit, fields: ['tip'] }] })).toContain(
      `"${emit.name}" does not say "tip".`,
    );
  });
});
