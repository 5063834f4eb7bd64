// Which requests and messages the words of a scenario mean, on each wire.
import type { FaultAction, FaultRule } from '../../src/testing/proxy/index.ts';
import type { Traffic } from '../../src/testing/scenarios/scenario.ts';
import type { Wire } from './house.ts';

const paths: Readonly<Record<Wire, string>> = { pusher: '/app/*', 'socket-io': '/socket.io/', websocket: '/socket' };

const joinedText: Readonly<Record<Wire, string>> = {
  pusher: 'subscription_succeeded',
  'socket-io': '0/orders,{',
  websocket: '"type":"ack","channel"',
};

/** A page of another origin only sees an answer that lets it: without these words every status would be a dead network to it. */
const readable = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After, Date' };

function shown(how: FaultAction): FaultAction {
  if (how.kind === 'http-respond') return { ...how, headers: { ...how.headers, ...readable } };
  if (how.kind !== 'http-html') return how;
  const body = '<!doctype html><title>Welcome to our guest network</title>';
  return {
    kind: 'http-respond',
    status: how.status ?? 200,
    headers: { 'content-type': 'text/html', ...readable },
    body,
  };
}

/** On Socket.IO nobody asks over HTTP who may hear a channel: what would keep the answer back keeps back the namespace. */
function onHandshake(how: FaultAction): FaultAction {
  if (how.kind === 'http-delay') return { kind: 'latency', ms: how.ms };
  return how.kind === 'halfopen' ? { kind: 'drop' } : how;
}

export function matchOf(
  wire: Wire,
  what: Traffic,
  how: FaultAction,
  isWithoutReplay: boolean,
): Pick<FaultRule, 'match' | 'action'> {
  const list = { on: 'request', method: 'GET', path: '*/v1/orders' } as const;
  switch (what) {
    case 'connect':
      return { match: { on: 'upgrade', path: paths[wire] }, action: how };
    case 'auth':
      return wire === 'socket-io'
        ? { match: { on: 'message', direction: 's2c', text: joinedText[wire] }, action: onHandshake(how) }
        : { match: { on: 'request', method: 'POST', path: '*/broadcasting/auth' }, action: shown(how) };
    case 'joined':
      return { match: { on: 'message', direction: 's2c', text: joinedText[wire] }, action: how };
    case 'event':
      return { match: { on: 'message', direction: 's2c', text: 'OrderCreated' }, action: how };
    case 'catch-up':
      return {
        match: isWithoutReplay ? list : { on: 'request', method: 'GET', path: '*/v1/events/since' },
        action: shown(how),
      };
    case 'list':
      return { match: list, action: shown(how) };
    case 'mutation':
  }
  return { match: { on: 'request', method: 'POST', path: '*/v1/orders' }, action: shown(how) };
}
