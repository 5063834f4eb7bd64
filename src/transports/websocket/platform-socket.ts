import type { Failure } from '../transport.ts';

/** What is read of its events, whoever made them. Each of them has one of these, or none. */
export interface PlatformEvent {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly code?: unknown;
}

/** What is used of a WebSocket: that of browsers, of Node from 22, of React Native, and of the package `ws`. */
export interface PlatformSocket {
  readonly readyState: number;
  binaryType: string;
  addEventListener(name: 'open' | 'message' | 'error' | 'close', listener: (event: object) => void): void;
  send(data: string | ArrayBuffer): void;
  close(): void;
}

export type PlatformSocketClass = new (url: string) => PlatformSocket;

/** `WebSocket.OPEN`, which not every implementation has on its instances. */
export const open = 1;

const kinds: readonly (readonly [RegExp, Exclude<Failure['kind'], 'http'>])[] = [
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'dns'],
  [/^ETIMEDOUT$/, 'timeout'],
  [/^E(?:CONN|HOST|NET|PIPE)/, 'unreachable'],
  [/CERT|TLS|SSL|SIGNATURE/, 'tls'],
];

/** Why there was no socket, by the code of the system's error where there is one. Never by its text. */
export function failureOf(error: unknown): Failure {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const kind = typeof code === 'string' ? kinds.find(([codes]) => codes.test(code))?.[1] : undefined;
  return { kind: kind ?? 'unknown' };
}
