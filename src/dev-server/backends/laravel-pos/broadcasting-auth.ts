// Who may hear which private channel, signed for the event server.
import { createHmac } from 'node:crypto';
import type { BackendSeams, Caller } from '../../backend.ts';
import { fieldsOf, requireText } from '../rest/fields.ts';
import { json, Refused } from '../rest/problem.ts';
import type { Route } from '../rest/routes.ts';
import { requireHearing } from './hearing.ts';
import type { Shop } from './shop.ts';

export const broadcastingAuthRoute = (shop: Shop, { key, secret }: NonNullable<BackendSeams['app']>): Route => ({
  method: 'POST',
  path: '/broadcasting/auth',
  to: [],
  answer({ body, caller }) {
    const fields = fieldsOf(body);
    const channel = requireText(fields, 'channel_name');
    const socketId = requireText(fields, 'socket_id');
    // What is signed is joined by colons: a socket id that has more of them would sign another channel.
    if (!/^\d+\.\d+$/.test(socketId)) throw new Refused(422, 'invalid', '"socket_id" is none.');
    requireHearing(caller, channel, shop.v1);
    const member = channel.startsWith('presence-') ? memberOf(shop, caller) : undefined;
    const signed = [socketId, channel, ...(member === undefined ? [] : [member])].join(':');
    const auth = `${key}:${createHmac('sha256', secret).update(signed).digest('hex')}`;
    return json(200, member === undefined ? { auth } : { auth, channel_data: member });
  },
});

const memberOf = ({ devices }: Shop, { id }: Caller): string =>
  JSON.stringify({ user_id: id, user_info: { device_id: Number(id), device_type: devices.get(id)?.type ?? null } });
