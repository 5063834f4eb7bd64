import { describe, expect, test } from 'vitest';
import { createRig, type Rig, type RigOptions } from './rig.ts';

interface Situation {
  readonly options?: RigOptions;
  readonly reach?: (rig: Rig) => void;
}

const refusing: RigOptions = {
  transport: { server: { connected: (socket) => socket.refuse({ kind: 'unreachable' }) } },
  host: { random: () => 0.9 },
};

/** How a client gets into each phase of the machine. */
const situations: readonly [string, Situation][] = [
  ['it asks for a token', { options: { token: () => new Promise(() => undefined) } }],
  ['a socket is opening', { options: { transport: { server: { connected: () => undefined } } } }],
  ['a link is open', {}],
  ['a link is being asked', { reach: (rig) => (rig.server().cut(), rig.host.advance(16_000)) }],
  ['it waits', { options: refusing }],
  [
    'a hint is kept for later',
    { reach: (rig) => (rig.host.emit({ kind: 'online' }), rig.host.emit({ kind: 'offline' })) },
  ],
  [
    'it is blocked',
    { options: { transport: { server: { connected: (socket) => socket.refuse({ kind: 'http', status: 403 }) } } } },
  ],
  [
    'there is no socket',
    { options: { transport: { server: { connected: (socket) => socket.refuse({ kind: 'no-socket' }) } } } },
  ],
  ['it has stopped already', { reach: (rig) => rig.supervisor.stop() }],
];

describe.each(situations)('while %s', (_, { options, reach }) => {
  const reached = (): Rig => {
    const rig = createRig(options);
    rig.supervisor.start();
    reach?.(rig);
    return rig;
  };

  test('C33: stop leaves no socket, no timer and no listener', () => {
    const rig = reached();
    rig.supervisor.stop();
    expect(rig.transport.live).toEqual([]);
    expect(rig.host.pendingTimers).toBe(0);
    expect(rig.host.listeners).toBe(0);
    expect(rig.supervisor.status()).toEqual({ word: 'offline', verdict: undefined });
  });

  test('C33: nothing happens afterwards, and start begins again', () => {
    const rig = reached();
    rig.supervisor.stop();
    const attempts = rig.attemptsAtMs.length;
    rig.host.emit({ kind: 'online' });
    rig.host.advance(600_000);
    expect(rig.attemptsAtMs).toHaveLength(attempts);
    rig.supervisor.start();
    rig.host.advance(30_000);
    const asksOnly = options?.token !== undefined;
    expect(rig.attemptsAtMs.length > attempts || asksOnly).toBe(true);
    expect(rig.host.listeners).toBe(1);
  });

  test('C34: nothing starts after dispose', () => {
    const rig = reached();
    rig.supervisor.dispose();
    const attempts = rig.attemptsAtMs.length;
    rig.supervisor.start();
    rig.host.advance(600_000);
    expect(rig.attemptsAtMs).toHaveLength(attempts);
    expect(rig.host.pendingTimers + rig.host.listeners + rig.transport.live.length).toBe(0);
  });
});

test('C33: a token that arrives after stop opens nothing', async () => {
  let answer: (token: string) => void = () => undefined;
  const rig = createRig({ token: () => new Promise((resolve) => (answer = resolve)) });
  rig.supervisor.start();
  rig.supervisor.stop();
  answer('late');
  await rig.host.pass(60_000);
  expect(rig.transport.sockets).toEqual([]);
});

test('C33: a link that is stopped is told as such', () => {
  const rig = createRig();
  rig.supervisor.start();
  rig.supervisor.stop();
  expect(rig.downs).toMatchObject([{ generation: 1, verdict: { cause: 'stopped', fault: 'none' } }]);
});
