// The seam to whatever brings an event to the devices. It may fail and it may lose: what is in the log is healed by replay.

/** One event on one channel, as the wire carries it. */
export interface Publication {
  /** As it is spelt on the wire: a Pusher channel, a Socket.IO namespace. */
  readonly channel: string;
  readonly name: string;
  readonly payload: unknown;
  /** Only to those who are in one of these rooms, where the backend has rooms. Absent: to everyone on the channel. */
  readonly rooms?: readonly string[];
}

export interface Publisher {
  /** The largest payload that gets through, as JSON in UTF-8; without it, the contract's limit alone counts. */
  readonly mostBytes?: number;
  /** How many publications it takes at once; 1 when it does not say. */
  readonly atOnce?: number;
  /** Resolves when the server has taken all of them. */
  publish(publications: readonly Publication[]): Promise<void>;
}
