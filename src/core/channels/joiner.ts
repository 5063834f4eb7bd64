import type { Host, Release } from '../../host/host.ts';
import type { Everybody, JoinCredential, Refusal } from '../../transports/transport.ts';
import type { Credentials } from '../connection/credentials.ts';
import type { Link } from '../connection/supervisor.ts';
import type { Authorise, AuthoriseAnswer, AuthoriseQuestion } from './authorise.ts';
import type { Denial } from './denial.ts';
import {
  channelStateOf,
  dueAtMs,
  initialState,
  isForgettable,
  step,
  type ChannelState,
  type JoiningEffect,
  type JoiningInput,
  type JoiningState,
  type Needs,
  type Signing,
} from './joining.ts';
import { defaultJoiningSettings, type JoiningSettings } from './settings.ts';

/** `joined` and `left` alternate for a channel, whatever was the reason. A listener that throws is reported and disturbs nothing. */
interface JoiningListener {
  /** The server of this generation's socket has let us in. `everybody` is who is there, where it said so. */
  joined(channel: string, generation: number, everybody: Everybody | undefined): void;
  /** Nothing more is to be expected of it: the link is down, the server or the caller ended it, or it is joined anew. */
  left(channel: string): void;
  /** Told when it begins or its reason changes, not each time it is tried again. */
  denied(channel: string, why: Denial): void;
}

export interface JoinerOptions {
  readonly host: Host;
  readonly credentials: Credentials;
  /** Without it channels that need a signature are denied. */
  readonly authorise?: Authorise | undefined;
  /** So many questions at once. Default 4. */
  readonly maxAuthorising?: number;
  readonly settings?: Partial<JoiningSettings>;
  readonly listener: JoiningListener;
  /** What somebody else's code threw: the listener or `authorise`. */
  readonly report: (error: unknown) => void;
}

/** Keeps the wanted channels joined on whatever socket is alive. */
export interface Joiner {
  /** Wants a channel, by its name on the wire. Again while it is wanted does nothing. */
  add(wire: string, needs: Needs): void;
  remove(wire: string): void;
  linkUp(link: Link): void;
  linkDown(generation: number): void;
  joined(channel: string, everybody: Everybody | undefined, generation: number): void;
  refused(channel: string, refusal: Refusal, generation: number): void;
  /** There is a new token, also when it was asked for here: what was denied is tried again. */
  tokenChanged(): void;
  /** Undefined for a channel that nobody wants. */
  state(wire: string): ChannelState | undefined;
  /** Leaves no timer and no question behind. The listener is told nothing more. */
  dispose(): void;
}

interface Channel {
  needs: Needs;
  state: JoiningState;
  /** The token that it was last tried with, to know a refused one from its successor. */
  usedToken: string | undefined;
}

/** To one channel, or to all of them. */
type Mail =
  | { readonly to: string; readonly input: JoiningInput; readonly needs?: Needs }
  | { readonly to: undefined; readonly input: JoiningInput; readonly link?: Link };

/** The app was asked for another token than this one. */
interface Renewal {
  readonly used: string | undefined;
  readonly outcome: Promise<'new' | 'unchanged' | 'missing' | 'failed'>;
  /** When it was asked, and then when it had answered. */
  atMs: number;
}

/** Performs what the machines decide, and gives them turns. It decides nothing about a channel itself. */
export function createJoiner(options: JoinerOptions): Joiner {
  const { host, credentials, authorise, listener, report, maxAuthorising = 4 } = options;
  const settings: JoiningSettings = { ...defaultJoiningSettings, ...options.settings };
  const { available: asksForTokens } = credentials;

  const channels = new Map<string, Channel>();
  /** Who waits for a turn, the longest first. */
  const queue = new Set<string>();
  const questions = new Map<string, { readonly question: number; readonly controller: AbortController }>();
  let link: Link | undefined;
  /** The highest number of a question of a channel that is forgotten: its late answers must fit no other question. */
  let numbered = 0;
  let quietUntilMs = -Infinity;
  let renewal: Renewal | undefined;
  let disposed = false;

  const inbox: Mail[] = [];
  let busy = false;
  let timer: { readonly forMs: number; readonly release: Release } | undefined;

  /** One at a time: what is called during a step (a transport or a listener that answers at once) waits its turn. */
  function dispatch(mail: Mail): void {
    if (disposed) return;
    inbox.push(mail);
    if (busy) return;
    busy = true;
    for (let next = inbox.shift() ?? turn(); next !== undefined; next = inbox.shift() ?? turn()) deliver(next);
    busy = false;
    setTimer();
  }

  function deliver(mail: Mail): void {
    if (mail.to === undefined) {
      if (mail.link !== undefined) return meet(mail.link);
      if (mail.input.kind === 'linkDown' && mail.input.generation === link?.generation) link = undefined;
      return advanceAll(mail.input);
    }
    if (mail.needs !== undefined) welcome(mail.to, mail.needs);
    advance(mail.to, mail.input);
  }

  function meet(next: Link): void {
    if (next.generation === link?.generation) return;
    const { generation } = link ?? {};
    link = next;
    // Nobody is on two sockets, also if nobody has said that the last one is gone.
    if (generation !== undefined) advanceAll({ kind: 'linkDown', generation });
    advanceAll(up(next));
  }

  function welcome(wire: string, needs: Needs): void {
    const known = channels.get(wire);
    if (known === undefined) {
      channels.set(wire, { needs, state: initialState(numbered), usedToken: undefined });
      if (link !== undefined) advance(wire, up(link));
    } else if (channelStateOf(known.state) === undefined) known.needs = needs;
  }

  function advanceAll(input: JoiningInput): void {
    for (const wire of Array.from(channels.keys())) advance(wire, input);
  }

  function advance(wire: string, input: JoiningInput): void {
    const channel = channels.get(wire);
    if (channel === undefined) return;
    if (input.kind === 'authorised' && questions.get(wire)?.question === input.question) questions.delete(wire);
    const moment = { nowMs: host.clock.monotonicMs(), random: host.random() };
    const { state, effects } = step({ settings, needs: channel.needs, asksForTokens }, channel.state, input, moment);
    channel.state = state;
    for (const effect of effects) if (!disposed) perform(wire, channel, effect);
  }

  function perform(wire: string, channel: Channel, effect: JoiningEffect): void {
    switch (effect.kind) {
      case 'queue':
        queue.delete(wire);
        return void queue.add(wire);
      case 'authorise':
        return ask(wire, channel, effect.question);
      case 'abandon':
        questions.get(wire)?.controller.abort();
        return void questions.delete(wire);
      case 'renew':
        return renew(wire, channel, effect.ask);
      case 'join':
        return join(wire, channel, effect);
      case 'leave':
        return guarded(() => linkOf(effect.generation)?.leave(wire));
      case 'flooded':
        quietUntilMs = Math.max(quietUntilMs, host.clock.monotonicMs() + Math.min(effect.forMs, settings.floodedCapMs));
        return;
      case 'tell-joined':
        return guarded(() => listener.joined(wire, effect.generation, effect.everybody));
      case 'tell-left':
        return guarded(() => listener.left(wire));
      case 'tell-denied':
        return guarded(() => listener.denied(wire, effect.denial));
    }
  }

  const linkOf = (generation: number): Link | undefined => (link?.generation === generation ? link : undefined);

  function signingOn({ socketId }: Link): Signing {
    if (authorise === undefined) return 'no-endpoint';
    return socketId === undefined ? 'no-socket-id' : 'possible';
  }

  const up = (to: Link): JoiningInput => ({ kind: 'linkUp', generation: to.generation, signing: signingOn(to) });

  /** The next in the queue, if the server can take another question. */
  function turn(): Mail | undefined {
    if (disposed || questions.size >= maxAuthorising || host.clock.monotonicMs() < quietUntilMs) return undefined;
    for (const wire of queue) {
      queue.delete(wire);
      if (channels.get(wire)?.state.phase.name === 'queued') return { to: wire, input: { kind: 'called' } };
    }
    return undefined;
  }

  function ask(wire: string, channel: Channel, question: number): void {
    const controller = new AbortController();
    questions.set(wire, { question, controller });
    channel.usedToken = credentials.current();
    const { signal } = controller;
    const asked = { socketId: link?.socketId ?? '', channel: wire, token: channel.usedToken, signal };
    void put(asked).then((answer) => dispatch({ to: wire, input: { kind: 'authorised', question, answer } }));
  }

  async function put(question: AuthoriseQuestion): Promise<AuthoriseAnswer> {
    try {
      const answer = await authorise?.(question);
      // The promise of somebody else's code may have been kept by anything.
      if (answer === undefined || (answer.kind === 'granted' && !isText(answer.auth))) return { kind: 'failed' };
      return answer;
    } catch (error) {
      if (!question.signal.aborted) report(error);
      return { kind: 'failed' };
    }
  }

  function join(wire: string, channel: Channel, effect: Extract<JoiningEffect, { kind: 'join' }>): void {
    let credential: JoinCredential | undefined;
    if (channel.needs === 'token') {
      channel.usedToken = credentials.current();
      if (channel.usedToken !== undefined) credential = { kind: 'token', token: channel.usedToken };
    } else if (effect.signature !== undefined) {
      const { auth, channelData } = effect.signature;
      credential = { kind: 'signature', auth, ...(channelData === undefined ? {} : { channelData }) };
    }
    guarded(() => linkOf(effect.generation)?.join(wire, credential));
  }

  function renew(wire: string, { usedToken: used }: Channel, number: number): void {
    const last = renewal;
    const isKnown =
      last !== undefined &&
      last.used === used &&
      // With a newer token at hand nobody is asked.
      credentials.current() === used &&
      host.clock.monotonicMs() - last.atMs < settings.renewEveryMs;
    const asked = isKnown ? last : renewalOf(used);
    renewal = asked;
    void asked.outcome.then((outcome) =>
      dispatch({
        to: wire,
        input:
          outcome === 'failed'
            ? { kind: 'tokenFailed', ask: number }
            : { kind: 'tokenAnswered', ask: number, token: outcome },
      }),
    );
  }

  /** One question for everybody who was refused with this token, and an answer that is worth nothing is good for a while. */
  function renewalOf(used: string | undefined): Renewal {
    const asked: Renewal = { used, outcome: obtainOther(used), atMs: host.clock.monotonicMs() };
    void asked.outcome.then(() => (asked.atMs = host.clock.monotonicMs()));
    return asked;
  }

  async function obtainOther(used: string | undefined): Promise<Awaited<Renewal['outcome']>> {
    try {
      const token = await credentials.obtain('rejected', used);
      if (token === undefined) return 'missing';
      return token === used ? 'unchanged' : 'new';
    } catch (error) {
      if (!disposed) report(error);
      return 'failed';
    }
  }

  /** One timer for everything, set anew only when its moment has moved. */
  function setTimer(): void {
    const nowMs = host.clock.monotonicMs();
    let forMs = queue.size > 0 && quietUntilMs > nowMs ? quietUntilMs : Infinity;
    for (const [wire, { state }] of channels) {
      if (isForgettable(state, nowMs, settings)) {
        numbered = Math.max(numbered, state.memory.asked);
        channels.delete(wire);
      } else forMs = Math.min(forMs, dueAtMs(state) ?? Infinity);
    }
    if (disposed || forMs === Infinity) return stopTimer();
    if (timer?.forMs === forMs) return;
    stopTimer();
    const release = host.schedule(Math.max(0, forMs - nowMs), () => {
      timer = undefined;
      dispatch({ to: undefined, input: { kind: 'tick' } });
    });
    timer = { forMs, release };
  }

  function stopTimer(): void {
    timer?.release();
    timer = undefined;
  }

  function guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      report(error);
    }
  }

  return {
    add: (wire, needs) => dispatch({ to: wire, input: { kind: 'wanted' }, needs }),
    remove: (wire) => dispatch({ to: wire, input: { kind: 'unwanted' } }),
    linkUp: (next) => dispatch({ to: undefined, input: up(next), link: next }),
    linkDown: (generation) => dispatch({ to: undefined, input: { kind: 'linkDown', generation } }),
    joined: (channel, everybody, generation) =>
      dispatch({ to: channel, input: { kind: 'joined', generation, everybody } }),
    refused: (channel, { status }, generation) =>
      dispatch({ to: channel, input: { kind: 'refused', generation, status } }),
    tokenChanged: () => dispatch({ to: undefined, input: { kind: 'tokenChanged' } }),
    state(wire) {
      const channel = channels.get(wire);
      return channel === undefined ? undefined : channelStateOf(channel.state);
    },
    dispose() {
      disposed = true;
      stopTimer();
      for (const { controller } of questions.values()) controller.abort();
      for (const owned of [channels, queue, questions]) owned.clear();
      inbox.length = 0;
      link = undefined;
    },
  };
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
