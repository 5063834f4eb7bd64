// The namespaces of one connection, without the library's own sockets: those queue what cannot be sent, end the connection
// with the last namespace that is left, and take the last text of an event for an offset.
//
//            join                    let in
//     none ────────▶ connecting ───────────────▶ in
//      ▲              │  │   refused              │
//      ├──────────────┼──┘◀── the server's word ──┤
//      │              │ leave                     │ leave
//      │   answered   ▼          let in           ▼
//      └─────────── abandoned ─────────────────▶ left ──▶ connecting, once the server has read that
//
// A server closes the whole connection when a namespace is left that it has not let the device into yet, or is asked for
// while it has not read that the device left. So an answer is waited for before anything else is said of that namespace, but
// not for ever: who was asked for again, and left again without one, is asked for anew.
import { isRecord } from '../../lib/json.ts';
import type { Frame, OutgoingMessage, Refusal } from '../transport.ts';
import {
  attachmentsOf,
  connectPacket,
  disconnectPacket,
  eventPacket,
  isNamespace,
  isReserved,
  type ReadPacket,
  type ServerEvent,
  type ServerPacket,
} from './packets.ts';
import type { Session, Sessions } from './sessions.ts';

interface NamespacesListener {
  frame(frame: Frame): void;
  alive(): void;
  joined(namespace: string): void;
  refused(namespace: string, refusal: Refusal): void;
  /** The server has put the device out of the last namespace that it was in. */
  putOut(): void;
}

interface NamespacesOptions {
  readonly listener: NamespacesListener;
  readonly sessions: Sessions;
  readonly read: ReadPacket;
  /** The server answers who asks for a namespace that it has not. */
  readonly answers: boolean;
  readonly statusOf: (error: ConnectError) => number | undefined;
  readonly say: (packet: string) => boolean;
}

/** What a server says in place of letting a device in. */
export interface ConnectError {
  readonly message: string;
  readonly data: unknown;
}

export interface Namespaces {
  /** `identity` tells who is there: whom a server knew before must be the same. */
  join(namespace: string, auth: object, identity: string): void;
  leave(namespace: string): void;
  send(message: OutgoingMessage): boolean;
  ask(): void;
  receive(data: unknown): void;
  /** The connection is gone: nothing is told any more. */
  close(): void;
}

interface Entrance {
  readonly auth: object;
  readonly identity: string;
}

type Standing =
  | { readonly phase: 'connecting'; readonly identity: string; readonly early: Frame[] }
  | { readonly phase: 'in'; readonly session: Session | undefined }
  /** `isOverdue`: somebody has waited for the answer a second time, and in vain. */
  | { readonly phase: 'abandoned'; again: Entrance | undefined; isOverdue: boolean }
  /** `proof` is the number of the question whose answer shows that the server has read it. */
  | { readonly phase: 'left'; again: Entrance | undefined; proof: number };

/** No backend has this namespace, and every server says so: Socket.IO's own tests of servers ask for it. */
const nowhere = '/heard-alive';

/** Acknowledgements that are waited for; a server that never gives one must not fill the memory. */
const mostWaiting = 1_000;
/** What a recovering server sends before it lets a device in. Who is let in reads what was missed in any case. */
const mostEarly = 1_000;

export function createNamespaces(options: NamespacesOptions): Namespaces {
  const { listener, sessions, read, answers, statusOf, say } = options;
  const standings = new Map<string, Standing>();
  const waiting = new Map<number, { readonly namespace: string; acknowledged(answer: unknown): void }>();
  let isOver = false;
  let nextId = 0;
  let asked = 0;
  let answered = 0;
  /** Binary frames that belong to a packet which came before. */
  let attachments = 0;

  function connect(namespace: string, { auth, identity }: Entrance): void {
    const said = say(connectPacket(namespace, { ...sessions.of(namespace, identity), ...auth }));
    if (said) standings.set(namespace, { phase: 'connecting', identity, early: [] });
    else standings.delete(namespace);
  }

  function join(namespace: string, auth: object, identity: string): void {
    if (isOver) return;
    if (!isNamespace(namespace)) return listener.refused(namespace, { status: 404, code: undefined });
    const again = { auth, identity };
    const standing = standings.get(namespace);
    if (standing === undefined) return connect(namespace, again);
    if (standing.phase === 'connecting' || standing.phase === 'in') leave(namespace);
    const left = standings.get(namespace);
    if (left?.phase === 'abandoned') {
      // An answer that does not come would keep the namespace out for as long as the connection lives. A server that has
      // given one, which was lost, closes the connection at a second question, and the next one is right.
      if (left.isOverdue) connect(namespace, again);
      else left.again = again;
    } else if (left?.phase === 'left') comeBack(namespace, left, again);
  }

  function comeBack(namespace: string, left: Extract<Standing, { phase: 'left' }>, again: Entrance): void {
    // Without a proof the worst is that the server closes the connection, and the next one is right.
    if (!answers) return connect(namespace, again);
    left.again = again;
    // A question that is open already may have been read before the leaving was.
    left.proof = asked + 1;
    ask();
  }

  function leave(namespace: string): void {
    const standing = standings.get(namespace);
    if (standing === undefined) return;
    sessions.forget(namespace);
    switch (standing.phase) {
      case 'connecting':
        return void standings.set(namespace, { phase: 'abandoned', again: undefined, isOverdue: false });
      case 'in':
        return depart(namespace, undefined);
      case 'abandoned':
        standing.isOverdue ||= standing.again !== undefined;
        standing.again = undefined;
        return;
      case 'left':
        standing.again = undefined;
    }
  }

  function depart(namespace: string, again: Entrance | undefined): void {
    say(disconnectPacket(namespace));
    forgetAnswers(namespace);
    const left = { phase: 'left', again: undefined, proof: 0 } as const satisfies Standing;
    standings.set(namespace, left);
    if (again !== undefined) join(namespace, again.auth, again.identity);
  }

  /** One question at a time: a second would be taken for a fault while the first is read. */
  function ask(): void {
    if (answers && asked === answered && say(connectPacket(nowhere, {}))) asked += 1;
  }

  function takeAnswer({ type }: ServerPacket): void {
    // A server that has every namespace: it is left at once.
    if (type === 'connect') say(disconnectPacket(nowhere));
    if (type !== 'connect' && type !== 'refused') return;
    answered = asked;
    let isWaitedFor = false;
    for (const [namespace, standing] of standings) {
      if (standing.phase !== 'left' || standing.again === undefined) continue;
      if (standing.proof <= answered) connect(namespace, standing.again);
      else isWaitedFor = true;
    }
    if (isWaitedFor) ask();
  }

  function send({ channel, name, payload, acknowledged }: OutgoingMessage): boolean {
    if (standings.get(channel)?.phase !== 'in' || isReserved(name)) return false;
    const id = acknowledged === undefined ? undefined : nextId;
    let packet: string;
    try {
      packet = eventPacket(channel, id, name, payload);
    } catch {
      return false;
    }
    if (acknowledged !== undefined) {
      // Before it is said: a server in the same memory answers from within.
      waiting.set(nextId, { namespace: channel, acknowledged });
      nextId += 1;
      forgetOldest();
    }
    const said = say(packet);
    if (!said && id !== undefined) waiting.delete(id);
    return said;
  }

  function receive(data: unknown): void {
    if (isOver) return;
    if (typeof data !== 'string') {
      if (attachments > 0) attachments -= 1;
      return listener.alive();
    }
    attachments = attachmentsOf(data);
    const packet = read(data);
    if (packet?.type === 'event') return hear(packet);
    listener.alive();
    if (packet?.namespace === nowhere) return takeAnswer(packet);
    if (packet !== undefined) take(packet);
  }

  function hear(event: ServerEvent): void {
    const standing = standings.get(event.namespace);
    if (standing?.phase === 'in') return listener.frame(frameOf(event, standing.session));
    listener.alive();
    if (standing?.phase !== 'connecting' || standing.early.length >= mostEarly) return;
    // Sent to a device that is recovered, so the offset is there.
    standing.early.push(frameOf(event, { pid: '', offset: undefined }));
  }

  function take(packet: Exclude<ServerPacket, ServerEvent>): void {
    const { namespace } = packet;
    const standing = standings.get(namespace);
    if (standing === undefined) return;
    switch (packet.type) {
      case 'connect':
        if (standing.phase === 'connecting') return enter(namespace, standing, packet.data);
        if (standing.phase === 'abandoned') depart(namespace, standing.again);
        return;
      case 'refused':
        if (standing.phase === 'connecting') return refuse(namespace, packet);
        if (standing.phase !== 'abandoned') return;
        standings.delete(namespace);
        if (standing.again !== undefined) connect(namespace, standing.again);
        return;
      case 'disconnect':
        return expel(namespace, standing);
      case 'ack': {
        const question = waiting.get(packet.id);
        if (question?.namespace !== namespace) return;
        waiting.delete(packet.id);
        question.acknowledged(packet.answer);
      }
    }
  }

  function enter(
    namespace: string,
    { identity, early }: Extract<Standing, { phase: 'connecting' }>,
    data: unknown,
  ): void {
    const { sid, pid } = isRecord(data) ? data : {};
    if (typeof sid !== 'string') {
      // Version 2 of the library greets without one, and cannot be talked to.
      standings.delete(namespace);
      return listener.refused(namespace, { status: 426, code: undefined });
    }
    const session = sessions.begin(namespace, identity, typeof pid === 'string' ? pid : undefined);
    standings.set(namespace, { phase: 'in', session });
    listener.joined(namespace);
    for (const frame of early) if (!isOver) listener.frame(frame);
  }

  function refuse(namespace: string, error: ConnectError): void {
    standings.delete(namespace);
    sessions.forget(namespace);
    listener.refused(namespace, { status: statusOf(error), code: error.message === '' ? undefined : error.message });
  }

  /** The server's last word: it has forgotten this device, which may come back at once. */
  function expel(namespace: string, standing: Standing): void {
    standings.delete(namespace);
    sessions.forget(namespace);
    forgetAnswers(namespace);
    if (standing.phase === 'left' || standing.phase === 'abandoned') {
      if (standing.again !== undefined) connect(namespace, standing.again);
      return;
    }
    const isLast = ![...standings.values()].some(({ phase }) => phase === 'in' || phase === 'connecting');
    if (isLast) listener.putOut();
    else listener.refused(namespace, { status: undefined, code: 'io server disconnect' });
  }

  function forgetAnswers(namespace: string): void {
    for (const [id, question] of waiting) if (question.namespace === namespace) waiting.delete(id);
  }

  function forgetOldest(): void {
    for (const id of waiting.keys()) {
      if (waiting.size <= mostWaiting) return;
      waiting.delete(id);
    }
  }

  return {
    join,
    leave,
    send,
    ask,
    receive,
    close() {
      isOver = true;
      standings.clear();
      waiting.clear();
    },
  };
}

/** A recovering server puts its offset behind what was said, also when nothing was. */
function frameOf(event: ServerEvent, session: Session | undefined): Frame {
  const { namespace: channel, name, payload, isRead, lastText, isOnlyText, length: bytes } = event;
  if (session === undefined || lastText === undefined) return { channel, name, payload, isRead, bytes };
  session.offset = lastText;
  return { channel, name, payload: isOnlyText ? undefined : payload, isRead, bytes };
}
