import {
  joinedAtStart,
  barePayload,
  channel,
  collection,
  defineContract,
  event,
  isHeardError,
  legalBy,
  message,
  mutation,
  query,
  resource,
  role,
  verifyBy,
} from 'heard';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';

const anything = z.looseObject({});
const row = z.looseObject({ id: z.int() });
const dish = event({ data: row });
const floor = channel({ wire: 'floor', events: ['dish'], position: 'none' });
const dishes = query({ path: '/dishes', params: anything, answer: anything });
const plates = collection({ row, key: ({ id }) => String(id) });
const clear = mutation({
  input: row,
  answer: 'empty',
  carrier: { kind: 'http', method: 'POST', path: '/plates/{id}/clear' },
  repeat: 'natural',
  lane: ({ id }) => String(id),
  priority: 'status',
  answers: { 204: 'done' },
});
const wave = message({ input: anything, channel: 'floor', message: 'wave' });

const sound = {
  name: 'tapas-bar',
  scope: anything,
  dialect: barePayload(),
  connection: { transports: ['websocket'], auth: { kind: 'none' } },
  events: { dish },
  channels: { floor },
  roles: { screen: role({ channels: ['floor'] }) },
} as const;

/** The lines of what `defineContract` says about a definition. */
function objections(change: object): readonly string[] {
  try {
    defineContract({ ...sound, ...change });
    return [];
  } catch (error) {
    if (!isHeardError(error) || error.code !== 'contract-invalid') throw error;
    return error.message.split('\n- ').slice(1);
  }
}

test('a definition that fits together becomes a contract that cannot be changed', () => {
  const contract = defineContract(sound);
  expect(objections({})).toEqual([]);
  expect(Object.isFrozen(contract)).toBe(true);
  expect(contract.events.get('dish')).toBe(dish);
  expect(contract.mutations.size).toBe(0);
});

test('everything that does not fit is said at once', () => {
  const change: object = { name: 'Tapas', roles: { screen: { channels: ['kitchen'] } } };
  expect(objections(change)).toHaveLength(2);
  expect(() => defineContract({ ...sound, ...change })).toThrow(
    expect.objectContaining({ remediation: 'Mend the definition; each line names the place.' }),
  );
});

const socketCarrier = (confirmBy: object, on = 'floor') => ({
  kind: 'socket',
  channel: on,
  message: 'clear',
  body: (input: unknown) => input,
  confirmBy: { timeoutMs: 1, ...confirmBy } as never,
});

describe('refuses', () => {
  test.each<[string, object, string]>([
    [
      'a name that no database can have',
      { name: 'Tapas Bar' },
      'the name "Tapas Bar" is not lower-case words joined by "-" (it names a database)',
    ],
    [
      'an event that poses as protocol',
      { events: { dish, 'pusher:ping': dish }, channels: { floor: { ...floor, events: ['dish', 'pusher:ping'] } } },
      'the event "pusher:ping" has a name that belongs to the Pusher protocol',
    ],
    [
      "an event that poses as a client's",
      { events: { dish, 'client-dish': dish }, channels: { floor: { ...floor, events: ['dish', 'client-dish'] } } },
      'the event "client-dish" has a name that belongs to the Pusher protocol',
    ],
    [
      'an event called like all events',
      { events: { dish, '*': dish }, channels: { floor: { ...floor, events: ['dish', '*'] } } },
      'the event "*" has a name that means something else',
    ],
    [
      'an event without a schema',
      { events: { dish: { data: { type: 'object' } } } },
      'the event "dish" has no Standard Schema',
    ],
    [
      'an event that nothing carries',
      { events: { dish, bill: dish } },
      'the event "bill" can never arrive: no channel lists it',
    ],
    [
      'a channel with an unknown event',
      { channels: { floor: { ...floor, events: ['dish', 'bill'] } } },
      'the channel "floor" names the event "bill", which is not defined',
    ],
    [
      'two channels that could not be told apart',
      { channels: { floor, a: { ...floor, wire: 'table-{number}' }, b: { ...floor, wire: 'table-{id}' } } },
      'the channels "a" and "b" have the same name on the wire',
    ],
    [
      'a parameter without a name',
      { channels: { floor: { ...floor, wire: 'table-{}' } } },
      'the channel "floor" has a malformed wire name "table-{}"',
    ],
    [
      'a parameter that comes twice',
      { channels: { floor: { ...floor, wire: '{a}.{a}' } } },
      'the channel "floor" has a malformed wire name "{a}.{a}"',
    ],
    [
      'a role on an unknown channel',
      { roles: { screen: { channels: ['attic'] } } },
      'the role "screen" names the channel "attic", which is not defined',
    ],
    [
      'a role with an unknown event',
      { roles: { screen: { channels: ['floor'], events: ['bill'] } } },
      'the role "screen" names the event "bill", which is not defined',
    ],
    [
      'a role with an unknown mutation',
      { roles: { screen: { channels: ['floor'], mutations: ['clear'] } } },
      'the role "screen" names the mutation "clear", which is not defined',
    ],
    [
      'a role with an unknown message',
      { roles: { screen: { channels: ['floor'], messages: ['wave'] } } },
      'the role "screen" names the message "wave", which is not defined',
    ],
    [
      'a role that hears what it cannot',
      { roles: { screen: { channels: [], events: ['dish'] } } },
      'the role "screen" hears "dish", but none of its channels carries it',
    ],
    [
      '"done already" that nobody can check',
      { mutations: { clear: { ...clear, answers: { 204: 'done', 409: 'repeat' } } } },
      'the mutation "clear" may be answered with "done already", but has no "verify" to tell whose attempt that was',
    ],
    [
      'a check by a query of nowhere',
      { mutations: { clear: { ...clear, verify: verifyBy(dishes, { params: () => ({}), tookEffect: () => true }) } } },
      'the mutation "clear" verifies by a query that the contract does not list',
    ],
    [
      'a rule over a collection of nowhere',
      { mutations: { clear: { ...clear, legal: legalBy(plates, { key: () => '', refuse: () => undefined }) } } },
      'the mutation "clear" is judged by a collection that the contract does not list',
    ],
    [
      'a path that is not one',
      { mutations: { clear: { ...clear, carrier: { kind: 'http', method: 'POST', path: 'plates' } } } },
      'the mutation "clear" has a path that lacks its "/"',
    ],
    [
      'a mutation over an unknown channel',
      { mutations: { clear: { ...clear, carrier: socketCarrier({ acknowledgement: 'always' }, 'attic') } } },
      'the mutation "clear" names the channel "attic", which is not defined',
    ],
    [
      'a mutation that an unknown event confirms',
      {
        mutations: {
          clear: {
            ...clear,
            carrier: socketCarrier({ acknowledgement: 'never', event: { name: 'bill', matches: () => true } }),
          },
        },
      },
      'the mutation "clear" names the event "bill", which is not defined',
    ],
    [
      'a mutation that nothing confirms',
      { mutations: { clear: { ...clear, carrier: socketCarrier({ acknowledgement: 'perhaps' }) } } },
      'the mutation "clear" can never be confirmed: it needs an acknowledgement or an event',
    ],
    [
      'a message over an unknown channel',
      { messages: { wave: { ...wave, channel: 'attic' } } },
      'the message "wave" names the channel "attic", which is not defined',
    ],
    [
      'a room that cannot be left',
      { messages: { wave: { ...wave, remembered: { key: () => '', undoneBy: 'leave' } } } },
      'the message "wave" names the message "leave", which is not defined',
    ],
    [
      'a list that covers an unknown channel',
      {
        resources: {
          plates: resource({ path: '/plates', page: () => undefined, row, key: () => '', covers: ['attic'] }),
        },
      },
      'the resource "plates" names the channel "attic", which is not defined',
    ],
    [
      'a collection of an unknown list',
      { collections: { plates: { ...plates, resource: 'plates' } } },
      'the collection "plates" names the resource "plates", which is not defined',
    ],
    [
      'a collection that an unknown event feeds',
      { collections: { plates: { ...plates, from: { bill: () => undefined } } } },
      'the collection "plates" names the event "bill", which is not defined',
    ],
  ])('%s', (_, change, sentence) => {
    expect(objections(change)).toContain(sentence);
  });

  const slow = z.looseObject({ id: z.int().check(z.refine(async () => true)) });
  test.each<[string, object]>([
    ['the scope', { scope: slow }],
    ['the event "dish"', { events: { dish: { data: slow } } }],
    ['the input of mutation "clear"', { mutations: { clear: { ...clear, input: slow } } }],
    ['the answer of mutation "clear"', { mutations: { clear: { ...clear, answer: slow } } }],
    ['the message "wave"', { messages: { wave: { ...wave, input: slow } } }],
    ['the parameters of query "dishes"', { queries: { dishes: { ...dishes, params: slow } } }],
    ['the answer of query "dishes"', { queries: { dishes: { ...dishes, answer: slow } } }],
    [
      'the resource "plates"',
      { resources: { plates: resource({ path: '/p', page: () => undefined, row: slow, key: () => '', covers: [] }) } },
    ],
    ['the collection "plates"', { collections: { plates: { ...plates, row: slow } } }],
  ])('an asynchronous schema in %s', (place, change) => {
    expect(objections(change)).toEqual([`${place} has an asynchronous schema; an event cannot wait for one`]);
  });
});

test('a role that joins what it may not hear is found when it starts', () => {
  const contract = defineContract({
    ...sound,
    roles: { screen: { channels: ['floor'], joins: (_scope) => ['floor', 'cellar' as 'floor'] } },
  });
  const screen = contract.roles.get('screen');
  expect(() => screen && joinedAtStart(contract, screen, {})).toThrow('joins "cellar", which it may not hear');
});
