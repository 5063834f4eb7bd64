// What goes out to one side of a connection: in order, as late and in as small pieces as told, or not at all for a while.
import type { Socket } from 'node:net';
import type { Host } from '../../host/host.ts';

export interface Outlet {
  /** Behind everything before it, and not before `delayMs` has passed. */
  put(bytes: Uint8Array, delayMs?: number, pieceBytes?: number): void;
  /** When everything before it has been written. */
  finish(written: () => void): void;
  /** Nothing goes out until `release`; nothing is lost. */
  stall(): void;
  release(): void;
  readonly isStalled: boolean;
  /** What waits is thrown away, and so is what comes. */
  end(): void;
}

interface Item {
  readonly bytes: Uint8Array;
  readonly dueAtMs: number;
  readonly pieceBytes: number | undefined;
  readonly written: (() => void) | undefined;
}

const nothing = new Uint8Array();

export function createOutlet(host: Pick<Host, 'clock' | 'schedule'>, source: Socket, sink: Socket): Outlet {
  let queue: Item[] = [];
  let isStalled = false;
  let isOver = false;
  /** A timer or a piece is on its way, and goes on by itself. */
  let isBusy = false;
  let cancel = (): void => undefined;

  function pump(): void {
    for (;;) {
      const [next] = queue;
      if (next === undefined || isStalled || isBusy) return;
      const waitMs = next.dueAtMs - host.clock.monotonicMs();
      if (waitMs > 0) {
        isBusy = true;
        cancel = host.schedule(waitMs, again);
        return;
      }
      queue.shift();
      write(next);
    }
  }

  function again(): void {
    isBusy = false;
    pump();
  }

  function write({ bytes, pieceBytes, written }: Item): void {
    if (written !== undefined) {
      sink.write(nothing, () => written());
    } else if (pieceBytes !== undefined) {
      isBusy = true;
      writePiece(bytes, pieceBytes);
    } else if (!sink.write(bytes)) {
      // Whoever sends faster than the other side reads is made to wait, as without a proxy.
      source.pause();
      sink.once('drain', () => {
        if (!isStalled) source.resume();
      });
    }
  }

  function writePiece(bytes: Uint8Array, length: number): void {
    if (isOver || bytes.byteLength === 0) return again();
    sink.write(bytes.subarray(0, length), () => writePiece(bytes.subarray(length), length));
  }

  function add(item: Item): void {
    if (isOver) return;
    queue.push(item);
    pump();
  }

  return {
    put: (bytes, delayMs = 0, pieceBytes) =>
      add({ bytes, dueAtMs: host.clock.monotonicMs() + delayMs, pieceBytes, written: undefined }),
    finish: (written) => add({ bytes: nothing, dueAtMs: 0, pieceBytes: undefined, written }),
    stall() {
      isStalled = true;
      // Its end is not noticed either: that is what half-open means.
      source.pause();
    },
    release() {
      if (!isStalled) return;
      isStalled = false;
      source.resume();
      pump();
    },
    get isStalled() {
      return isStalled;
    },
    end() {
      isOver = true;
      queue = [];
      cancel();
    },
  };
}
