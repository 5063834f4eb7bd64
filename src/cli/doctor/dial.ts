// One WebSocket of the doctor's: how it opens or why it does not, and what is said on it, in order.
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export interface Line {
  readonly kind: 'open';
  say(text: string): void;
  /** The first frame, from those that came already on, that means something to whoever asks. */
  next<Meaning>(read: (text: string) => Meaning | undefined, withinMs: number): Promise<Heard<Meaning>>;
  close(): void;
}

export type Heard<Meaning> =
  | { readonly kind: 'heard'; readonly meaning: Meaning }
  | { readonly kind: 'silence' }
  | { readonly kind: 'closed'; readonly code: number };

export type Dialled =
  | Line
  /** Answered in HTTP. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'none'; readonly code: string };

export interface DialOptions {
  readonly origin: string | undefined;
  readonly timeoutMs: number;
}

export function dial(address: string, { origin, timeoutMs }: DialOptions): Promise<Dialled> {
  const socket = new WebSocket(address, {
    ...(origin !== undefined && { origin }),
    handshakeTimeout: timeoutMs,
    perMessageDeflate: false,
    maxPayload: 8_388_608,
  });
  const frames: string[] = [];
  let closed: number | undefined;
  /** Whoever waits looks again. */
  let wake = (): void => undefined;
  socket.on('message', (data: Buffer) => {
    frames.push(data.toString());
    wake();
  });
  socket.on('close', (code) => {
    closed = code;
    wake();
  });

  async function next<Meaning>(read: (text: string) => Meaning | undefined, withinMs: number): Promise<Heard<Meaning>> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      wake();
    }, withinMs);
    try {
      for (;;) {
        for (let frame = frames.shift(); frame !== undefined; frame = frames.shift()) {
          const meaning = read(frame);
          if (meaning !== undefined) return { kind: 'heard', meaning };
        }
        if (closed !== undefined) return { kind: 'closed', code: closed };
        if (isLate) return { kind: 'silence' };
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  return new Promise((resolve) => {
    socket.on('unexpected-response', (_, response: IncomingMessage) => {
      resolve({ kind: 'refused', status: response.statusCode ?? 0 });
      response.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isLate = /handshake has timed out/.test(error.message);
      resolve({ kind: 'none', code: isLate ? 'ETIMEDOUT' : (error.code ?? 'ECONNRESET') });
    });
    socket.on('open', () =>
      resolve({
        kind: 'open',
        say: (text) => socket.send(text),
        next,
        close: () => socket.terminate(),
      }),
    );
  });
}
