import type { Frame } from 'heard';
import type { ExpectedEvent, ExpectedInvalid, ExpectedUnknown, Fixture, Fixtures } from '../fixture.ts';

const wire = '/events';

/** A frame as the Socket.IO client hands it over: parsed already, under the event's name. */
const frame = (name: string, payload: unknown, channel: string = wire): Frame => ({ channel, name, payload });

const heard = (says: string, name: string, payload: unknown, id?: string): Fixture => ({
  says,
  frame: frame(name, payload),
  expect: { kind: 'event', name, channel: 'events', id } satisfies ExpectedEvent,
});

const unknown = (says: string, given: Frame, because: ExpectedUnknown['because']): Fixture => ({
  says,
  frame: given,
  expect: { kind: 'unknown', because },
});

const broken = (says: string, name: string, payload: unknown, path: string): Fixture => ({
  says,
  frame: frame(name, payload),
  expect: { kind: 'invalid', because: 'data', path } satisfies ExpectedInvalid,
});

const order = {
  id: 311,
  tableNumber: 12,
  status: 'created',
  items: [
    { id: 9001, menuItemId: 41, name: 'Chickpea stew', quantity: 2, price: '8.50', notes: 'no coriander' },
    { id: 9002, menuItemId: 57, name: 'Mint lemonade', quantity: 2, price: 3.2 },
  ],
  total: '23.40',
  notes: null,
  createdAt: '2026-03-01T18:04:11.120Z',
  updatedAt: '2026-03-01T18:04:11.120Z',
};

const note = {
  id: '3f0c2f6e-0f4b-4a53-9a0e-6d2f6a1b7c01',
  content: 'The walnut tart is off until Thursday.',
  author: 'office',
  pinned: false,
  createdAt: '2026-03-01T16:30:00.000Z',
  updatedAt: '2026-03-01T16:30:00.000Z',
};

const call = {
  id: 88,
  tableNumber: 12,
  type: 'water',
  status: 'pending',
  handledAt: null,
  createdAt: '2026-03-01T18:20:00.000Z',
  updatedAt: '2026-03-01T18:20:00.000Z',
};

const later = '2026-03-01T18:31:45.007Z';

export const fixtures: Fixtures = {
  scope: {},
  good: [
    heard('an order is taken', 'order:created', order, 'order:created:311@2026-03-01T18:04:11.120Z'),
    heard(
      'an order is on the table',
      'order:served',
      { ...order, status: 'served', updatedAt: later },
      `order:served:311@${later}`,
    ),
    heard(
      'an order is paid',
      'order:completed',
      { ...order, status: 'completed', updatedAt: later },
      `order:completed:311@${later}`,
    ),
    heard(
      'an order is called off',
      'order:cancelled',
      { ...order, status: 'cancelled', updatedAt: later },
      `order:cancelled:311@${later}`,
    ),
    heard('guests sit down', 'table:activated', { tableNumber: 12 }),
    heard('guests ask for the bill', 'table:checkoutStarted', { tableNumber: 12 }),
    heard('guests have paid', 'table:checkoutCompleted', { tableNumber: 12 }),
    heard('a table is set back by hand', 'table:forceReset', { tableNumber: 12 }),
    heard('a dish is new on the menu', 'menu.created', { id: 58, name: 'Saffron rice pudding' }),
    heard('a dish changed', 'menu.updated', { id: 41 }),
    heard('a dish is gone', 'menu.deleted', { id: 57 }),
    heard('an account is opened', 'user.created', { id: 6, username: 'floor-tablet-2', role: 'waiter' }),
    heard('an account is closed', 'user.deleted', { id: 6 }),
    heard('a note is posted', 'newMessage', note, `newMessage:${note.id}@${note.updatedAt}`),
    heard(
      'a note is corrected',
      'messageUpdated',
      { ...note, content: 'The walnut tart is off until Friday.', updatedAt: later },
      `messageUpdated:${note.id}@${later}`,
    ),
    heard(
      'a note is pinned',
      'messagePinned',
      { ...note, pinned: true, updatedAt: later },
      `messagePinned:${note.id}@${later}`,
    ),
    heard('a note is deleted', 'messageDeleted', { id: note.id }),
    heard('all notes are deleted', 'allMessagesDeleted', {}),
    heard('a table calls', 'serviceCall', call, 'serviceCall:88@2026-03-01T18:20:00.000Z'),
    heard(
      'a call is seen to',
      'serviceCallHandled',
      { ...call, status: 'handled', handledAt: later, updatedAt: later },
      `serviceCallHandled:88@${later}`,
    ),

    heard(
      'ids are texts in some databases',
      'order:created',
      { ...order, id: 'b7d1' },
      `order:created:b7d1@${order.updatedAt}`,
    ),
    heard('tables may have letters', 'table:activated', { tableNumber: 'T-4' }),
    heard('an order that tells its id alone', 'order:created', { id: 312 }),
    heard('an order whose parts are null', 'order:served', {
      id: 312,
      tableNumber: null,
      status: null,
      items: null,
      total: null,
      updatedAt: null,
    }),
    heard('an empty time identifies nothing', 'messageUpdated', { ...note, updatedAt: '' }),
    heard(
      'times may be milliseconds',
      'serviceCall',
      { ...call, updatedAt: 1_772_389_200_000 },
      'serviceCall:88@1772389200000',
    ),
    heard(
      'a status nobody has heard of',
      'order:created',
      { ...order, status: 'ON_HOLD' },
      `order:created:311@${order.updatedAt}`,
    ),
    heard(
      'fields nobody has heard of',
      'order:created',
      { ...order, loyalty: { points: 4 } },
      `order:created:311@${order.updatedAt}`,
    ),
    heard('a new dish without a name', 'menu.created', { id: 59, name: null }),
    heard('an account of which only the id is told', 'user.created', { id: 7 }),
    heard('deletion of all notes with no payload', 'allMessagesDeleted', undefined),
    heard('deletion of all notes with null', 'allMessagesDeleted', null),
    heard('a payload that is still text', 'menu.updated', '{"id":41}'),
    heard('a payload that was encoded twice', 'menu.updated', JSON.stringify('{"id":41}')),
    heard(
      'a payload with keys that aim at prototypes',
      'table:activated',
      JSON.parse('{"tableNumber":3,"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'),
    ),

    unknown('an event of a later release', frame('order:refunded', { id: 311, amount: '8.50' }), 'name'),
    unknown('a later event whose payload is no object', frame('kitchen.closed', JSON.stringify('early')), 'name'),
    unknown('an event that is called like a prototype', frame('__proto__', { id: 1 }), 'name'),
    unknown('names are told apart by case', frame('Order:Created', order), 'name'),
    unknown('a known event on another namespace', frame('order:created', order, '/admin'), 'channel'),
    unknown('the default namespace is another one', frame('order:created', order, '/'), 'channel'),
  ],
  bad: [
    broken('an order without an id', 'order:created', { ...order, id: undefined }, 'id'),
    broken('an order whose id is null', 'order:served', { ...order, id: null }, 'id'),
    broken('an order whose id is empty', 'order:completed', { ...order, id: '' }, 'id'),
    broken(
      'a quantity in words',
      'order:created',
      { ...order, items: [order.items[0], { quantity: 'two' }] },
      'items[1].quantity',
    ),
    broken('items that are no list', 'order:cancelled', { ...order, items: { first: order.items[0] } }, 'items'),
    broken('a table event without a table', 'table:forceReset', {}, 'tableNumber'),
    broken('a table that is an object', 'table:activated', { tableNumber: { number: 12 } }, 'tableNumber'),
    broken('a dish without an id', 'menu.updated', { name: 'Chickpea stew' }, 'id'),
    broken('a dish whose id only its prototype has', 'menu.deleted', JSON.parse('{"__proto__":{"id":41}}'), 'id'),
    broken('an account without an id', 'user.created', { username: 'floor-tablet-2', role: 'waiter' }, 'id'),
    broken('a role that is a list', 'user.created', { id: 6, role: ['waiter'] }, 'role'),
    broken('a pin that is a word', 'messagePinned', { ...note, pinned: 'yes' }, 'pinned'),
    broken('an id in place of the payload', 'messageDeleted', 41, ''),
    broken('a list in place of nothing', 'allMessagesDeleted', [], ''),
    broken('no payload where one is needed', 'serviceCall', undefined, ''),
    broken('a list in place of a call', 'serviceCallHandled', [call], ''),
    {
      says: 'text that is not JSON',
      frame: frame('order:created', '{"id":311,'),
      expect: { kind: 'invalid', because: 'not-json' },
    },
    {
      says: 'a payload nested too deeply',
      frame: frame('order:created', `{"id":311,"items":${'['.repeat(3000)}${']'.repeat(3000)}}`),
      expect: { kind: 'invalid', because: 'too-deep' },
    },
  ],
};
