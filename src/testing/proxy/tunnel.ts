// One WebSocket through the proxy: two directions, and what becomes of each message in them.
import type { Socket } from 'node:net';
import type { Host } from '../../host/host.ts';
import { closeFrame, createFrameReader, frameOf, type Unit } from './frames.ts';
import { createOutlet, type Outlet } from './outlet.ts';
import type { Direction, FaultAction } from './rule.ts';
import type { Due, Rulebook } from './rulebook.ts';
import { corrupted, laterBy } from './spoiling.ts';
import { resetSocket } from './reset-socket.ts';

export interface Tunnel {
  readonly connection: number;
  readonly path: string;
  /** Makes something happen to the whole connection. */
  suffer(due: Due): void;
  /** What was kept back in silence goes through. Answers whether anything was. */
  release(): boolean;
}

export interface TunnelOptions {
  readonly host: Pick<Host, 'clock' | 'schedule'>;
  readonly book: Rulebook;
  readonly connection: number;
  readonly path: string;
  readonly client: Socket;
  readonly server: Socket;
}

/** One direction. */
interface Lane {
  readonly direction: Direction;
  readonly source: Socket;
  readonly sink: Socket;
  readonly outlet: Outlet;
  readonly read: (chunk: Uint8Array) => readonly Unit[];
  /** Of every message: told at the upgrade, or later to the open connection. */
  delayMs: () => number;
  pieceBytes: number | undefined;
  /** A message that waits for the next one. */
  held: { readonly bytes: Uint8Array; readonly cancel: () => void } | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function createTunnel({ host, book, connection, path, client, server }: TunnelOptions): Tunnel {
  const c2s = lane('c2s', client, server);
  const s2c = lane('s2c', server, client);
  const lanes = [c2s, s2c];

  function lane(direction: Direction, source: Socket, sink: Socket): Lane {
    const outlet = createOutlet(host, source, sink);
    const read = createFrameReader();
    const made: Lane = {
      direction,
      source,
      sink,
      outlet,
      read,
      delayMs: () => 0,
      pieceBytes: undefined,
      held: undefined,
    };
    source.on('data', (chunk: Uint8Array) => {
      for (const unit of made.read(chunk)) pass(made, unit);
    });
    source.on('end', () => {
      overtake(made);
      outlet.finish(() => sink.end());
    });
    source.on('error', () => resetSocket(sink));
    source.on('close', () => {
      outlet.end();
      made.held?.cancel();
      // What ended in order is passed on in order, above.
      if (!source.readableEnded) sink.destroy();
    });
    return made;
  }

  function send(into: Lane, bytes: Uint8Array, delayMs = into.delayMs(), pieceBytes = into.pieceBytes): void {
    into.outlet.put(bytes, delayMs, pieceBytes);
  }

  /** The message that was held goes now: another one has gone before it, or none comes. */
  function overtake(into: Lane): void {
    const { held } = into;
    into.held = undefined;
    held?.cancel();
    if (held !== undefined) send(into, held.bytes);
  }

  function pass(into: Lane, unit: Unit): void {
    const { kind } = unit;
    const due =
      kind === 'raw'
        ? undefined
        : book.take({
            on: 'message',
            connection,
            path,
            direction: into.direction,
            frame: kind,
            text: () => decoder.decode(unit.payload),
          });
    if (due === undefined) send(into, unit.bytes);
    else afflict(into, unit, due);
    // A ping that comes next overtakes nothing: what is told apart is messages.
    const isHeldNow = due?.action.kind === 'reorder';
    if (!isHeldNow && (kind === 'text' || kind === 'binary')) overtake(into);
  }

  function afflict(into: Lane, { bytes, payload, kind }: Unit, due: Due): void {
    const { action } = due;
    switch (action.kind) {
      case 'drop':
        return;
      case 'dup':
        for (let count = action.count ?? 2; count > 0; count -= 1) send(into, bytes);
        return;
      case 'latency':
        return send(into, bytes, laterBy(due, action));
      case 'slicer':
        return send(into, bytes, into.delayMs(), action.bytes ?? 1);
      case 'corrupt': {
        const frame = kind === 'raw' ? 'binary' : kind;
        return send(into, frameOf(frame, corrupted(payload, action.how, due.random), into === c2s));
      }
      case 'reorder':
        overtake(into);
        into.held = { bytes, cancel: host.schedule(action.heldMs ?? 1_000, () => overtake(into)) };
        return;
      case 'inject': {
        const isSameWay = (action.direction ?? into.direction) === into.direction;
        if (isSameWay && action.place === 'before') inject(action, into.direction);
        send(into, bytes);
        if (!isSameWay || action.place !== 'before') inject(action, into.direction);
        return;
      }
      case 'rst':
      case 'fin': {
        const end = action.kind === 'rst' ? reset : finish;
        if (action.afterBytes === undefined) return end();
        send(into, bytes.subarray(0, action.afterBytes));
        return into.outlet.finish(end);
      }
      case 'close':
      case 'halfopen':
      case 'blackhole-c2s':
      case 'blackhole-s2c':
        suffer(due);
        // In the silence it is kept like all that follows.
        if (action.kind !== 'close') send(into, bytes);
        return;
      case 'refuse':
      case 'http-respond':
      case 'http-html':
      case 'http-delay':
      case 'http-drop-reply':
        // No rule lets these come here.
        return send(into, bytes);
    }
  }

  function inject({ data, direction }: FaultAction & { readonly kind: 'inject' }, usual: Direction): void {
    const into = (direction ?? usual) === 'c2s' ? c2s : s2c;
    const payload = typeof data === 'string' ? encoder.encode(data) : data;
    send(into, frameOf(typeof data === 'string' ? 'text' : 'binary', payload, into === c2s));
  }

  function reset(): void {
    resetSocket(client);
    resetSocket(server);
  }

  /** The client hears an end in order, after these last words; the server notices only that its client is gone. */
  function finish(lastWords?: Uint8Array): void {
    for (const { outlet } of lanes) outlet.end();
    if (lastWords !== undefined) client.write(lastWords);
    client.end();
    server.destroy();
  }

  function suffer(due: Due): void {
    const { action } = due;
    if (action.kind === 'rst') reset();
    else if (action.kind === 'fin') finish();
    else if (action.kind === 'close') finish(closeFrame(action.code, action.reason ?? ''));
    else if (action.kind === 'inject') inject(action, 's2c');
    else if (action.kind === 'slicer') for (const one of lanes) one.pieceBytes = action.bytes ?? 1;
    else if (action.kind === 'latency') for (const one of lanes) one.delayMs = () => laterBy(due, action);
    else {
      if (action.kind !== 'blackhole-s2c') c2s.outlet.stall();
      if (action.kind !== 'blackhole-c2s') s2c.outlet.stall();
    }
  }

  return {
    connection,
    path,
    suffer,
    release() {
      const stalled = lanes.filter(({ outlet }) => outlet.isStalled);
      for (const { outlet } of stalled) outlet.release();
      return stalled.length > 0;
    },
  };
}
