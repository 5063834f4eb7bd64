// Everything that one connection tells, written down in order, and a way to wait for it.
import type {
  ConnectAttempt,
  Everybody,
  Frame,
  PresenceNews,
  Transport,
  TransportConnection,
  TransportHandlers,
} from '../transports/transport.ts';

type HandlerName = keyof TransportHandlers;

type Told = readonly [name: HandlerName, ...given: readonly unknown[]];

export interface Noted {
  readonly told: readonly Told[];
  readonly connection: TransportConnection;
  /** Waits until that was told, as often as it is wanted. */
  until(name: HandlerName, times?: number): Promise<void>;
  /** Waits until one of these was told, behind that place. */
  untilAny(names: readonly HandlerName[], from: number): Promise<void>;
  untilFrame(name: string): Promise<void>;
  /** Waits until it was told who is in a channel, with the joining or after it, so often. */
  untilEverybody(channel: string, times?: number): Promise<void>;
  everybody(channel: string): readonly Everybody[];
  /** Does that whenever it is told, from within. */
  on(name: HandlerName, act: () => void): void;
  names(): readonly HandlerName[];
  /** What was given each time. */
  of(name: HandlerName): readonly (readonly unknown[])[];
  /** The frames, with their payloads read. */
  frames(): readonly Pick<Frame, 'channel' | 'name' | 'payload'>[];
  frameNames(): readonly string[];
  isOver(): boolean;
}

/** A text is JSON by the rule of the seam, whoever parsed it. */
function read(payload: unknown): unknown {
  if (typeof payload === 'string') return JSON.parse(payload);
  return payload instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(payload)) : payload;
}

export function connectAndNote(transport: Transport, attempt: ConnectAttempt): Noted {
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  const acts = new Map<HandlerName, () => void>();
  const tell =
    (name: HandlerName) =>
    (...given: readonly unknown[]): void => {
      told.push([name, ...given]);
      acts.get(name)?.();
      for (const look of waiting) look();
    };
  const connection = transport.connect(attempt, {
    opened: tell('opened'),
    frame: tell('frame'),
    alive: tell('alive'),
    joined: tell('joined'),
    presence: tell('presence'),
    refused: tell('refused'),
    warned: tell('warned'),
    closed: tell('closed'),
    failed: tell('failed'),
  });

  const names = (): readonly HandlerName[] => told.map(([name]) => name);
  const of = (name: HandlerName): readonly (readonly unknown[])[] =>
    told.flatMap(([happened, ...given]) => (happened === name ? [given] : []));
  const rawFrames = (): readonly Frame[] => of('frame').map(([frame]) => frame as Frame);
  const isOver = (): boolean => names().some((name) => name === 'closed' || name === 'failed');

  const everybody = (channel: string): readonly Everybody[] =>
    told.flatMap(([name, of, said]) => {
      if (of !== channel || said === undefined) return [];
      if (name === 'joined') return [said as Everybody];
      const news = said as PresenceNews;
      if (name !== 'presence' || news.kind !== 'everybody') return [];
      const { kind: _, ...all } = news;
      return [all];
    });

  /** Rejects where it cannot come any more. */
  const when = (isSo: () => boolean, what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!isSo() && !isOver()) return;
        waiting.delete(look);
        if (isSo()) resolve();
        else reject(new Error(`${what} was waited for, and told was: ${JSON.stringify(told.slice(-5)).slice(0, 500)}`));
      };
      waiting.add(look);
      look();
    });

  return {
    told,
    connection,
    until: (name, times = 1) => when(() => of(name).length >= times, `"${name}", ${times} times,`),
    untilAny: (wanted, from) =>
      when(
        () =>
          names()
            .slice(from)
            .some((name) => wanted.includes(name)),
        wanted.join(' or '),
      ),
    untilEverybody: (channel, times = 1) =>
      when(() => everybody(channel).length >= times, `everybody in "${channel}", ${times} times,`),
    everybody,
    untilFrame: (name) => when(() => rawFrames().some((frame) => frame.name === name), `a frame "${name}"`),
    on: (name, act) => void acts.set(name, act),
    names,
    of,
    frames: () => rawFrames().map(({ channel, name, payload }) => ({ channel, name, payload: read(payload) })),
    frameNames: () => rawFrames().map(({ name }) => name),
    isOver,
  };
}
