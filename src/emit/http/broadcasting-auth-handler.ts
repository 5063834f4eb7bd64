// Signs that a socket may hear a channel, for servers that speak Pusher's protocol. The contract knows who may.
import { accessOf, longestChannelName } from '../../contract/channel.ts';
import type { ContractData } from '../../contract/contract.ts';
import { createRouter } from '../../contract/routing.ts';
import { mayHear, type AskedChannel, type Caller, type FindCaller } from '../caller.ts';
import { readFields } from './body.ts';
import { channelSigner, type SigningApp } from './channel-signature.ts';
import { unfailing, type Handler, type HandlerOptions } from './handler.ts';
import { channelDenied, methodNotAllowed, problem, unauthenticated } from './problem.ts';

export interface BroadcastingAuthOptions extends HandlerOptions, SigningApp {
  /** Who asks, by the token or the cookie of the request. */
  readonly caller: FindCaller;
  /** What the contract cannot know: a device that is blocked, a station that is not this screen's. Asked last. */
  readonly mayHear?: (caller: Caller, channel: AskedChannel) => boolean | Promise<boolean>;
}

const mostBytes = 10_240;
const socketIdForm = /^\d{1,20}\.\d{1,20}$/;

/**
 * `POST` with `channel_name` and `socket_id`, as a form or as JSON → `{ auth, channel_data? }`. 401 when nobody is known, 403
 * when they may not hear the channel or it is none of the contract's, 422 when a field is missing.
 */
export function broadcastingAuthHandler(contract: ContractData, options: BroadcastingAuthOptions): Handler {
  const { caller: findCaller } = options;
  const routeOf = createRouter(contract);
  const sign = channelSigner(options);

  return unfailing(async (request) => {
    if (request.method !== 'POST') return methodNotAllowed('POST');
    const caller = await findCaller(request);
    if (caller === undefined) return unauthenticated();
    const body = await readFields(request, mostBytes);
    if (!body.ok) return body.answer;
    const { socket_id: socketId, channel_name: wire } = body.value;
    if (typeof socketId !== 'string' || !socketIdForm.test(socketId)) return unfit('socket_id', 'like "1234.5678"');
    if (typeof wire !== 'string' || wire === '' || wire.length > longestChannelName) {
      return unfit('channel_name', 'the name of a channel');
    }
    const route = routeOf(wire);
    // Nobody needs a signature for a public one: whoever asks for it means something else.
    if (route === undefined || accessOf(route.definition) === 'public')
      return channelDenied('No such private channel.');
    const isAllowed =
      mayHear(contract, route, caller) && ((await options.mayHear?.(caller, { ...route, wire })) ?? true);
    if (!isAllowed) return channelDenied(`It needs ${needs(route.definition.abilities)}, and to be one’s own.`);

    const channelData = accessOf(route.definition) === 'presence' ? memberOf(caller) : undefined;
    const auth = await sign({ socketId, channel: wire, channelData });
    return Response.json(
      { auth, ...(channelData !== undefined && { channel_data: channelData }) },
      { headers: { 'Cache-Control': 'no-store' } },
    );
  }, options);
}

/** An id is a text everywhere else, and a number would be another member to some servers. */
const memberOf = ({ id, info }: Caller): string =>
  JSON.stringify({ user_id: String(id), ...(info !== undefined && { user_info: info }) });

const needs = (abilities: readonly string[] | undefined): string =>
  abilities === undefined ? 'no ability' : `the ability ${abilities.join(' or ')}`;

const unfit = (field: string, expected: string): Response =>
  problem({
    status: 422,
    name: 'field-invalid',
    detail: `"${field}" is to be ${expected}.`,
    more: { errors: { [field]: [`to be ${expected}`] } },
  });
