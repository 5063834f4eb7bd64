// What happens to devices in restaurants, and what must hold afterwards. Each names the rows of the list of faults that it
// answers to. Played over Pusher, Socket.IO and plain WebSocket, in Node and in Chromium, through the fault proxy.
import { words, type Scenario } from '../../src/testing/scenarios/scenario.ts';

const {
  publish,
  mutate,
  mutateInVain,
  retryParked,
  cut,
  halfOpen,
  heal,
  spoil,
  inject,
  serverDown,
  serverUp,
  restartServer,
  expireToken,
  resetEpoch,
  restoreDatabase,
  hint,
  sleep,
  throttle,
  setClock,
  spoilStorage,
  restartDevice,
  handler,
  pass,
  until,
} = words;

const answer = (status: number, headers: Readonly<Record<string, string>> = {}, body: unknown = { message: 'No.' }) =>
  ({ kind: 'http-respond', status, headers: { 'content-type': 'application/json', ...headers }, body }) as const;
const page = { kind: 'http-html' } as const;
const drop = { kind: 'drop' } as const;
const silence = { kind: 'halfopen' } as const;

/** A server that refuses for good is asked again after a minute and a half at the latest. */
const slowProbeMs = 100_000;
const dayMs = 86_400_000;

const connecting: readonly Scenario[] = [
  {
    name: 'the socket is reset in the middle of service',
    faults: ['F01'],
    steps: [publish(2), cut('reset'), publish(2)],
  },
  { name: 'the socket ends without a close frame', faults: ['F01'], steps: [publish(), cut('end'), publish(3)] },
  {
    name: 'the connection breaks in the middle of a message',
    faults: ['F01', 'F29'],
    steps: [spoil('event', { kind: 'rst', afterBytes: 40 }), publish(3)],
  },
  {
    name: 'half-open: nothing gets through, nobody is told, and it is noticed within 20 s',
    faults: ['F02'],
    steps: [publish(), halfOpen(), publish(3), until('not-live', 20_500), until('live')],
  },
  {
    name: 'only what the server says is lost',
    faults: ['F03'],
    steps: [halfOpen('down'), publish(2), until('not-live', 20_500)],
  },
  {
    name: 'only what the device says is lost',
    faults: ['F03'],
    steps: [halfOpen('up'), publish(2), until('not-live', 20_500), mutate()],
  },
  {
    name: 'an abandoned socket says late what it had kept',
    faults: ['F04', 'F27'],
    steps: [halfOpen(), publish(3), until('not-live'), until('live'), until('told'), heal(), publish()],
  },
  {
    name: 'nobody answers who wants to connect',
    faults: ['F05'],
    steps: [spoil('connect', silence), cut(), until('struck'), publish(2)],
  },
  {
    name: 'a socket is closed as soon as it is open, three times',
    faults: ['F05', 'F15'],
    steps: [spoil('connect', { kind: 'close', code: 1011 }, { times: 3 }), cut(), until('struck'), publish()],
  },
  ...([401, 403, 404, 500, 503] as const).map((status): Scenario => ({
    name: `who wants to connect is answered with ${status}`,
    faults: ['F06'],
    steps: [spoil('connect', answer(status)), cut(), until('struck'), publish(2), until('live', slowProbeMs)],
    holds: { mayTell: ['config', 'callback'] },
  })),
  {
    name: 'who wants to connect is sent elsewhere',
    faults: ['F06', 'F75'],
    steps: [
      spoil('connect', answer(302, { location: 'http://127.0.0.1:9/' })),
      cut(),
      until('struck'),
      publish(),
      until('live', slowProbeMs),
    ],
    holds: { mayTell: ['config'] },
  },
  {
    name: 'a web page stands before everything: a captive portal',
    faults: ['F06', 'F16', 'F49'],
    steps: [
      spoil('connect', page, { times: 2 }),
      spoil('catch-up', page),
      spoil('mutation', page),
      cut(),
      publish(2),
      mutate(),
      until('drained'),
      until('live', slowProbeMs),
      cut(),
      until('struck'),
    ],
    holds: { mayTell: ['config', 'outbox'] },
  },
  {
    name: 'two minutes without an event flap nothing',
    faults: ['F07', 'F86'],
    steps: [publish(), until('told'), pass(120_000), publish()],
    holds: { mostSockets: 1, mayTell: ['clock'] },
  },
  {
    name: 'the app is disabled for a moment: blocked, and back by itself',
    faults: ['F08'],
    steps: [cut(4003), publish(), until('live', slowProbeMs)],
    holds: { mayTell: ['config'] },
  },
  {
    name: 'the server is over its capacity',
    faults: ['F09'],
    steps: [cut(4100), publish(2), until('live'), cut(4301), publish()],
    holds: { mayTell: ['config'] },
  },
  { name: 'the server says that it restarts', faults: ['F10', 'F14'], steps: [cut(4200), publish(2)] },
  { name: 'the server goes away with 1012', faults: ['F09', 'F10'], steps: [cut(1012), publish(2)] },
  {
    name: 'the server is restarted in the middle of service',
    faults: ['F10', 'F14'],
    steps: [publish(2), until('told'), restartServer(), publish(2), mutate()],
  },
  {
    name: 'nobody listens for a minute',
    faults: ['F05', 'F14', 'F67'],
    steps: [publish(), serverDown(), publish(3), mutate(2), pass(60_000), serverUp(), publish()],
    holds: { mostSockets: 13, mostRequests: 90 },
  },
  {
    name: 'the link flaps five times',
    faults: ['F15'],
    steps: [...Array.from({ length: 5 }, () => [publish(), cut(), until('live')]).flat(), publish()],
    holds: { mostRequests: 90 },
  },
  {
    name: 'the browser says offline and online, and the link is well',
    faults: ['F17'],
    steps: [hint('offline'), publish(), hint('online'), hint('offline'), hint('online'), hint('online'), publish()],
    holds: { mostSockets: 1 },
  },
  {
    name: 'an event is lost on an open socket, and another one follows',
    faults: ['F18', 'F29'],
    steps: [publish(), spoil('event', drop), publish(3), until('told', 10_000)],
    holds: { mostSockets: 1 },
  },
  {
    name: 'the last event of the evening is lost, and none follows',
    faults: ['F18'],
    steps: [publish(), until('told'), spoil('event', drop), publish(), until('told', 75_000)],
    holds: { mostSockets: 1 },
  },
];

const joining: readonly Scenario[] = [
  {
    name: 'the question for a channel is answered with 401 once',
    faults: ['F19'],
    steps: [spoil('auth', answer(401)), cut(), publish(2), until('struck')],
  },
  {
    name: 'one channel is forbidden for a while, and the others go on',
    faults: ['F20'],
    steps: [spoil('auth', answer(403)), cut(), until('struck'), publish(2), mutate(), until('told', slowProbeMs)],
    holds: { told: ['denied'] },
  },
  {
    name: 'too many ask for channels at once',
    faults: ['F21', 'F26'],
    steps: [spoil('auth', answer(429, { 'retry-after': '3' }), { times: 2 }), cut(), publish(2), until('struck')],
  },
  ...(
    [
      ['a server error', answer(500)],
      ['a web page', page],
      ['JSON that says nothing', answer(200, {}, {})],
      ['silence', silence],
    ] as const
  ).map(([what, how]): Scenario => ({
    name: `the question for a channel is answered with ${what}`,
    faults: ['F21'],
    steps: [spoil('auth', how), cut(), publish(2), until('struck')],
  })),
  {
    name: 'the socket breaks while a channel is asked for',
    faults: ['F22'],
    steps: [spoil('auth', { kind: 'http-delay', ms: 3_000 }), cut(), until('struck'), cut(), publish(2)],
  },
  {
    name: 'the server never says that a channel is heard',
    faults: ['F23'],
    steps: [spoil('joined', drop), cut(), until('struck'), publish(2)],
  },
  {
    name: 'the token runs out, and the socket breaks',
    faults: ['F25'],
    steps: [expireToken(), cut(), publish(2), until('struck')],
  },
];

const hearing: readonly Scenario[] = [
  { name: 'events come twice', faults: ['F27'], steps: [spoil('event', { kind: 'dup' }, { times: 3 }), publish(4)] },
  {
    name: 'events overtake each other',
    faults: ['F28'],
    steps: [spoil('event', { kind: 'reorder' }, { times: 2 }), publish(5)],
  },
  {
    name: 'three events in a row are lost',
    faults: ['F29'],
    steps: [publish(), spoil('event', drop, { times: 3 }), publish(5)],
  },
  {
    name: 'messages come byte by byte',
    faults: ['F01', 'F35'],
    steps: [spoil('event', { kind: 'slicer' }, { times: 2 }), publish(3)],
  },
  {
    name: 'a message ends in its middle',
    faults: ['F35', 'F29'],
    steps: [spoil('event', { kind: 'corrupt', how: 'cut' }), publish(3)],
    holds: { mayTell: ['quarantined'] },
  },
  ...(
    [
      ['prototype', 'a frame for the channel "__proto__"', 'F36', []],
      ['foreign', 'an event of another house', 'F40', ['security']],
      ['reserved', 'an event in the protocol’s own name', 'F41', []],
      ['huge', 'a frame of two megabytes', 'F38', ['quarantined']],
      ['no-json', 'a frame that is no JSON', 'F35', []],
      ['newer', 'an event of a version to come', 'F35', []],
    ] as const
  ).map(([frame, what, row, told]): Scenario => ({
    name: `${what} costs its neighbours nothing`,
    faults: [row],
    steps: [publish(), inject(frame), publish(2)],
    holds: { told, mayTell: ['quarantined', 'config'], mostSockets: 2 },
  })),
  {
    name: 'a hundred events come at once',
    faults: ['F38', 'F51'],
    steps: [publish(100)],
    holds: { mostSockets: 1, mostRequests: 80 },
  },
  {
    name: 'a handler throws',
    faults: ['F39'],
    steps: [handler('throws'), publish(3)],
    holds: { told: ['handler'], mostSockets: 1 },
  },
  {
    name: 'a slow handler while the socket breaks',
    faults: ['F18', 'F39'],
    steps: [handler('takes-its-time', 2), publish(3), cut(), publish(2)],
  },
];

const catchingUp: readonly Scenario[] = [
  {
    name: 'a hundred and twenty events were missed: several pages, and the second one breaks off',
    faults: ['F44', 'F58'],
    steps: [
      publish(),
      until('told'),
      serverDown(),
      publish(120),
      spoil('catch-up', { kind: 'rst', afterBytes: 2_000 }, { after: 1 }),
      serverUp(),
      until('struck'),
    ],
    holds: { mostSockets: 10 },
  },
  ...(
    [
      ['breaks off', { kind: 'corrupt', how: 'cut' }, ['F49']],
      ['is a web page', page, ['F16', 'F49']],
      ['is an empty object', answer(200, {}, {}), ['F46', 'F49']],
      ['is a server error', answer(502), ['F49']],
      ['asks for patience', answer(503, { 'retry-after': '4' }), ['F48']],
      ['never comes', silence, ['F49', 'F71']],
    ] as const
  ).map(([what, how, faults]): Scenario => ({
    name: `what was missed is asked for, and the answer ${what}`,
    faults,
    steps: [publish(), until('told'), spoil('catch-up', how), cut(), publish(3), until('struck')],
    holds: { mayTell: ['config', 'quarantined'] },
  })),
  {
    name: 'what was missed is gone from the log: the list tells it',
    faults: ['F47'],
    steps: [publish(), until('told'), spoil('catch-up', answer(410), { times: 3 }), cut(), publish(2), until('struck')],
    holds: { told: ['resync'], order: 'any' },
  },
  {
    name: 'events come while the missed ones are being read',
    faults: ['F51', 'F50'],
    steps: [
      publish(),
      spoil('catch-up', { kind: 'http-delay', ms: 4_000 }),
      cut(),
      publish(2),
      until('struck'),
      publish(3),
    ],
  },
  {
    name: 'a server without a log: lists tell what was missed',
    faults: ['F46', 'F52', 'F54'],
    without: ['replay'],
    steps: [publish(2), until('told'), cut(), publish(3)],
    // Notifications have neither a log nor a list there.
    holds: { order: 'any', told: ['config'] },
  },
  {
    name: 'positions begin anew',
    faults: ['F32'],
    steps: [publish(2), until('told'), resetEpoch(), cut(), publish(2)],
    holds: { told: ['resync'], order: 'any' },
  },
  {
    name: 'an old database is restored',
    faults: ['F32', 'F57'],
    steps: [publish(2), until('told'), restoreDatabase(), cut(), publish(2)],
    holds: { told: ['resync'], order: 'any' },
  },
  {
    name: 'the device’s clock is a day ahead, and then a day behind',
    faults: ['F55', 'F91'],
    steps: [setClock(dayMs), cut(), publish(2), until('told'), setClock(-2 * dayMs), cut(), publish(2), mutate()],
    holds: { mayTell: ['clock'] },
  },
];

const sending: readonly Scenario[] = [
  {
    name: 'the answer to an order is lost: the key makes it one order',
    faults: ['F59'],
    steps: [spoil('mutation', { kind: 'http-drop-reply' }), mutate(2), until('struck')],
  },
  {
    name: 'the answer to an order is lost, and the server knows no keys: the list tells that it was taken',
    faults: ['F59'],
    without: ['idempotency-keys'],
    steps: [spoil('mutation', { kind: 'http-drop-reply' }), mutate(2), until('struck')],
  },
  {
    name: 'orders that were taken offline go out when the network is back',
    faults: ['F03', 'F71'],
    steps: [serverDown(), until('not-live'), mutate(3), pass(5_000), serverUp(), until('drained')],
    holds: { told: ['drained'], mostSockets: 10 },
  },
  {
    name: 'the token runs out while orders go out',
    faults: ['F62'],
    steps: [expireToken(), mutate(3), until('struck')],
  },
  {
    name: 'one order is refused, and the others go on',
    faults: ['F63', 'F69'],
    steps: [spoil('mutation', answer(422)), mutate(3), until('struck')],
    holds: { told: ['parked'], parked: 1 },
  },
  {
    name: 'an order is refused by mistake, and a person sends it again',
    faults: ['F63', 'F64'],
    steps: [spoil('mutation', answer(409)), mutate(), until('struck'), until('drained'), retryParked()],
    holds: { mayTell: ['parked'] },
  },
  {
    name: 'the first attempt is still in progress',
    faults: ['F64'],
    steps: [
      spoil('mutation', answer(409, { 'content-type': 'application/problem+json' }, { type: 'urn:x:in-progress' })),
      mutate(),
      until('struck'),
    ],
  },
  {
    name: 'the server asks for patience with orders',
    faults: ['F48', 'F67'],
    steps: [spoil('mutation', answer(429, { 'retry-after': '5' })), mutate(2), until('struck')],
  },
  {
    name: 'the server fails three times at an order',
    faults: ['F66', 'F67'],
    steps: [spoil('mutation', answer(503), { times: 3 }), mutate(), until('struck')],
  },
  {
    name: 'an order hangs',
    faults: ['F67', 'F74'],
    steps: [spoil('mutation', silence), mutate(2), until('struck')],
  },
  {
    name: 'an order is sent elsewhere: it waits for a person',
    faults: ['F75'],
    steps: [spoil('mutation', answer(307, { location: 'http://127.0.0.1:9/' })), mutate(2), until('struck')],
    holds: { told: ['parked'], parked: 1 },
  },
  {
    name: 'an order is cut off twice while reading works',
    faults: ['F06', 'F67'],
    steps: [spoil('mutation', { kind: 'rst' }, { times: 2 }), mutate(), until('struck')],
    holds: { mayTell: ['config'] },
  },
];

const remembering: readonly Scenario[] = [
  {
    name: 'the disk is full: the order is not taken, and the screen goes on',
    faults: ['F76'],
    steps: [publish(), until('told'), spoilStorage('full', 1, 'mutations'), mutateInVain(), publish(2), mutate()],
    holds: { mayTell: ['storage', 'outbox'] },
  },
  {
    name: 'the database is lost in the middle of service',
    faults: ['F77'],
    steps: [publish(), spoilStorage('lost'), publish(2), mutate()],
    holds: { mayTell: ['storage'] },
  },
  {
    name: 'the app is closed and opened again',
    faults: ['F42', 'F97'],
    steps: [publish(2), until('told'), restartDevice(), publish(2)],
    holds: { mostSockets: 2 },
  },
  {
    name: 'the app is closed, events come, and it is opened after the server',
    faults: ['F42', 'F05'],
    steps: [publish(2), until('told'), serverDown(), restartDevice(), publish(2), serverUp()],
    holds: { mostSockets: 10 },
  },
  {
    name: 'the app dies with orders that were not sent',
    faults: ['F59', 'F60'],
    steps: [serverDown(), until('not-live'), mutate(2), pass(2_000), restartDevice('killed'), serverUp(), publish()],
    holds: { mostSockets: 10, mayTell: ['outbox'] },
  },
  {
    name: 'the app dies while an order is under way',
    faults: ['F42', 'F59'],
    steps: [spoil('mutation', silence), mutate(), until('struck'), restartDevice('killed')],
    holds: { mayTell: ['outbox'] },
  },
  {
    name: 'the browser has thrown everything away',
    faults: ['F79'],
    steps: [publish(2), until('told'), restartDevice('emptied'), until('live'), publish(2)],
    holds: { mayTell: ['storage'] },
  },
];

const living: readonly Scenario[] = [
  {
    name: 'the page is hidden, its timers come once a minute, and the link is well',
    faults: ['F86'],
    steps: [hint('hidden'), throttle(60_000), publish(), pass(180_000), throttle(0), hint('visible'), publish()],
    holds: { mostSockets: 2, mayTell: ['clock'] },
  },
  {
    name: 'the page was frozen, and its socket is dead',
    faults: ['F87', 'F89'],
    steps: [hint('hidden'), sleep(60_000, 'runs'), halfOpen(), publish(2), hint('resume'), until('live', 10_000)],
    // What the store was asked for before the sleep is late when the page wakes, and its time is up.
    holds: { mayTell: ['clock', 'storage'] },
  },
  {
    name: 'the page comes back from the back/forward cache',
    faults: ['F88'],
    steps: [hint('hidden'), sleep(30_000, 'runs'), cut(), publish(2), hint('pageshow'), until('live', 10_000)],
    holds: { mayTell: ['clock'] },
  },
  {
    name: 'the lid was closed for eight hours',
    faults: ['F90', 'F87'],
    steps: [sleep(8 * 3_600_000), cut(), publish(2), hint('clock-jump'), until('live', 20_000), mutate()],
    holds: { mayTell: ['clock'] },
  },
  {
    name: 'the clock is set back by hours while orders wait',
    faults: ['F91'],
    steps: [serverDown(), until('not-live'), mutate(), setClock(-6 * 3_600_000), pass(2_000), serverUp()],
    holds: { mayTell: ['clock'], mostSockets: 10 },
  },
];

/** By what they are about; each is a file of tests of its own. */
export const scenarios: Readonly<Record<'line' | 'stream' | 'device', readonly Scenario[]>> = {
  line: [...connecting, ...joining],
  stream: [...hearing, ...catchingUp],
  device: [...sending, ...remembering, ...living],
};

/** Scenarios that fail for a fault of heard that is known and not yet mended: the scenario, and what is wrong. */
export const knownFaults: Readonly<Record<string, string>> = {};
