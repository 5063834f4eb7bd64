// What every transport must do, as tests against a real server: whoever speaks to a backend of their own runs these where it is
// to run. They need no framework, only a `test` and an `expect` like those of vitest, jest or bun.
import type { Explanation } from '../transports/explanation.ts';
import type {
  Everybody,
  JoinCredential,
  OpenDetails,
  PresenceNews,
  Refusal,
  Transport,
} from '../transports/transport.ts';
import type { TestFramework } from './store-conformance.ts';
import { connectAndNote, type Noted } from './transport-notes.ts';
import { watchTimers } from './watched-timers.ts';

/** What a server says in a channel. */
export interface WireEvent {
  readonly channel: string;
  readonly name: string;
  readonly payload: unknown;
}

/** One connection as the server sees it. Everything is a promise: the server may be in another process. */
export interface ServerEnd {
  /** The path and the query string that were asked for. */
  readonly url: string;
  /** Says these events to this connection alone, in this order. */
  say(events: readonly WireEvent[]): Promise<void>;
  /** Puts these texts on the wire as they are. Needed where there is `nonsense` or `presence`. */
  sayRaw?(texts: readonly string[]): Promise<void>;
  /** What the device has said with `send`, once there are so many, in order. Needed where the transport sends. */
  heard?(count: number): Promise<readonly WireEvent[]>;
  /** Closes it as a server does that means it. */
  close(): Promise<void>;
  /** Gone without a word, as after a power cut: a TCP reset. */
  drop(): Promise<void>;
  /** Resolves when this connection is over, whoever ended it. */
  gone(): Promise<void>;
}

/** The transport, and real servers for it, made for one test. */
export interface TransportUnderTest {
  /** To a server that lets in whoever comes, and acknowledges with `payload` where the transport has acknowledgements. */
  readonly transport: Transport;
  /** To a server that takes the connection and never says a word. */
  readonly silent: Transport;
  /** To a server that answers, though not with a connection: HTTP 503, for example. */
  readonly refusing: Transport;
  /** To an address where nobody listens. */
  readonly absent: Transport;
  /** Two channels that the server knows and admits. */
  readonly channels: readonly [string, string];
  /** One that it refuses, and how it says so. */
  readonly refused: { readonly channel: string; readonly refusal: Refusal };
  /** What lets a device in, where the server asks for something. */
  credential?(channel: string, details: OpenDetails): JoinCredential | undefined;
  /**
   * The connection at the server, or when it comes, that asked for this in its query string (`conformance=…`); silent ones are
   * connections, too.
   */
  accepted(mark: string): Promise<ServerEnd>;
  /** Needed where the transport tells who is there. */
  readonly presence?: {
    /** A presence channel, whose server says that these are there to whoever joins it. */
    readonly channel: string;
    readonly everybody: Everybody;
    /** How such a server says on the wire that somebody has come or gone. */
    spell(news: Exclude<PresenceNews, { readonly kind: 'everybody' }>): string;
  };
  /** Names special to some language that a server can say as channels nobody has joined. */
  readonly oddChannels?: readonly string[];
  /** Texts that break the protocol, and that a connection is to survive. */
  readonly nonsense?: readonly string[];
  /** A message that this server takes from a device. By default `hello`; Pusher wants a prefix. */
  readonly messageName?: string;
  /** After every connection was closed. */
  cleanUp?(): void | Promise<void>;
}

/** Names that are special to some language. */
const oddNames: readonly string[] = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length'];

const oddPayloads: readonly unknown[] = [
  null,
  0,
  '',
  'text that is no JSON',
  '{"text":"that is JSON"}',
  [],
  {},
  [[[]], [null], {}],
  { '': 1, constructor: 'c', length: 5 },
  JSON.parse('{"__proto__":{"admin":true},"nested":{"__proto__":5}}'),
  'pizza \ud83c\udf55 \u00e0 emporter \u2028 "quoted" \\ \0',
];

const numbered = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);
const token = 'canary-7d1e40';

/** Which codes or constants lead to a row: whole ones, and none above those that a WebSocket can have. */
function meantBy(row: Explanation): readonly (number | string)[] {
  if ('reason' in row) return [row.reason];
  const { code, upTo = code } = row;
  const count = Math.max(0, Math.min(upTo, 65_535) - code + 1);
  return Array.from({ length: count }, (_, at) => code + at).filter(Number.isInteger);
}

/**
 * What every transport must do. `create` is called once for each test.
 *
 * @example
 * ```ts
 * transportConformance({ test, expect }, () => myServerAndTransport())
 * ```
 */
export function transportConformance(
  { test, expect }: TestFramework,
  create: () => TransportUnderTest | Promise<TransportUnderTest>,
): void {
  interface Begun {
    readonly noted: Noted;
    /** Its other end. */
    accepted(): Promise<ServerEnd>;
    /** With what lets this connection in. It has to be open. */
    join(channel: string): void;
  }
  interface Open extends Begun {
    readonly end: ServerEnd;
  }
  interface Place {
    readonly place: TransportUnderTest;
    /** Connects and writes down what is told; it is closed at the end. */
    begin(transport: Transport, query?: Readonly<Record<string, string>>): Begun;
    /** Connected and greeted. */
    open(query?: Readonly<Record<string, string>>): Promise<Open>;
    /** The same, in the first channel. */
    joined(): Promise<Open>;
    /** Whatever was still to come from what is over has come: another connection went all the way there and back. */
    settled(): Promise<void>;
  }

  function check(promise: string, run: (given: Place) => Promise<void>): void {
    test(promise, async () => {
      const place = await create();
      const begun: Noted[] = [];
      const begin: Place['begin'] = (transport, query = {}) => {
        const mark = crypto.randomUUID();
        const noted = connectAndNote(transport, { token, query: { ...query, conformance: mark } });
        begun.push(noted);
        return {
          noted,
          accepted: () => place.accepted(mark),
          join(channel) {
            const [details = {}] = noted.of('opened')[0] ?? [];
            noted.connection.join(channel, place.credential?.(channel, details as OpenDetails));
          },
        };
      };
      const open: Place['open'] = async (query) => {
        const begun = begin(place.transport, query);
        const end = await begun.accepted();
        await begun.noted.until('opened');
        return { ...begun, end };
      };
      const joined: Place['joined'] = async () => {
        const opened = await open();
        opened.join(place.channels[0]);
        await opened.noted.until('joined');
        return opened;
      };
      const settled: Place['settled'] = async () => {
        const { noted, end } = await joined();
        await end.say([{ channel: place.channels[0], name: 'Settled', payload: {} }]);
        await noted.until('frame');
        noted.connection.close();
        await end.gone();
      };
      try {
        await run({ place, begin, open, joined, settled });
      } finally {
        for (const { connection } of begun) connection.close();
        await place.cleanUp?.();
      }
    });
  }

  check('a connection is opened once, first, and after connect was called', async ({ joined, settled }) => {
    const { noted } = await joined();
    await settled();
    expect(noted.names().filter((name) => name === 'opened' || name === 'closed' || name === 'failed')).toEqual([
      'opened',
    ]);
    expect(noted.names().indexOf('joined') > noted.names().indexOf('opened')).toEqual(true);
  });

  check('every join is answered by joined, with the name of the channel', async ({ place, open }) => {
    const { noted, join } = await open();
    for (const [index, channel] of place.channels.entries()) {
      join(channel);
      await noted.until('joined', index + 1);
    }
    expect(noted.of('joined').map(([channel]) => channel)).toEqual(place.channels);
  });

  check(
    'a refused channel is told with what the server said, and costs the others nothing',
    async ({ place, open }) => {
      const { channel, refusal } = place.refused;
      const { noted, end, join } = await open();
      join(channel);
      await noted.until('refused');
      join(place.channels[0]);
      await noted.until('joined');
      await end.say([{ channel: place.channels[0], name: 'Neighbour', payload: { n: 1 } }]);
      await noted.until('frame');
      expect(noted.of('refused')).toEqual([[channel, refusal]]);
      expect(noted.of('joined').map(([joined]) => joined)).toEqual([place.channels[0]]);
    },
  );

  check('a channel that was left can be joined again', async ({ place, joined }) => {
    const { noted, end, join } = await joined();
    noted.connection.leave(place.channels[0]);
    noted.connection.leave('never-joined');
    join(place.channels[0]);
    await noted.until('joined', 2);
    await end.say([{ channel: place.channels[0], name: 'Again', payload: {} }]);
    await noted.until('frame');
  });

  check('frames come once each and in order, however many come at once', async ({ place, joined }) => {
    const { noted, end } = await joined();
    const [channel] = place.channels;
    await end.say(numbered(2_000).map((n) => ({ channel, name: 'Numbered', payload: { n } })));
    await noted.until('frame', 2_000);
    expect(noted.frames()).toEqual(numbered(2_000).map((n) => ({ channel, name: 'Numbered', payload: { n } })));
  });

  check('frames of two channels keep their order, each with its channel', async ({ place, open }) => {
    const { noted, end, join } = await open();
    for (const channel of place.channels) join(channel);
    await noted.until('joined', 2);
    const events = numbered(20).map((n) => ({
      channel: place.channels[n % 2 === 0 ? 0 : 1],
      name: 'Mixed',
      payload: n,
    }));
    for (const event of events) await end.say([event]);
    await noted.until('frame', 20);
    for (const channel of place.channels) {
      const ofChannel = (event: WireEvent): boolean => event.channel === channel;
      expect(noted.frames().filter(ofChannel)).toEqual(events.filter(ofChannel));
    }
  });

  check('whatever JSON can say arrives as it was said', async ({ place, joined }) => {
    const { noted, end } = await joined();
    const events = oddPayloads.map((payload) => ({ channel: place.channels[0], name: 'Odd', payload }));
    await end.say(events);
    await noted.until('frame', events.length);
    expect(JSON.stringify(noted.frames())).toEqual(JSON.stringify(events));
    expect('admin' in {}).toEqual(false);
  });

  check('events and channels with names that are special to a language are events and channels', async (given) => {
    const { place, joined } = given;
    const { noted, end } = await joined();
    const events = [
      ...oddNames.map((name) => ({ channel: place.channels[0], name, payload: { n: 1 } })),
      ...(place.oddChannels ?? []).map((channel) => ({ channel, name: 'Odd', payload: { n: 2 } })),
      { channel: place.channels[0], name: 'Neighbour', payload: {} },
    ];
    await end.say(events);
    await noted.until('frame', events.length);
    expect(noted.frames()).toEqual(events);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  check('joining and leaving channels with such names harms nobody', async ({ place, joined }) => {
    const { noted, end } = await joined();
    for (const channel of place.oddChannels ?? []) {
      noted.connection.join(channel);
      noted.connection.leave(channel);
    }
    await end.say([{ channel: place.channels[0], name: 'Neighbour', payload: {} }]);
    await noted.until('frame');
    expect(noted.isOver()).toEqual(false);
  });

  check('a huge frame ends nothing, and its neighbours arrive', async ({ place, joined }) => {
    const { noted, end } = await joined();
    const [channel] = place.channels;
    await end.say([
      { channel, name: 'Before', payload: {} },
      { channel, name: 'Huge', payload: { text: 'x'.repeat(3_000_000) } },
      { channel, name: 'After', payload: {} },
    ]);
    await noted.untilFrame('After');
    const names = noted.frameNames().filter((name) => name !== 'Huge');
    expect(names).toEqual(['Before', 'After']);
    expect(noted.isOver()).toEqual(false);
  });

  check('what is not of the protocol costs no neighbour', async ({ place, joined }) => {
    const { noted, end } = await joined();
    const [channel] = place.channels;
    for (const [n, text] of (place.nonsense ?? []).entries()) {
      await end.sayRaw?.([text]);
      await end.say([{ channel, name: 'Neighbour', payload: { n } }]);
    }
    await end.say([{ channel, name: 'Last', payload: {} }]);
    await noted.untilFrame('Last');
    const neighbours = noted.frameNames().filter((name) => name === 'Neighbour');
    expect(neighbours.length).toEqual((place.nonsense ?? []).length);
    expect(noted.isOver()).toEqual(false);
  });

  check('whoever joins a presence channel is told who is there, each id in its kind', async ({ place, open }) => {
    expect(place.presence !== undefined).toEqual(place.transport.capabilities.presence);
    if (place.presence === undefined) return;
    const { channel, everybody } = place.presence;
    const { noted, join } = await open();
    join(channel);
    await noted.untilEverybody(channel);
    expect(noted.everybody(channel)).toEqual([everybody]);
    expect(noted.frames()).toEqual([]);
    expect('admin' in {}).toEqual(false);
  });

  check('who comes and goes is told in order, and is no event', async ({ place, open }) => {
    if (place.presence === undefined) return;
    const { channel, spell } = place.presence;
    const { noted, end, join } = await open();
    join(channel);
    join(place.channels[0]);
    await noted.untilEverybody(channel);
    await noted.until('joined', 2);
    const before = noted.of('presence').length;
    const news = [
      { kind: 'came', member: { id: 9, info: { screen: 'bar' } } },
      { kind: 'came', member: { id: '9' } },
      { kind: 'came', member: { id: '__proto__' } },
      { kind: 'went', id: 9 },
      { kind: 'went', id: 'nobody' },
    ] as const;
    await end.sayRaw?.(news.map(spell));
    await end.say([{ channel: place.channels[0], name: 'Last', payload: {} }]);
    await noted.untilFrame('Last');
    expect(noted.of('presence').slice(before)).toEqual(news.map((one) => [channel, one]));
    expect(noted.frameNames()).toEqual(['Last']);
  });

  check('a presence channel that is joined again tells everybody again', async ({ place, open }) => {
    if (place.presence === undefined) return;
    const { channel, everybody } = place.presence;
    const { noted, join } = await open();
    join(channel);
    await noted.untilEverybody(channel);
    noted.connection.leave(channel);
    join(channel);
    await noted.untilEverybody(channel, 2);
    expect(noted.everybody(channel)).toEqual([everybody, everybody]);
  });

  check('every row of what it explains can be reached, and has a sentence for a person', ({ place }) => {
    const known = new Set<number | string>();
    const rows = (place.transport.capabilities.explains ?? []).map((row) => {
      const before = known.size;
      for (const one of meantBy(row)) known.add(one);
      return { ...row, isReached: known.size > before, isSentence: /^\S.+\.$/.test(row.remediation) };
    });
    expect(rows.filter(({ isReached, isSentence }) => !isReached || !isSentence)).toEqual([]);
    return Promise.resolve();
  });

  check('a ping is answered by a sign of life', async ({ place, joined }) => {
    const { noted } = await joined();
    const before = noted.told.length;
    noted.connection.ping();
    if (!place.transport.capabilities.pings) return;
    await noted.untilAny(['alive', 'frame'], before);
  });

  check('what is sent arrives as it was, in order; what cannot be spelt is not sent', async ({ place, joined }) => {
    const { noted, end } = await joined();
    const message = { channel: place.channels[0], name: place.messageName ?? 'hello' };
    if (!place.transport.capabilities.sends) {
      expect(noted.connection.send({ ...message, payload: {} })).toEqual(false);
      return;
    }
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    expect(noted.connection.send({ ...message, payload: cyclic })).toEqual(false);
    for (const n of numbered(5)) expect(noted.connection.send({ ...message, payload: { n } })).toEqual(true);
    expect(await end.heard?.(5)).toEqual(numbered(5).map((n) => ({ ...message, payload: { n } })));
  });

  check('an acknowledgement comes once, to whoever asked for it', async ({ place, joined }) => {
    const { noted } = await joined();
    const { sends, acknowledges } = place.transport.capabilities;
    if (!sends || !acknowledges) return;
    const answers: unknown[] = [];
    const all = new Promise<void>((resolve) => {
      for (const n of numbered(3)) {
        noted.connection.send({
          channel: place.channels[0],
          name: place.messageName ?? 'hello',
          payload: { n },
          acknowledged: (answer) => void (answers.push(answer) === 3 && resolve()),
        });
      }
    });
    await all;
    expect(answers).toEqual(numbered(3).map((n) => ({ n })));
  });

  for (const how of ['close', 'drop'] as const) {
    check(`a connection that the server ends is told once, and nothing after it (${how})`, async (given) => {
      const { place, joined, settled } = given;
      const { noted, end, join } = await joined();
      await end[how]();
      await noted.until('closed');
      const toldThen = noted.told.length;
      const { connection } = noted;
      const message = { channel: place.channels[0], name: place.messageName ?? 'hello', payload: {} };
      expect(connection.send(message)).toEqual(false);
      connection.ping();
      join(place.channels[0]);
      connection.leave(place.channels[0]);
      connection.close();
      connection.close();
      await settled();
      expect(noted.told.length).toEqual(toldThen);
      expect(noted.names().filter((name) => name === 'closed' || name === 'failed')).toEqual(['closed']);
    });
  }

  for (const where of ['refusing', 'absent'] as const) {
    check(`an attempt that comes to nothing has failed, once, and nothing after it (${where})`, async (given) => {
      const { place, begin, settled } = given;
      const { noted } = begin(place[where]);
      await noted.untilAny(['failed', 'closed'], 0);
      await settled();
      expect(noted.names()).toEqual(['failed']);
      const { connection } = noted;
      expect(connection.send({ channel: 'a', name: 'b', payload: 1 })).toEqual(false);
      connection.ping();
      connection.join('a');
      connection.close();
      expect(noted.names()).toEqual(['failed']);
    });
  }

  check('until the server has greeted every method is harmless, and nothing can be sent', async (given) => {
    const { place, begin } = given;
    const { noted, accepted } = begin(place.silent);
    const { connection } = noted;
    const useless = (): void => {
      expect(connection.send({ channel: place.channels[0], name: 'hello', payload: {} })).toEqual(false);
      connection.ping();
      connection.leave(place.channels[0]);
    };
    useless();
    const end = await accepted();
    useless();
    connection.close();
    await end.gone();
    expect(noted.told).toEqual([]);
  });

  check('an attempt that is given up at once tells nothing', async ({ place, begin, settled }) => {
    const given = [place.transport, place.refusing, place.absent].map((transport) => {
      const { noted } = begin(transport);
      // A transport may tell from within connect; nothing comes after close.
      const before = noted.told.length;
      noted.connection.close();
      noted.connection.close();
      return { noted, before };
    });
    await settled();
    for (const { noted, before } of given) expect(noted.told.length).toEqual(before);
  });

  check('an attempt that waits for a greeting can be given up, and the server is left', async ({ place, begin }) => {
    const { noted, accepted } = begin(place.silent);
    const end = await accepted();
    noted.connection.close();
    await end.gone();
    expect(noted.told).toEqual([]);
  });

  check('a connection that is given up tells nothing more, and leaves the server', async (given) => {
    const { place, joined, settled } = given;
    const { noted, end } = await joined();
    const before = noted.told.length;
    noted.connection.ping();
    void end.say(numbered(50).map((n) => ({ channel: place.channels[0], name: 'Late', payload: { n } })));
    noted.connection.close();
    expect(noted.connection.send({ channel: place.channels[0], name: 'hello', payload: {} })).toEqual(false);
    noted.connection.join(place.channels[1]);
    noted.connection.ping();
    await end.gone();
    await settled();
    expect(noted.told.length).toEqual(before);
  });

  for (const within of ['opened', 'joined', 'frame'] as const) {
    check(`a handler may give the connection up from within (${within})`, async ({ place, begin, settled }) => {
      const { noted, accepted, join } = begin(place.transport);
      noted.on(within, () => noted.connection.close());
      const end = await accepted();
      if (within !== 'opened') {
        await noted.until('opened');
        join(place.channels[0]);
      }
      if (within === 'frame') {
        await noted.until('joined');
        void end.say(numbered(5).map((n) => ({ channel: place.channels[0], name: 'Numbered', payload: n })));
      }
      await noted.until(within);
      const before = noted.told.length;
      await end.gone();
      await settled();
      expect(noted.told.length).toEqual(before);
      expect(noted.of(within).length).toEqual(1);
    });
  }

  check('connections stand beside each other, also those of one transport', async ({ place, joined }) => {
    const [one, other] = [await joined(), await joined()];
    const [channel] = place.channels;
    await one.end.say([{ channel, name: 'One', payload: {} }]);
    await other.end.say([{ channel, name: 'Other', payload: {} }]);
    await one.noted.until('frame');
    await other.noted.until('frame');
    expect([one.noted.frameNames(), other.noted.frameNames()]).toEqual([['One'], ['Other']]);
    one.noted.connection.close();
    await one.end.gone();
    await other.end.say([{ channel, name: 'Another', payload: {} }]);
    await other.noted.untilFrame('Another');
    expect(other.noted.isOver()).toEqual(false);
  });

  check('every connect is a new socket', async ({ joined }) => {
    for (const _ of numbered(3)) {
      const { noted, end } = await joined();
      noted.connection.close();
      await end.gone();
    }
  });

  check('the query string has what it should, and the token is in no address', async ({ open }) => {
    const { end } = await open({ shop: 'a&b', device: '18' });
    const { searchParams } = new URL(end.url, 'http://server.test');
    expect([searchParams.get('shop'), searchParams.get('device')]).toEqual(['a&b', '18']);
    expect(end.url.includes(token)).toEqual(false);
  });

  check('a connection leaves no timer behind', async ({ place, begin, settled }) => {
    const timers = watchTimers();
    try {
      for (const transport of [place.transport, place.silent]) {
        const { noted, accepted } = timers.during(() => begin(transport));
        const end = await accepted();
        if (transport === place.transport) {
          await noted.until('opened');
          timers.during(() => noted.connection.ping());
        }
        timers.during(() => noted.connection.close());
        await end.gone();
      }
      // What was due at once has come meanwhile.
      await settled();
      expect(timers.pending()).toEqual(0);
    } finally {
      timers.release();
    }
  });
}
