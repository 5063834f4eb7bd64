// The store's devices, and what the office tells them.
import { laravelPos, type Device } from '../../../contracts/laravel-pos/index.ts';
import { deviceNotification, heartbeat, mediaUpdated } from '../../../contracts/laravel-pos/schemas.ts';
import { fieldsOf, oneOf, textOf } from '../rest/fields.ts';
import { found, idOf, readInput } from '../rest/input.ts';
import { empty, json, Refused } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import { told } from '../tell.ts';
import type { Shop } from './shop.ts';

const office = laravelPos.channels.get('devices')?.abilities ?? [];

export const deviceRoutes = (shop: Shop): readonly Route[] => [
  { method: 'POST', path: '/devices/{id}/heartbeat', to: [], answer: (call) => beat(shop, call) },
  // Settled, for demonstrations: how the office does these things is its own business.
  { method: 'POST', path: '/v1/devices/{id}/status', to: office, answer: (call) => setStatus(shop, call) },
  { method: 'POST', path: '/v1/devices/{id}/notifications', to: office, answer: (call) => notify(shop, call) },
  { method: 'POST', path: '/v1/media', to: office, answer: (call) => announceMedia(shop, call) },
];

async function beat(shop: Shop, call: KnownCall): Promise<Response> {
  readInput(heartbeat, call.body);
  const id = idOf(call.params['id']);
  if (String(id) !== call.caller.id)
    throw new Refused(403, 'forbidden', 'A device says only of itself that it is there.');
  const device = found(shop.devices.get(id), 'device');
  if (device.status !== 'online') await become(shop, call, device, 'online', 'heartbeat');
  return empty();
}

async function setStatus(shop: Shop, call: KnownCall): Promise<Response> {
  const device = found(shop.devices.get(idOf(call.params['id'])), 'device');
  const fields = fieldsOf(call.body);
  const status = oneOf(fields, 'status', ['online', 'offline', 'inactive', 'blocked']);
  return json(200, { data: await become(shop, call, device, status, textOf(fields, 'reason') ?? 'office') });
}

async function become(
  shop: Shop,
  cause: KnownCall,
  { id }: Device,
  status: Device['status'],
  reason: string,
): Promise<Device> {
  const device = found(shop.devices.patch(id, { status }));
  await told(shop.emit('DeviceStatusChanged', { data: { device, reason, at: device.updated_at }, cause }));
  return device;
}

async function notify(shop: Shop, call: KnownCall): Promise<Response> {
  const { id: deviceId } = found(shop.devices.get(idOf(call.params['id'])), 'device');
  const data = readInput(deviceNotification, call.body);
  await told(shop.emit('DeviceNotification', { data, cause: call, deviceId }));
  return json(202, { data });
}

/** Every device has the pictures of the menu. */
async function announceMedia(shop: Shop, call: KnownCall): Promise<Response> {
  const data = readInput(mediaUpdated, call.body);
  await told(
    ...shop.devices.rows().map(({ id: deviceId }) => shop.emit('MediaUpdated', { data, cause: call, deviceId })),
  );
  return json(202, { data: data.media });
}
