import { createDecoder, joinedAtStart } from 'heard';
import { serviceFloor } from 'heard/contracts/service-floor';
import type { Catalogue, CataloguedEvent } from '../catalogue.ts';

const on = ['/events'];
const named = (name: string, ...fields: string[]): CataloguedEvent => ({ name, on, fields, source: 'document' });

const decode = createDecoder(serviceFloor);
const { connection, channels, dialect } = serviceFloor;

/** Decodes one payload under a name, as it would come in. */
const read = (name: string, payload: unknown) => decode({ channel: '/events', name, payload });

const idOf = (name: string, payload: unknown): string | undefined => {
  const decoded = read(name, payload);
  return decoded.kind === 'event' ? decoded.event.id : undefined;
};

/** The document says no more of full objects than that they are full; the id and `updatedAt` identify them. */
export const catalogue: Catalogue = {
  contract: 'service-floor',
  envelope: [],
  channels: ['/events'],
  events: [
    named('order:created', 'id', 'updatedAt'),
    named('order:served', 'id', 'updatedAt'),
    named('order:completed', 'id', 'updatedAt'),
    named('order:cancelled', 'id', 'updatedAt'),
    named('table:activated', 'tableNumber'),
    named('table:checkoutStarted', 'tableNumber'),
    named('table:checkoutCompleted', 'tableNumber'),
    named('table:forceReset', 'tableNumber'),
    named('menu.created', 'id', 'name'),
    named('menu.updated', 'id'),
    named('menu.deleted', 'id'),
    named('user.created', 'id', 'username', 'role'),
    named('user.deleted', 'id'),
    named('newMessage', 'id', 'updatedAt'),
    named('messageUpdated', 'id', 'updatedAt'),
    named('messagePinned', 'id', 'updatedAt'),
    named('messageDeleted', 'id'),
    named('allMessagesDeleted'),
    named('serviceCall', 'id', 'updatedAt'),
    named('serviceCallHandled', 'id', 'updatedAt'),
  ],
  endpoints: [
    { method: 'GET', path: '/orders', source: 'settled' },
    { method: 'GET', path: '/tables', source: 'settled' },
    { method: 'GET', path: '/menu', source: 'settled' },
    { method: 'GET', path: '/users', source: 'settled' },
    { method: 'GET', path: '/messages', source: 'settled' },
    { method: 'GET', path: '/service-calls', source: 'settled' },
  ],
  emits: [],
  rules: [
    { says: 'the transport is Socket.IO', holds: () => connection.transports.join() === 'socket-io' },
    {
      says: 'the only namespace is /events, and there are no rooms in it',
      holds: () => channels.size === 1 && channels.get('events')?.wire === '/events',
    },
    {
      says: 'nobody signs in',
      holds: () =>
        connection.auth.kind === 'none' &&
        connection.query === undefined &&
        serviceFloor.tenant === undefined &&
        [...serviceFloor.roles.values()].every((role) => role.handshake === undefined),
    },
    {
      says: 'the server speaks and clients listen',
      holds: () => serviceFloor.mutations.size === 0 && serviceFloor.messages.size === 0,
    },
    {
      says: 'everyone joins the one channel and needs nothing for it',
      holds: () =>
        [...serviceFloor.roles.values()].every((role) => joinedAtStart(serviceFloor, role, {}).join() === 'events') &&
        channels.get('events')?.abilities === undefined,
    },
    {
      says: 'the name and the payload are emitted as they are, with no envelope',
      holds: () => {
        const sealed = dialect.seal({ name: 'menu.updated', data: { id: 5 }, id: 'not sent', occurredAt: 0 });
        return JSON.stringify(sealed) === '{"name":"menu.updated","payload":{"id":5}}';
      },
    },
    { says: 'there are no positions to go by', holds: () => channels.get('events')?.position === 'none' },
    {
      says: 'a repeat after a reconnect is recognised where the entity allows it',
      holds: () => {
        const order = { id: 7, updatedAt: '2026-03-01T18:00:00.000Z' };
        const id = idOf('order:served', order);
        return id !== undefined && id === idOf('order:served', order) && id !== idOf('order:completed', order);
      },
    },
    {
      says: 'what cannot be recognised is not swallowed',
      holds: () =>
        idOf('table:activated', { tableNumber: 4 }) === undefined &&
        idOf('order:created', { id: 7 }) === undefined &&
        idOf('menu.updated', { id: 5 }) === undefined,
    },
    {
      says: 'lists are read again every minute, and there is one behind every kind of event',
      holds: () =>
        connection.reconcileEveryMs === 60_000 &&
        serviceFloor.resources.size === 6 &&
        [...serviceFloor.resources.values()].every((resource) => resource.covers.join() === 'events'),
    },
    {
      says: 'an event that is not known yet is passed on',
      holds: () => read('order:refunded', { id: 7 }).kind === 'unknown',
    },
  ],
};
