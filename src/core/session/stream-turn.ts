// What a step of a stream is given and gives back. One for all streams of a session: it is filled anew for each event, and
// what is made anew for each event is what the garbage collector has to take away.
import type { Host } from '../../host/host.ts';
import type { Moment, Turn } from '../stream/delivery.ts';
import type { StreamEffect } from '../stream/state.ts';

/** Asked of the platform when a step first asks for it: half of them never do, and a clock costs 90 ns. */
class CurrentMoment implements Moment {
  private readonly host: Pick<Host, 'clock' | 'random'>;
  private timeMs = 0;
  private hasTime = false;
  private drawn = 0;
  private hasDrawn = false;

  constructor(host: Pick<Host, 'clock' | 'random'>) {
    this.host = host;
  }

  get nowMs(): number {
    if (!this.hasTime) {
      this.hasTime = true;
      this.timeMs = this.host.clock.monotonicMs();
    }
    return this.timeMs;
  }

  get random(): number {
    if (!this.hasDrawn) {
      this.hasDrawn = true;
      this.drawn = this.host.random();
    }
    return this.drawn;
  }

  /** Another step begins. */
  pass(): void {
    this.hasTime = false;
    this.hasDrawn = false;
  }
}

/**
 * What waits to be performed. Who makes another stream step while its own effects are performed finds that one's above its
 * own. Slots are used again, because a list that is emptied for each event is made anew for each event.
 */
class Effects {
  count = 0;
  private readonly slots: (StreamEffect | undefined)[] = [];

  push(effect: StreamEffect): void {
    this.slots[this.count] = effect;
    this.count += 1;
  }

  at(index: number): StreamEffect | undefined {
    return this.slots[index];
  }

  dropFrom(first: number): void {
    while (this.count > first) {
      this.count -= 1;
      this.slots[this.count] = undefined;
    }
    // A page of events is no measure for the next event.
    if (first === 0 && this.slots.length > 64) this.slots.length = 0;
  }
}

export class StreamTurn implements Turn {
  readonly moment: CurrentMoment;
  readonly effects: Effects = new Effects();

  constructor(host: Pick<Host, 'clock' | 'random'>) {
    this.moment = new CurrentMoment(host);
  }
}
