// What a backend tells its devices: checked, put into the log, then published. In that order, so that what is lost between the
// log and the devices is found by them as a gap, and read.
import type { Contract, ContractData, ContractSpec, EventData, EventName } from '../contract/contract.ts';
import { encodeEvent } from '../contract/encode.ts';
import type { Sender, Subject } from '../contract/event.ts';
import { validate } from '../contract/schema.ts';
import { HeardError } from '../errors.ts';
import type { EventLog, LoggedFacts, Placed } from './event-log.ts';
import { destinationsOf, type Destination } from './destinations.ts';
import { tell } from './listener.ts';
import { createPublishing, type Outcome } from './publishing.ts';
import type { Publication, Publisher } from './publisher.ts';
import { checkScope, tenantOf } from './scope.ts';
import { sealed, type Position } from './sealing.ts';
import { serverTime, type ServerTime } from './server-time.ts';
import { createTurns } from './turns.ts';

export interface EmitterOptions<Spec extends ContractSpec> {
  readonly publisher: Publisher;
  /** Needed where a channel has positions. */
  readonly log?: EventLog;
  /** Who causes what is emitted, unless an event says otherwise. */
  readonly sender?: Sender;
  /** Which rooms hear an event, for backends that have rooms. Absent, or `undefined` as an answer: everybody on the channel. */
  readonly rooms?: (event: EmittedFacts<Spec>) => readonly string[] | undefined;
  /** An event that is in the log did not get through to the devices; they find out by themselves, and later. */
  readonly problem?: (problem: EmitProblem) => void;
  /** The server's clock and timers; default the platform's. */
  readonly time?: ServerTime;
  /** Pauses before the attempts after the first one. Default 100, 400 and 1 600 ms. */
  readonly retryDelaysMs?: readonly number[];
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** How many events may wait for the publisher, and as many for the log. Default 10 000. */
  readonly mostWaiting?: number;
}

/** An event as `rooms` sees it. */
export type EmittedFacts<Spec extends ContractSpec> = {
  [Name in EventName<Spec>]: { readonly name: Name; readonly data: EventData<Spec, Name>; readonly scope: object };
}[EventName<Spec>];

export interface EventToEmit<Spec extends ContractSpec, Name extends EventName<Spec>> {
  /** Whose event it is: what the names of its channels need. */
  readonly scope: Partial<Spec['scope']>;
  readonly data: EventData<Spec, Name>;
  /**
   * The channels, where not all that carry such an event are meant, or one needs a value of its own. By default it goes to each that carries
   * it and whose name the scope completes.
   */
  readonly channels?: readonly ChannelToEmit<Spec, Name>[];
  readonly subject?: Subject;
  readonly sender?: Sender;
  /** Ties it to what caused it: the same text on the request, in the logs and on the event. */
  readonly correlationId?: string;
  /** Give the one of before when you are not sure whether an attempt succeeded: the event is not told twice. */
  readonly id?: string;
  /** In ms since 1970; default now. */
  readonly occurredAt?: number;
  /** The tenant's own number, where the envelope says it beside the name. */
  readonly tenantId?: string | number;
}

export interface ChannelToEmit<Spec extends ContractSpec, Name extends EventName<Spec> = EventName<Spec>> {
  readonly channel: ChannelCarrying<Spec, Name>;
  /** What its name needs beyond the scope: the number of a table. */
  readonly params?: Readonly<Record<string, string | number>>;
}

/** The channels that such an event may go to. */
type ChannelCarrying<Spec extends ContractSpec, Name> = {
  [Channel in keyof Spec['channels'] & string]: Spec['channels'][Channel] extends { readonly events: infer Carried }
    ? Name extends Carried
      ? Channel
      : never
    : never;
}[keyof Spec['channels'] & string];

export interface Emitted {
  readonly id: string;
  /** In ms since 1970. */
  readonly occurredAt: number;
  /** Where it stands, for channels that have positions. */
  readonly positions: readonly Placed[];
  /** Whether the publisher took it. Never rejects; `false` means that devices have to find it by themselves. */
  readonly published: Promise<boolean>;
}

export interface EmitProblem {
  readonly because: 'unpublished';
  readonly id: string;
  readonly name: string;
  readonly channels: readonly string[];
  readonly error: unknown;
}

export interface Emitter<Spec extends ContractSpec> {
  /**
   * Resolves when the event is in the log; from then on no device can miss it. Without a log (no channel of it has
   * positions), when the publisher has taken it. Rejects with what is wrong when it cannot be told.
   */
  emit<Name extends EventName<Spec>>(name: Name, event: EventToEmit<Spec, Name>): Promise<Emitted>;
  /** Resolves when nothing waits for the log or the publisher any more. */
  idle(): Promise<void>;
}

const defaults = { retryDelaysMs: [100, 400, 1_600], timeoutMs: 10_000, mostWaiting: 10_000 } as const;

/**
 * @example
 * ```ts
 * const emitter = createEmitter(laravelPos, { publisher: pusherPublisher(pusher), log: sqliteLog({ file: 'events.db' }) })
 * await emitter.emit('OrderCreated', { scope: { sku }, subject: { type: 'Order', id: order.id }, data: { order } })
 * ```
 */
export function createEmitter<Spec extends ContractSpec>(
  contract: Contract<Spec>,
  options: EmitterOptions<Spec>,
): Emitter<Spec> {
  const { publisher, log, rooms, problem, time = serverTime } = options;
  const mostBytes = Math.min(
    publisher.mostBytes ?? Number.POSITIVE_INFINITY,
    contract.connection.limits?.eventBytes ?? Number.POSITIVE_INFINITY,
  );
  const publishing = createPublishing({ ...defaults, ...options, time });
  const turns = createTurns(options.mostWaiting ?? defaults.mostWaiting);
  requireLog(contract, log);

  /** As it would be with the longest positions: what cannot be told must not be in the log. */
  function check(facts: LoggedFacts, places: readonly Destination[]): void {
    const { name, tenant: _, ...rest } = facts;
    for (const { channel, values, isPlaced } of places) {
      const frame = encodeEvent(contract, {
        ...rest,
        name: name as EventName<Spec>,
        data: facts.data as EventData<Spec, EventName<Spec>>,
        channel: channel as keyof Spec['channels'] & string,
        values,
        ...(isPlaced && { ...longestPosition, previousSeq: longestPosition.seq }),
      });
      const bytes = bytesOf(frame.payload);
      if (bytes > mostBytes) throw tooLarge(facts.name, bytes, mostBytes);
    }
  }

  async function emit<Name extends EventName<Spec>>(name: Name, event: EventToEmit<Spec, Name>): Promise<Emitted> {
    const places = destinationsOf(contract, name, event);
    checkScope(contract, name, event.scope, places);
    const facts = factsOf(contract, name, event, options.sender, time.now());
    check(facts, places);
    const heardIn = rooms?.({ name, data: event.data, scope: event.scope });
    // A copy: what the app does to its objects while the log writes is not what was emitted.
    const copy = JSON.parse(JSON.stringify(facts)) as LoggedFacts;
    const { placed, publications, outcome } = await turns.take(() => record(copy, places, heardIn));
    const emitted = { id: facts.id, occurredAt: facts.occurredAt, positions: placed };
    if (placed.length > 0) return { ...emitted, published: isThrough(outcome, facts, publications) };
    // Nothing but this attempt brings it to its devices.
    const found = await outcome;
    if (!found.ok) throw unpublished(facts.name, found.error);
    return { ...emitted, published: Promise.resolve(true) };
  }

  /** Into the log, then to the publisher: one event after the other, so that both have them in the same order. */
  async function record(facts: LoggedFacts, places: readonly Destination[], heardIn: readonly string[] | undefined) {
    const placed = await append(facts, places);
    const publications: Publication[] = [];
    for (const { wire } of places) {
      const at = placed.find(({ channel }) => channel === wire);
      const frame = at?.isRepeat === true ? await asLogged(facts, at) : asNew(facts, at);
      publications.push({ channel: wire, ...frame, ...(heardIn !== undefined && { rooms: heardIn }) });
    }
    return { placed, publications, outcome: publishing.hand(publications) };
  }

  async function append(facts: LoggedFacts, places: readonly Destination[]): Promise<readonly Placed[]> {
    const wires = places.filter(({ isPlaced }) => isPlaced).map(({ wire }) => wire);
    if (log === undefined || wires.length === 0) return [];
    try {
      return await log.append(facts, wires);
    } catch (cause) {
      throw unlogged(facts.name, cause);
    }
  }

  const asNew = (facts: LoggedFacts, at: Placed | undefined) =>
    sealed(contract, facts, at && { ...at, headSeq: at.seq }, false);

  /** What stands in the log is the event; who says it again may say it otherwise. */
  async function asLogged(facts: LoggedFacts, at: Placed) {
    const page = await log?.read(at.channel, at.seq - 1, 1).catch((cause: unknown) => {
      throw unlogged(facts.name, cause);
    });
    const [found] = page?.events ?? [];
    if (page === undefined || found?.seq !== at.seq) return asNew(facts, at);
    return sealed(contract, found.facts, { ...at, headSeq: page.headSeq }, false);
  }

  async function isThrough(
    outcome: Promise<Outcome>,
    { id, name }: LoggedFacts,
    publications: readonly Publication[],
  ): Promise<boolean> {
    const found = await outcome;
    if (found.ok) return true;
    const channels = publications.map(({ channel }) => channel);
    tell(problem, { because: 'unpublished', id, name, channels, error: found.error });
    return false;
  }

  return {
    emit,
    async idle() {
      await turns.over();
      await publishing.idle();
    },
  };
}

const longestPosition: Position = {
  seq: Number.MAX_SAFE_INTEGER,
  epoch: '00000000-0000-0000-0000-000000000000',
  headSeq: Number.MAX_SAFE_INTEGER,
};

function requireLog(contract: ContractData, log: EventLog | undefined): void {
  const placed = [...contract.channels].find(([, { position, events }]) => position !== 'none' && events.length > 0);
  if (placed === undefined || log !== undefined) return;
  throw new HeardError(
    'options-invalid',
    `The channel "${placed[0]}" of "${contract.name}" has positions, and there is no log.`,
    {
      remediation: 'Give createEmitter a "log": sqliteLog({ file }), or memoryLog() while you develop.',
    },
  );
}

function factsOf(
  contract: ContractData,
  name: string,
  event: Omit<EventToEmit<ContractSpec, never>, 'data' | 'channels'> & { readonly data: unknown },
  sender: Sender | undefined,
  nowMs: number,
): LoggedFacts {
  const { id = crypto.randomUUID(), occurredAt = nowMs, subject, correlationId, tenantId } = event;
  const causer = event.sender ?? sender;
  const tenant = tenantOf(contract, event.scope);
  const about = subject ?? subjectOf(contract, name, event.data);
  return {
    id,
    name,
    data: event.data,
    occurredAt,
    ...(about !== undefined && { subject: about }),
    ...(causer !== undefined && { sender: causer }),
    ...(correlationId !== undefined && { correlationId }),
    ...(tenant !== undefined && { tenant }),
    ...(tenantId !== undefined && { tenantId }),
  };
}

/** Of data that does not fit there is none to be told; what is wrong with it is said by the encoder. */
function subjectOf(contract: ContractData, name: string, data: unknown): Subject | undefined {
  const definition = contract.events.get(name);
  if (definition?.subject === undefined || !validate(definition.data, data).ok) return undefined;
  return definition.subject(data);
}

const encoder = new TextEncoder();

const bytesOf = (payload: unknown): number => encoder.encode(JSON.stringify(payload) ?? '').byteLength;

const tooLarge = (name: string, bytes: number, most: number): HeardError =>
  new HeardError('message-too-large', `"${name}" has ${bytes} bytes; ${most} get through.`, {
    remediation: 'Send less with the event and let devices ask for the rest, or raise the limit of the event server.',
  });

const unlogged = (name: string, cause: unknown): HeardError =>
  new HeardError('log-failed', `"${name}" could not be put into the log, and nobody was told.`, {
    remediation:
      'The cause says why. Emit it again with the same "id": it is told once, whatever became of this attempt.',
    cause,
  });

const unpublished = (name: string, cause: unknown): HeardError =>
  new HeardError('publish-failed', `"${name}" did not get through to the event server.`, {
    remediation:
      'It is in no log, so nobody will hear of it. Emit it again with the same "id", or let devices read their lists.',
    cause,
  });
