// One connection of docs/protocol.md, from its `auth` to its end. Every frame that a device may say has its answer here.
import type { WebSocket } from 'ws';
import type { Connection } from '../backend.ts';
import type { PartSeams } from '../part.ts';
import { plainAuth } from '../renewal.ts';
import type { Member } from '../members.ts';
import { withoutSecrets } from '../traffic.ts';
import type { Access } from './access.ts';
import { readFrame, type ClientFrame } from './frames.ts';
import type { Hub, Seat } from './hub.ts';
import { createRate } from './rate.ts';

export interface PeerOptions extends PartSeams {
  readonly wire: string;
  readonly socketId: string;
  readonly query: Readonly<Record<string, string>>;
  readonly hub: Hub;
  readonly access: Access;
  readonly patience: Patience;
}

export interface Patience {
  /** For a device to say who it is. */
  readonly introductionMs: number;
  /** Nothing was heard for so long: are you there? */
  readonly silenceMs: number;
  /** No answer to that: it is gone. */
  readonly answerMs: number;
  /** A device that does not read is cut off at this backlog: it will ask for what it missed. */
  readonly mostBacklogBytes: number;
}

/** A frame as it is spelt. */
type Said = { readonly type: string } & Readonly<Record<string, unknown>>;
type Refused = { readonly status: number; readonly code: string };

interface Place extends Seat {
  readonly backend: { readonly message?: ((name: string, payload: unknown) => Promise<unknown>) | undefined };
  readonly mayMessage: () => boolean;
  left(): void;
}

export function converse(socket: WebSocket, options: PeerOptions): void {
  const { wire, socketId, query, hub, access, patience, time, traffic, faults, showsPayloads } = options;
  const places = new Map<string, Place>();
  let token: string | undefined;
  let isIntroduced = false;
  /** It was sent away. What it said meanwhile is still arriving. */
  let isSentAway = false;
  let stopWaiting = time.schedule(patience.introductionMs, () => part(4401, 'it did not say who it is'));

  socket.on('message', (data: Uint8Array, isBinary: boolean) => {
    try {
      hear(data, isBinary);
    } catch (error) {
      traffic({ kind: 'trouble', what: `a frame failed: ${error instanceof Error ? error.message : String(error)}` });
      socket.close(1011);
    }
  });
  socket.on('close', (code) => {
    stopWaiting();
    for (const channel of places.keys()) leave(channel);
    traffic({ kind: 'connection', wire, connection: socketId, what: 'closed', because: String(code) });
  });
  traffic({ kind: 'connection', wire, connection: socketId, what: 'opened' });

  function hear(data: Uint8Array, isBinary: boolean): void {
    if (isSentAway) return;
    const frame = isBinary ? undefined : readFrame(new TextDecoder().decode(data));
    tell('server', frame ?? { type: 'malformed' }, data.byteLength);
    if (frame === undefined) return part(4400, 'it was not understood');
    if (isIntroduced) listenFor();
    take(frame);
  }

  function take(frame: ClientFrame): void {
    switch (frame.type) {
      case 'auth':
        return introduce(frame.token);
      case 'subscribe':
        return subscribe(frame);
      case 'unsubscribe':
        return leave(frame.channel);
      case 'send':
        return void deliver(frame);
      case 'ping':
        return say({ type: 'pong' });
      case 'pong':
      case 'unknown':
    }
  }

  function introduce(shown: string | undefined): void {
    const isRefused =
      shown !== undefined && (faults.take('expired-token', { wire }) !== undefined || !access.knows(shown));
    if (isRefused) {
      say({ type: 'error', status: 401 });
      return part(4401, 'its token is nobody’s or has run out');
    }
    token = shown;
    if (isIntroduced) return;
    isIntroduced = true;
    listenFor();
    say({ type: 'welcome', socketId });
  }

  function subscribe({ channel, auth, channelData }: ClientFrame & { readonly type: 'subscribe' }): void {
    const refuse = ({ status, code }: Refused): void => say({ type: 'error', channel, status, code });
    if (!isIntroduced) return refuse({ status: 401, code: 'not-introduced' });
    const wanted = faults.take('answer', { wire, channel });
    if (wanted !== undefined) return refuse({ status: wanted.status, code: 'asked-for' });
    const verdict = access.judge({ channel, token, socketId, auth, channelData });
    if (!verdict.isAllowed) return refuse(verdict);
    if (places.has(channel)) return acknowledge(channel, verdict.member);

    const rooms = new Set<string>();
    /** What is said to it before it was let in comes after the acknowledgement. */
    let early: (() => void)[] | undefined = [];
    const { backend, member } = verdict;
    const connection: Connection = {
      id: `${socketId}:${channel}`,
      channel,
      get auth() {
        return token === undefined ? {} : plainAuth({ token });
      },
      query,
      join: (room) => void rooms.add(room),
      leave: (room) => void rooms.delete(room),
      say(name, payload) {
        const event = (): void => say({ type: 'event', channel, name, payload });
        if (early === undefined) event();
        else early.push(event);
      },
    };
    const refused = backend.connected?.(connection)?.refused;
    if (refused !== undefined) return refuse({ status: verdict.caller === undefined ? 401 : 403, code: refused });
    const { messages } = backend.contract.connection.limits ?? {};
    const place: Place = {
      rooms,
      member,
      hear: write,
      backend: {
        message: backend.message && (async (name, payload) => backend.message?.(connection, name, payload)),
      },
      mayMessage: messages === undefined ? () => true : createRate(messages, time),
      left: () => backend.disconnected?.(connection),
    };
    places.set(channel, place);
    // Acknowledged first, then heard.
    hub.sit(channel, place);
    acknowledge(channel, member);
    for (const event of early) event();
    early = undefined;
  }

  function acknowledge(channel: string, me: Member | undefined): void {
    const payload = me && { members: hub.members(channel), me: me.id };
    say({ type: 'ack', channel, ...(payload !== undefined && { payload }) });
  }

  function leave(channel: string): void {
    const place = places.get(channel);
    if (place === undefined) return;
    places.delete(channel);
    hub.rise(channel, place);
    place.left();
  }

  /** Who is not on the channel, and what nobody listens for, gets no answer: a device must live with that. */
  async function deliver({ channel, name, id, payload }: ClientFrame & { readonly type: 'send' }): Promise<void> {
    const place = places.get(channel);
    if (place === undefined) return;
    if (!place.mayMessage()) return say({ type: 'error', status: 429 });
    const { message } = place.backend;
    if (message === undefined) return;
    try {
      const answer = await message(name, payload);
      // What the backend has not done, or never acknowledges, is answered by silence.
      if (id === undefined || answer === undefined) return;
      const moment = { wire, channel, event: name };
      const delayed = faults.take('delayed-reply', moment);
      if (delayed !== undefined) await new Promise<void>((resolve) => time.schedule(delayed.delayMs, resolve));
      if (faults.take('lost-reply', moment) !== undefined) return socket.terminate();
      say({ type: 'ack', id, payload: answer });
    } catch (error) {
      traffic({ kind: 'trouble', what: `"${name}" failed: ${error instanceof Error ? error.message : String(error)}` });
    }
  }

  /** Any frame is a sign of life. */
  function listenFor(): void {
    stopWaiting();
    stopWaiting = time.schedule(patience.silenceMs, () => {
      say({ type: 'ping' });
      stopWaiting = time.schedule(patience.answerMs, () => {
        traffic({ kind: 'connection', wire, connection: socketId, what: 'cut', because: 'it is silent' });
        socket.terminate();
      });
    });
  }

  function say(frame: Said): void {
    const text = JSON.stringify(frame);
    write(text);
    tell('device', frame, text.length);
  }

  function write(text: string): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > patience.mostBacklogBytes) {
      traffic({ kind: 'connection', wire, connection: socketId, what: 'cut', because: 'it does not read' });
      return socket.terminate();
    }
    // A socket that breaks meanwhile says so by closing.
    socket.send(text, () => undefined);
  }

  function part(code: number, because: string): void {
    traffic({ kind: 'connection', wire, connection: socketId, what: 'refused', because });
    isSentAway = true;
    for (const channel of places.keys()) leave(channel);
    socket.close(code);
  }

  function tell(to: 'server' | 'device', frame: Said, bytes: number): void {
    const { type, channel, name } = frame;
    traffic({
      kind: 'frame',
      wire,
      connection: socketId,
      to,
      type,
      channel: typeof channel === 'string' ? channel : undefined,
      name: typeof name === 'string' ? name : undefined,
      bytes,
      ...(showsPayloads && 'payload' in frame && { payload: withoutSecrets(frame['payload']) }),
    });
  }
}
