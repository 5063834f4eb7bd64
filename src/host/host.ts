// The seam to the machine that heard runs on. Everything that differs between a browser, Node and React Native and is
// neither network nor storage comes in here, and nothing else in heard asks for the time.

/** Two clocks, because each lies in its own way: people set the wall clock, and the monotonic one may stop in sleep. */
interface Clock {
  /** Milliseconds since 1970. May jump in both directions. */
  wallMs(): number;
  /** Milliseconds since some moment. Never goes back. Every deadline is measured with it. */
  monotonicMs(): number;
}

/** Ends what it came with. Calling it again does nothing. */
export type Release = () => void;

/** Something that happened to the device or the page. Each is a hint to look at the connection, and never the truth about it. */
export type HostEvent =
  | { readonly kind: 'online' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'visible' }
  | { readonly kind: 'hidden' }
  /** `persisted`: the page comes out of the back/forward cache, and its sockets are dead although they look open. */
  | { readonly kind: 'pageshow'; readonly persisted: boolean }
  | { readonly kind: 'resume' }
  /** The two clocks moved differently: the device slept, or someone set the time. */
  | { readonly kind: 'clock-jump' };

export interface Host {
  readonly clock: Clock;
  /** Calls back once, not before `delayMs` has passed on the monotonic clock. It may be late: pages are throttled and devices sleep. */
  schedule(delayMs: number, callback: () => void): Release;
  /** From 0 up to, but never, 1. For spreading clients over time; not for secrets. */
  random(): number;
  onEvent(listener: (event: HostEvent) => void): Release;
}
