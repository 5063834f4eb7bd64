// What the HTTP API can be asked, once it is known who asks.
import { isRecord } from '../../lib/json.ts';
import { isPresence } from './channel-names.ts';
import type { Hub, PusherEvent } from './hub.ts';
import { publishRefusal } from './publishing.ts';
import { farewells } from './server-frames.ts';

export type Route = { readonly appId: string } & (
  | { readonly name: 'channels' }
  | { readonly name: 'channel'; readonly channel: string }
  | { readonly name: 'members'; readonly channel: string }
  | { readonly name: 'events' }
  | { readonly name: 'batch' }
  | { readonly name: 'terminate'; readonly userId: string }
);

export type Reply = Readonly<Record<string, unknown>>;

export interface Asked {
  readonly hub: Hub;
  readonly route: Route;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Tells of a body that has not the form of the API. */
  readonly malformed: (message: string) => void;
}

export function routeOf(method: string, path: string): Route | undefined {
  const [, appId, ...rest] = /^\/apps\/([^/]+)\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  if (appId === undefined) return undefined;
  const [first, second, third] = rest;
  switch (`${method} ${[first, second && '*', third].filter((part) => part !== undefined).join('/')}`) {
    case 'GET channels':
      return { appId, name: 'channels' };
    case 'GET channels/*':
      return { appId, name: 'channel', channel: second ?? '' };
    case 'GET channels/*/users':
      return { appId, name: 'members', channel: second ?? '' };
    case 'POST events':
      return { appId, name: 'events' };
    case 'POST batch_events':
      return { appId, name: 'batch' };
    case 'POST users/*/terminate_connections':
      return { appId, name: 'terminate', userId: second ?? '' };
    default:
      return undefined;
  }
}

const tooMany: Reply = { error: 'Too many requests.', code: 429 };
const incorrect: Reply = { error: 'The received data is incorrect', code: 400 };
const done: Reply = { ok: true };

export function answerOf({ hub, route, query, body, malformed }: Asked): Reply {
  if (route.name === 'events') return publish(hub, [body], malformed);
  if (route.name === 'batch') return publishBatch(hub, isRecord(body) ? body['batch'] : undefined, malformed);
  if (route.name === 'terminate') return terminate(hub, route.userId);
  if (!hub.readRate.take(1)) return tooMany;
  if (route.name === 'channels') return channelList(hub, query.get('filter_by_prefix') ?? '');
  if (route.name === 'channel') return channelInfo(hub, route.channel);
  return memberList(hub, route.channel, query.get('with_user_info') === '1');
}

function terminate({ users }: Hub, userId: string): Reply {
  for (const connection of users.connectionsOf(userId)) connection.end(farewells.terminated);
  return done;
}

function publishBatch(hub: Hub, batch: unknown, malformed: Asked['malformed']): Reply {
  if (Array.isArray(batch)) return publish(hub, batch, malformed);
  malformed('A request for several events has no batch that is a list; Soketi would shut down.');
  return incorrect;
}

/** All of them or none. */
function publish(hub: Hub, bodies: readonly unknown[], malformed: Asked['malformed']): Reply {
  const { app, eventRate } = hub;
  const events = bodies.map(readEvent);
  if (!eventRate.take(events.reduce((sum, event) => sum + Math.max(1, event.channels.length), 0))) return tooMany;
  if (bodies.length > app.limits.eventsPerBatch) {
    return { error: `Cannot batch-send more than ${app.limits.eventsPerBatch} messages at once`, code: 400 };
  }
  for (const event of events) {
    if (event.isUnanswered) {
      malformed('An event is not an object, or its channels are no list of names; Soketi shuts down or never answers.');
    }
    if (event.isUnanswered || event.name === '' || !event.data) return incorrect;
    const refusal = publishRefusal(app, event);
    if (refusal !== undefined) return { error: refusal.error, code: refusal.code };
  }
  for (const event of events) hub.publish(event);
  return done;
}

function readEvent(body: unknown): PusherEvent & { readonly isUnanswered: boolean } {
  const { name, data, channel, channels: several, socket_id: exceptId } = isRecord(body) ? body : {};
  const channels = several || (channel ? [channel] : undefined);
  const isNamed = typeof name === 'string' && channels !== undefined;
  return {
    name: isNamed ? name : '',
    data,
    channels: isNames(channels) ? channels : [],
    exceptId: typeof exceptId === 'string' ? exceptId : undefined,
    isUnanswered: !isRecord(body) || (channels !== undefined && !isNames(channels)),
  };
}

const isNames = (channels: unknown): channels is readonly string[] =>
  Array.isArray(channels) && channels.every((channel) => typeof channel === 'string');

const channelList = ({ channels }: Hub, prefix: string): Reply => ({
  channels: Object.fromEntries(
    [...channels.counts()]
      .filter(([channel]) => channel.startsWith(prefix))
      .map(([channel, count]) => [channel, { subscription_count: count, occupied: true }]),
  ),
});

function channelInfo({ channels }: Hub, channel: string): Reply {
  const count = channels.countIn(channel);
  return {
    subscription_count: count,
    occupied: count > 0,
    ...(isPresence(channel) && { user_count: channels.membersIn(channel).size }),
  };
}

function memberList({ channels }: Hub, channel: string, withInfo: boolean): Reply {
  if (!isPresence(channel)) return { error: 'The channel must be a presence channel.', code: 400 };
  const users = [...channels.membersIn(channel)];
  return { users: users.map(([id, info]) => (withInfo ? { id, user_info: info } : { id })) };
}
