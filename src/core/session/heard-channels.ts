// The channels that a run hears: which there are, who holds them, and what each one's stream says.
import { accessOf, fillChannel, type Position } from '../../contract/channel.ts';
import type { CollectionDefinition } from '../../contract/collection.ts';
import type { ContractData } from '../../contract/contract.ts';
import type { RoleDefinition } from '../../contract/role.ts';
import { validate } from '../../contract/schema.ts';
import type { Host, Release } from '../../host/host.ts';
import type { Everybody, Frame, JoinCredential } from '../../transports/transport.ts';
import type { ServerClock } from '../api/server-clock.ts';
import type { Joiner } from '../channels/joiner.ts';
import type { Tables } from '../collections/tables.ts';
import type { Consumers } from '../consume/consumers.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { Attendance } from '../presence/attendance.ts';
import type { Signal } from '../signals.ts';
import { streamRules } from '../stream/rules.ts';
import type { StreamSettings } from '../stream/settings.ts';
import { initialStream, type StreamOptions } from '../stream/state.ts';
import type { Agenda } from './agenda.ts';
import { createForgetting, sweepEveryMs, type Retention } from './forgetting.ts';
import { createChannelStream, type Audience, type ChannelStream, type StreamSurroundings } from './channel-stream.ts';
import { ChannelRows } from './channel-rows.ts';
import { createDeriver } from './derived.ts';
import type { ChannelHealth } from './health.ts';
import type { Inbound, Listening } from './inbound.ts';
import type { Keeper } from './keeper.ts';
import { createListsAlone } from './lists-alone.ts';
import { listOf, needsOf, placeOf, type Place } from './place.ts';
import type { Reads } from './reads.ts';
import type { ChannelsStanding, ChannelWord } from './status.ts';
import { StreamTurn } from './stream-turn.ts';
import { feedsOf, listKey, rowKey, Subjects, type Feeds } from './subjects.ts';
import type { Turns } from './turns.ts';

export interface HeardChannelsOptions {
  readonly host: Host;
  readonly contract: ContractData;
  readonly role: RoleDefinition;
  readonly scope: Readonly<Record<string, unknown>>;
  readonly keeper: Keeper;
  readonly joiner: Joiner;
  /** Of the transport: what a channel needs depends on who asks for it. */
  readonly joinsWith: JoinCredential['kind'];
  /** Who is in the channels that tell it. */
  readonly attendance: Attendance;
  readonly inbound: Inbound;
  readonly reads: Reads;
  readonly turns: Turns;
  readonly agenda: Agenda;
  readonly serverClock: ServerClock;
  readonly settings: StreamSettings;
  readonly retention: Required<Retention>;
  readonly startFrom: 'now' | 'earliest' | { readonly seq: number };
  readonly sequence: Readonly<Record<string, Position>>;
  /** To everybody who does not listen to one channel alone: an event that two channels carry, once. */
  readonly deliver: (event: DeliveredEvent) => Promise<void> | undefined;
  /** Whether those who listen to a channel have not heard it from another tab. */
  readonly isNewsOn: ((event: DeliveredEvent) => boolean) | undefined;
  /** Who shows the rows of channels. */
  readonly tables: Pick<Tables, 'open' | 'close'> | undefined;
  readonly drain: () => Promise<void>;
  readonly connection: () => 'offline' | 'connecting' | 'open' | 'blocked';
  readonly signal: (signal: Signal) => void;
  readonly changed: () => void;
  readonly report: (error: unknown) => void;
}

export interface OpenChannel {
  word(): ChannelWord;
  close(): void;
}

/** What all channels have in common that the contract calls by the same name. A thousand of them look at it for every event. */
interface Kind {
  readonly feeds: Feeds;
  readonly streamOptions: StreamOptions;
}

/** A channel as those see it who read on its behalf. */
interface Heard extends Audience {
  readonly place: Place;
  first: Consumers | undefined;
  /** Replaced and never changed, so that who walks it is not disturbed. */
  others: readonly Consumers[];
  holders: number;
  stream: ChannelStream | undefined;
  listening: Listening | undefined;
  /** Its memory is being read. */
  opening: Promise<void>;
  /** In whole milliseconds, -1 before the first: another number would lie somewhere else in memory, for each of a thousand. */
  lastReceivedAtMs: number;
}

export interface HeardChannels {
  /** Hears a channel until it is closed as often as it was opened. */
  open(channel: string, params: object, own?: Consumers): OpenChannel;
  /** Resolves when the memory of all that were opened until now is read. */
  opened(): Promise<void>;
  /** The hot path. */
  hear(frame: Frame, generation: number, receivedAtMs: number): void;
  joined(wire: string, generation: number, everybody: Everybody | undefined): void;
  left(wire: string): void;
  denied(wire: string): void;
  place(wire: string): Place | undefined;
  listening(wire: string): Listening | undefined;
  knownVersion(wire: string, key: string): string | number | undefined;
  /** A row as a channel shows it that is live; undefined where nobody knows it for certain. */
  row(collection: CollectionDefinition, key: string): unknown;
  wireOf(channel: string, params?: object): string;
  /** Keeps a list that belongs to no channel. */
  openList(resource: string): void;
  /** Reads everything again; resolves when it was read. */
  refresh(): Promise<void>;
  flush(): void;
  standing(): ChannelsStanding;
  health(): readonly ChannelHealth[];
  /** Hands out nothing more. Resolves to whether everything that was handed out is handled, and everything missed was read. */
  stop(
    withinMs: number,
    meanwhile: Promise<unknown>,
  ): Promise<{ readonly isSettled: boolean; readonly isRead: boolean }>;
}

/** Screens are taken down and put up again in one go: that is no reason to leave. */
const lingerMs = 200;

export function createHeardChannels(options: HeardChannelsOptions): HeardChannels {
  const { host, contract, scope, keeper, joiner, attendance, inbound, serverClock, settings } = options;
  const channels = new Map<string, Heard>();
  const kinds = new Map<string, Kind>();
  const collectionNames = new Map([...contract.collections].map(([name, collection]) => [collection, name]));
  /** Still joined, and heard by nobody. */
  const lingering = new Map<string, Release>();
  let generation = 0;
  let isStopped = false;
  let sweeping = sweepLater();
  const around: StreamSurroundings = {
    host,
    reads: options.reads,
    turns: options.turns,
    agenda: options.agenda,
    turn: new StreamTurn(host),
    serverNowMs: () => serverClock.nowMs(),
    deliver,
    drain: options.drain,
    commit: (wire, commit, rows) => keeper.save(wire, commit, rows),
    keep: (wire, row, rows) =>
      keeper.save(
        wire,
        { cursor: undefined, closed: [], marks: new Map(), seen: [], rows: [{ row, deleted: false }] },
        rows,
      ),
    forget: (key) => keeper.put('rows', key, undefined),
    signal: options.signal,
    changed: options.changed,
  };

  const lists = createListsAlone({
    contract,
    keeper,
    around,
    settings,
    retention: options.retention,
    tables: options.tables,
    report: options.report,
  });

  function sweepLater(): Release | undefined {
    const everyMs = sweepEveryMs(options.retention);
    if (everyMs === Number.POSITIVE_INFINITY) return undefined;
    return host.schedule(everyMs, () => {
      for (const stream of all()) stream.sweep();
      sweeping = sweepLater();
    });
  }

  function kindOf(place: Place): Kind {
    const { channel, definition, resources } = place;
    const known = kinds.get(channel);
    if (known !== undefined) return known;
    const kind: Kind = {
      feeds: feedsOf(contract, place),
      streamOptions: {
        position: options.sequence[channel] ?? definition.position,
        replay: contract.replay && (contract.replay.commitOrdered ? 'commit-ordered' : 'unordered'),
        snapshot: resources.size > 0,
        startFrom: options.startFrom,
        settings,
        rules: streamRules,
      },
    };
    kinds.set(channel, kind);
    return kind;
  }

  function wireOf(channel: string, params: object = {}): string {
    return fillChannel(contract.channels.get(channel)?.wire ?? channel, { ...scope, ...params });
  }

  function hold(channel: string, wire: string): Heard {
    const known = channels.get(wire);
    if (known !== undefined) {
      known.holders += 1;
      return known;
    }
    const definition = contract.channels.get(channel);
    if (definition === undefined) throw new TypeError(`no channel ${channel}`);
    lingering.get(wire)?.();
    const heard: Heard = {
      place: placeOf(contract, channel, wire, definition),
      first: undefined,
      others: nobodyElse,
      holders: 1,
      stream: undefined,
      listening: undefined,
      opening: Promise.resolve(),
      lastReceivedAtMs: -1,
    };
    channels.set(wire, heard);
    heard.opening = begin(heard).catch(options.report);
    return heard;
  }

  /** A channel is joined when its memory is read, not before: what arrives must find its place. */
  async function begin(heard: Heard): Promise<void> {
    const { place } = heard;
    const { wire } = place;
    const lists = new Map([...place.resources, ...place.tables].map(([name, { row }]) => [listKey(place, name), row]));
    const memory = await keeper.channel(wire, lists);
    if (isStopped || channels.get(wire) !== heard) return;
    const { feeds, streamOptions } = kindOf(place);
    const state = initialStream(streamOptions, memory, host.clock.monotonicMs());
    heard.listening = inbound.listening(place, new Subjects(feeds, place, memory.rows));
    heard.stream = createChannelStream(around, {
      place,
      state,
      audience: heard,
      // As many as can have been out or not yet stored.
      doubtfulTo:
        keeper.endedInTheMiddle && state.front !== undefined
          ? state.front + settings.maxUnsettled + settings.commitEvents
          : -1,
      derive: createDeriver(contract, options.role, scope, place, options.report),
      forgetting: createForgetting(place, options.retention, options.report),
    });
    options.tables?.open(new ChannelRows(place, memory.rows));
    // Put up again before it was left, or wanted anew.
    if (joiner.state(wire)?.word === 'joined') heard.stream.joined(generation);
    else joiner.add(wire, needsOf(contract, place, options.joinsWith));
    if (options.connection() === 'offline' || options.connection() === 'blocked') void heard.stream.refresh();
  }

  function deliver(event: DeliveredEvent, { first, others }: Audience): Promise<void> | undefined {
    const here = options.deliver(event);
    if (first === undefined || options.isNewsOn?.(event) === false) return here;
    const there = first.deliver(event);
    let handling = here === undefined || there === undefined ? (here ?? there) : both(here, there);
    for (const some of others) {
      const more = some.deliver(event);
      if (more === undefined) continue;
      handling = handling === undefined ? more : both(handling, more);
    }
    return handling;
  }

  /** What comes from now on is for whoever opens it the next time, and is not handed out to nobody. */
  function release(wire: string, heard: Heard): void {
    heard.holders -= 1;
    if (heard.holders > 0 || channels.get(wire) !== heard) return;
    channels.delete(wire);
    heard.stream?.flush();
    heard.stream?.stop();
    const leave = host.schedule(lingerMs, () => {
      lingering.delete(wire);
      joiner.remove(wire);
      attendance.forget(wire);
      options.tables?.close(wire);
    });
    lingering.set(wire, () => {
      lingering.delete(wire);
      leave();
    });
    options.changed();
  }

  const wordOf = (wire: string, { stream }: Heard): ChannelWord => {
    const joining = stream === undefined ? undefined : joiner.state(wire);
    if (joining?.word === 'denied') return 'denied';
    if (joining?.word !== 'joined') return options.connection() === 'open' ? 'joining' : 'offline';
    return stream?.state.phase === 'live' ? 'live' : 'catchingUp';
  };

  const streams = (): readonly ChannelStream[] =>
    [...channels.values()].flatMap(({ stream }) => (stream === undefined ? [] : [stream]));

  const all = (): readonly ChannelStream[] => [...streams(), ...lists.streams];

  function healthOf(wire: string, heard: Heard): ChannelHealth {
    const { place, stream, lastReceivedAtMs } = heard;
    const state = stream?.state;
    const joining = stream === undefined ? undefined : joiner.state(wire);
    return {
      channel: place.channel,
      params: place.params,
      word: wordOf(wire, heard),
      reason: joining?.word === 'denied' ? joining.denial.reason : undefined,
      position: state?.position ?? place.definition.position,
      cursor: state?.committed,
      front: state?.front,
      highestKnown: state?.top,
      held: state?.held.count ?? 0,
      unsettled: state?.unsettled.count ?? 0,
      waiting: stream?.backlog ?? 0,
      lastReceivedAtMs: lastReceivedAtMs >= 0 ? lastReceivedAtMs : undefined,
    };
  }

  function settledWithin(all: readonly ChannelStream[], ms: number): Promise<void> {
    return new Promise((resolve) => {
      const release = host.schedule(ms, resolve);
      void Promise.all(all.map((stream) => stream.settled())).finally(() => {
        release();
        resolve();
      });
    });
  }

  return {
    open(channel, params, own) {
      const wire = wireOf(channel, params);
      const heard = hold(channel, wire);
      if (own !== undefined) hearAs(heard, [...listenersTo(heard), own]);
      let isOpen = true;
      return {
        word: () => (isOpen ? wordOf(wire, heard) : 'offline'),
        close() {
          if (!isOpen) return;
          isOpen = false;
          if (own !== undefined)
            hearAs(
              heard,
              listenersTo(heard).filter((one) => one !== own),
            );
          release(wire, heard);
        },
      };
    },
    async opened() {
      await Promise.all([...Array.from(channels.values(), ({ opening }) => opening), lists.opened()]);
    },
    hear(frame, from, receivedAtMs) {
      const heard = channels.get(frame.channel);
      // Nobody hears this channel any more, or its memory is not read yet, and so it was not joined.
      if (heard?.listening === undefined || heard.stream === undefined) {
        inbound.skip();
        return;
      }
      const arrival = inbound.read(frame, heard.listening);
      if (arrival === undefined) return;
      heard.lastReceivedAtMs = Math.floor(receivedAtMs);
      const { told } = arrival;
      if (told?.occurredAt !== undefined && !told.replayed) serverClock.heard(told.occurredAt);
      heard.stream.hear(arrival, from);
    },
    joined(wire, admitted, everybody) {
      generation = admitted;
      const { stream, place } = channels.get(wire) ?? {};
      const tellsMembers = place !== undefined && accessOf(place.definition) === 'presence';
      attendance.joined(wire, everybody, tellsMembers ? place.channel : undefined);
      stream?.deny(false);
      stream?.joined(admitted);
    },
    left(wire) {
      attendance.left(wire);
      channels.get(wire)?.stream?.left();
    },
    denied(wire) {
      const stream = channels.get(wire)?.stream;
      stream?.deny(true);
      stream?.left();
    },
    place: (wire) => channels.get(wire)?.place,
    listening: (wire) => channels.get(wire)?.listening,
    knownVersion: (wire, key) => channels.get(wire)?.stream?.state.rows.get(key)?.version,
    row(collection, key) {
      const own = collectionNames.get(collection) ?? '';
      for (const { place, stream } of channels.values()) {
        const list = listOf(place, own, collection);
        const shown = list === undefined ? undefined : stream?.shown(rowKey(listKey(place, list), key));
        // What was kept without some of its fields is no row that a contract can judge by.
        if (shown !== undefined && validate(collection.row, shown).ok) return shown;
      }
      return undefined;
    },
    wireOf,
    openList: lists.open,
    async refresh() {
      await Promise.all(all().map((stream) => stream.refresh()));
    },
    flush() {
      for (const stream of all()) stream.flush();
    },
    standing() {
      let denied: string | undefined;
      let isHeard = false;
      for (const [wire, heard] of channels) {
        const word = wordOf(wire, heard);
        const { channel } = heard.place;
        if (word === 'denied') denied ??= channel;
        else if (word === 'live') isHeard = true;
        else return { late: { channel, word }, allDenied: undefined };
      }
      return { late: undefined, allDenied: isHeard ? undefined : denied };
    },
    health: () => [...channels].map(([wire, heard]) => healthOf(wire, heard)),
    async stop(withinMs, meanwhile) {
      isStopped = true;
      sweeping?.();
      for (const leave of Array.from(lingering.values())) leave();
      lists.stop();
      const ending = all();
      for (const stream of ending) stream.stop();
      await Promise.all([settledWithin(ending, withinMs), meanwhile]);
      for (const stream of ending) stream.flush();
      return {
        isSettled: ending.every(({ state }) => state.unsettled.count === 0),
        isRead: streams().every(({ isCaughtUp }) => isCaughtUp),
      };
    },
  };
}

/** One for all channels, which look at it for every event. */
const nobodyElse: readonly Consumers[] = [];

const listenersTo = ({ first, others }: Audience): readonly Consumers[] =>
  first === undefined ? [] : [first, ...others];

function hearAs(heard: Heard, [first, ...others]: readonly Consumers[]): void {
  heard.first = first;
  heard.others = others.length === 0 ? nobodyElse : others;
}

const both = async (first: Promise<void>, second: Promise<void>): Promise<void> => {
  await Promise.all([first, second]);
};
