/** What may happen to the orders that people take: F59, F60, F62–F64, F67, F69–F71, F75–F77. */
export const orderFaults = [
  'order-online',
  'order-offline',
  'order-dependent',
  'order-lost-request',
  'order-lost-reply',
  'order-late',
  'order-hangs',
  'order-401',
  'order-429',
  'order-5xx',
  'order-server-error-after-effect',
  'order-page',
  'order-redirect',
  'order-in-progress',
  'order-repeat-refused',
  'order-unclear-answer',
  'order-refused',
  'order-declined',
  'order-conflict',
  'order-verify-failed',
  'order-verify-silent',
  'order-store-failed',
  'order-store-lost',
  'order-crash-before',
  'order-crash-after',
] as const;

export type OrderFault = (typeof orderFaults)[number];

/** Everything that can go wrong around a client, each with a counter that shows that it did. The comment names its rows of the catalogue of faults. */
const otherFaults = [
  // Sockets: F01–F11, F15.
  'socket-reset',
  'close-1006',
  'close-4200',
  'close-4001',
  'closed-after-open',
  'half-open',
  'one-way',
  'late-frames',
  'connect-hangs',
  'connect-refused',
  'server-restart',
  'flapping',
  // Frames: F18, F27–F29, F31, F34–F36, F40, F41.
  'frame-dropped',
  'frame-duplicated',
  'frame-reordered',
  'frame-malformed',
  'frame-wrong-schema',
  'frame-foreign',
  'frame-null-seq',
  'frame-unknown-event',
  'frame-client-event',
  'old-frame-again',
  // Getting in: F19–F25.
  'auth-401',
  'auth-403',
  'auth-429',
  'auth-5xx',
  'auth-html',
  'auth-hangs',
  'join-unanswered',
  'join-late',
  'thrown-out',
  'token-expired',
  'token-callback-fails',
  // The server's data: F30, F32, F33, F45, F47, F53, F56.
  'epoch-changed',
  'restored',
  'retention-gone',
  'no-log',
  'late-commit',
  'broadcast-before-commit',
  'rolled-back',
  'never-broadcast',
  'row-deleted',
  'no-tombstones',
  'page-shifted',
  // HTTP: F16, F44, F46, F48–F50.
  'http-429',
  'http-503',
  'http-5xx',
  'http-timeout',
  'http-network',
  'http-truncated',
  'http-html',
  'http-wrong-schema',
  'http-no-progress',
  'http-slow',
  'stale-answer',
  'paged',
  'captive-portal',
  'outage',
  // The device: F39, F42, F55, F76, F77, F86, F87, F90, F91.
  'wall-clock-jump',
  'sleep',
  'throttled',
  'handler-throws',
  'handler-rejects',
  'handler-slow',
  'handler-hangs',
  'handler-re-enters',
  'crash',
  'clean-restart',
  'store-full',
  'store-lost',
  'store-lost-after',
  'store-crash-before',
  'store-crash-after',
] as const;

export type WholeFault = (typeof otherFaults)[number] | OrderFault;
export const wholeFaults: readonly WholeFault[] = [...otherFaults, ...orderFaults];
export type WholeFaultCounts = Record<WholeFault, number>;

export function noWholeFaults(): WholeFaultCounts {
  const counts: Partial<WholeFaultCounts> = {};
  for (const name of wholeFaults) counts[name] = 0;
  return counts as WholeFaultCounts;
}
