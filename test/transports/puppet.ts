import type { PlatformSocket } from '../../src/transports/websocket/platform-socket.ts';

/** A socket in the hands of a test, for what no real one does on command. */
export function puppet(): {
  readonly Puppet: new (url: string) => PlatformSocket;
  readonly emit: Emit;
  state: number;
  sent: unknown[];
} {
  const listeners = new Map<string, (event: object) => void>();
  const strings = { state: 0, sent: [] as unknown[] };
  class Puppet implements PlatformSocket {
    binaryType = 'blob';
    get readyState(): number {
      return strings.state;
    }
    addEventListener(name: string, listener: (event: object) => void): void {
      listeners.set(name, listener);
    }
    send(data: unknown): void {
      strings.sent.push(data);
    }
    close(): void {
      // Some implementations tell from within.
      listeners.get('close')?.({ code: 1005 });
      throw new Error('not now');
    }
  }
  return Object.assign(strings, {
    Puppet,
    emit: (name: string, event: object = {}) => {
      if (name === 'open') strings.state = 1;
      listeners.get(name)?.(event);
    },
  });
}

type Emit = (name: string, event?: object) => void;
