import type { ChannelDefinition } from '../../contract/channel.ts';

export const orders: ChannelDefinition<
  'private-store.{sku}.orders',
  'OrderCreated' | 'OrderUpdated' | 'OrderStatusChanged'
> = {
  wire: 'private-store.{sku}.orders',
  events: ['OrderCreated', 'OrderUpdated', 'OrderStatusChanged'],
  position: 'dense',
  abilities: ['order.read'],
};

export const kds: ChannelDefinition<'private-store.{sku}.kds', 'KdsTicketCreated' | 'KdsTicketUpdated'> = {
  wire: 'private-store.{sku}.kds',
  events: ['KdsTicketCreated', 'KdsTicketUpdated'],
  position: 'dense',
  abilities: ['kds.read'],
};

export const printing: ChannelDefinition<
  'private-store.{sku}.printing',
  'PrintJobQueued' | 'PrintJobCompleted' | 'PrintJobFailed'
> = {
  wire: 'private-store.{sku}.printing',
  events: ['PrintJobQueued', 'PrintJobCompleted', 'PrintJobFailed'],
  position: 'dense',
  abilities: ['printer.read', 'ticket.create'],
};

export const devices: ChannelDefinition<'private-store.{sku}.devices', 'DeviceStatusChanged'> = {
  wire: 'private-store.{sku}.devices',
  events: ['DeviceStatusChanged'],
  position: 'dense',
  abilities: ['devices.read'],
};

/** The server also checks that the id is the device's own. */
export const notifications: ChannelDefinition<
  'private-device.{deviceId}.notifications',
  'DeviceNotification' | 'MediaUpdated'
> = {
  wire: 'private-device.{deviceId}.notifications',
  events: ['DeviceNotification', 'MediaUpdated'],
  position: 'monotonic',
  abilities: ['device.sync'],
};

/** V1.1: which screens are connected. Carries members, no events. */
export const presence: ChannelDefinition<'presence-store.{sku}.kds.presence', never> = {
  wire: 'presence-store.{sku}.kds.presence',
  events: [],
  position: 'none',
  abilities: ['kds.read'],
};

/** V1.1: the tickets of one station, under its slug. */
export const station: ChannelDefinition<
  'private-store.{sku}.kds.station.{station}',
  'KdsTicketCreated' | 'KdsTicketUpdated'
> = {
  wire: 'private-store.{sku}.kds.station.{station}',
  events: ['KdsTicketCreated', 'KdsTicketUpdated'],
  position: 'monotonic',
  abilities: ['kds.read'],
};
