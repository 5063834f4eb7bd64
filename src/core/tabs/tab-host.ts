// The seam to the other pages beside this one. Platforms without it have one page, and lose nothing by that.
import type { Release } from '../../host/host.ts';

export interface TabHost {
  /** Everybody else who has opened the same name hears what is posted, in order. What cannot be copied throws. */
  open(name: string, hear: (message: unknown) => void): TabChannel;
  /** The page is frozen: what is posted may still be heard, and nothing that is begun comes to an end. Then it is not any more. */
  onFrozen?(listener: (isFrozen: boolean) => void): Release;
  /** Calls when this page goes, perhaps for ever. It has time for a word, and for nothing else. */
  onLeave?(listener: () => void): Release;
  /** Where there are none, as on plain http, the device's storage tells who leads. */
  readonly locks?: TabLocks;
}

export interface TabChannel {
  post(message: unknown): void;
  close(): void;
}

export interface TabLocks {
  /** `granted` when nobody else has it, or at once where it is stolen; `lost` when somebody else has stolen it. Released with what it returns. */
  request(name: string, how: 'wait' | 'steal', listener: { granted(): void; lost(): void }): Release;
}
