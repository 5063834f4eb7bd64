import type { ConnectionStatus } from '../connection/connection-status.ts';

/**
 * How current the device is. `live` is only said when every channel that this device may hear is caught up; `blocked` needs
 * a person.
 */
export type StatusWord = 'offline' | 'connecting' | 'catchingUp' | 'live' | 'blocked';

export interface Status {
  readonly word: StatusWord;
  /** Why, in a few words: `polling`, `channel orders: catching up`, `unknown-app`. */
  readonly reason: string | undefined;
}

export type ChannelWord = 'offline' | 'joining' | 'catchingUp' | 'live' | 'denied';

/** What the status follows from. */
export interface Standing {
  readonly isRunning: boolean;
  readonly connection: ConnectionStatus;
  /** HTTP answers although there is no socket, so that lists keep the device current. */
  readonly isPolling: boolean;
  readonly channels: ChannelsStanding;
}

/** Of all channels, what the status needs: looked for with every change, and perhaps among thousands. */
export interface ChannelsStanding {
  /** One that is not up to date. */
  readonly late: { readonly channel: string; readonly word: ChannelWord } | undefined;
  /** One of those that are denied, when all are. */
  readonly allDenied: string | undefined;
}

export function statusOf({ isRunning, connection, isPolling, channels }: Standing): Status {
  if (!isRunning) return { word: 'offline', reason: 'stopped' };
  const cause = connection.verdict?.cause;
  switch (connection.word) {
    case 'blocked':
      return { word: 'blocked', reason: cause };
    case 'offline':
      return { word: 'offline', reason: isPolling ? 'polling' : cause };
    case 'connecting':
      return { word: 'connecting', reason: cause };
    case 'open':
  }
  // Nothing can be heard, and somebody has to do something about it.
  if (channels.allDenied !== undefined) return { word: 'blocked', reason: `channel ${channels.allDenied}: denied` };
  const { late } = channels;
  if (late === undefined) return { word: 'live', reason: undefined };
  const doing = late.word === 'catchingUp' ? 'catching up' : 'joining';
  return { word: 'catchingUp', reason: `channel ${late.channel}: ${doing}` };
}
