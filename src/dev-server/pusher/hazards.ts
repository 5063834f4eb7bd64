// What Soketi does not survive, or does in silence. This server survives it and says so, because a client that causes it takes
// every other device of the restaurant down with it.

export type HazardName =
  /** No `data`, `data` that is a text, or no `channel`: Soketi ends. */
  | 'malformed-subscribe'
  | 'malformed-unsubscribe'
  /** No `data`: Soketi ends. */
  | 'malformed-signin'
  /** Nested deeper than its stack: Soketi ends when it passes it on. */
  | 'too-deep'
  /** Bytes in the same write as the request for the upgrade: Soketi never reads them. */
  | 'frame-with-upgrade'
  /** A reader is more than a megabyte behind: Soketi loses this message and goes on. */
  | 'lost-to-backlog'
  /** A signed request of another form than the API has: Soketi ends, or never answers. */
  | 'malformed-request';

export interface Hazard {
  readonly hazard: HazardName;
  /** The id of the app, where one is known. */
  readonly app?: string;
  readonly socketId?: string;
  /** What happened, and what a real server makes of it; never what was said. */
  readonly message: string;
}

export type ReportHazard = (hazard: Hazard) => void;
