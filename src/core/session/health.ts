import type { Position } from '../../contract/channel.ts';
import type { Cause } from '../connection/verdict.ts';
import type { Database, StoreFault } from '../../storage/store.ts';
import type { InboxCounts } from '../inbox/inbox.ts';
import type { OutboxCounts } from '../outbox/outbox.ts';
import type { Cursor } from '../stream/state.ts';
import type { InboundCounts, Quarantined } from './inbound.ts';
import type { ChannelWord, Status } from './status.ts';

/** Everything that a person who looks for a fault asks first. Plain data; the numbers are of this run. */
export interface Health {
  readonly status: Status;
  /** With `tabs`: whether this one has the socket, or hears another one that has; everything else here is that one's then. */
  readonly tab: 'alone' | 'leader' | 'follower';
  readonly connection: {
    readonly word: 'offline' | 'connecting' | 'open' | 'blocked';
    readonly cause: Cause | undefined;
    readonly code: number | string | undefined;
    readonly remediation: string | undefined;
    /** How many were opened. */
    readonly sockets: number;
  };
  /** There is no socket, and HTTP keeps the device current. */
  readonly isPolling: boolean;
  /** What is remembered survives the end of the page, of the process, or a power cut. */
  readonly storage: {
    readonly survives: Database['survives'] | 'none';
    /**
     * What keeps it from writing right now; it is tried again. `fenced`: another client over the same memory has taken over, for
     * good, and what is counted of work and mutations is as it was then.
     */
    readonly failing: StoreFault | undefined;
    /** Records that could not be read back. They are kept in the table `set-aside`, for whoever can make sense of them. */
    readonly setAside: number;
  };
  /** How far the server's clock is ahead of this device's; undefined while nothing is known. */
  readonly clock: { readonly offsetMs: number | undefined };
  readonly channels: readonly ChannelHealth[];
  readonly counts: Readonly<InboundCounts>;
  /** Of `process`: what waits, what runs, and the dead letters. */
  readonly work: InboxCounts;
  /** Of `mutate`: what waits, what of it is under way, what is parked, and what was found and left as it is. */
  readonly outbox: OutboxCounts;
  /** The last ones that could not be read, the newest last. */
  readonly quarantined: readonly Quarantined[];
}

export interface ChannelHealth {
  readonly channel: string;
  readonly params: Readonly<Record<string, string>>;
  readonly word: ChannelWord;
  readonly reason: string | undefined;
  readonly position: Position;
  /** What a restart goes on from, once it is stored. */
  readonly cursor: Cursor | undefined;
  /** The last position without a hole before it; the highest one that is known to exist. */
  readonly front: number | undefined;
  readonly highestKnown: number | undefined;
  /** Behind a hole, or until catch-up is done. */
  readonly held: number;
  /** With handlers that are not done. */
  readonly unsettled: number;
  /** For their turn. */
  readonly waiting: number;
  /** By the device's clock. */
  readonly lastReceivedAtMs: number | undefined;
}
