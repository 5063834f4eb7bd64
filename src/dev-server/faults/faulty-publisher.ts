// A publisher whose events may get lost, come twice or overtake each other, when a fault says so.
import type { Publication, Publisher, ServerTime } from '../../emit/index.ts';
import type { FaultPoint } from './fault.ts';

/** An event that waits for the next one does so no longer than this: it would be lost otherwise, which is another fault. */
const longestHoldMs = 1_000;

export function faultyPublisher(
  publisher: Publisher,
  faults: FaultPoint,
  time: Pick<ServerTime, 'schedule'>,
): Publisher {
  let held: readonly Publication[] = [];
  let stop: (() => void) | undefined;

  function release(): readonly Publication[] {
    const released = held;
    held = [];
    stop?.();
    stop = undefined;
    return released;
  }

  function hold(publication: Publication): void {
    held = [...held, publication];
    stop ??= time.schedule(longestHoldMs, () => {
      // The emitter was told that it got through; what fails now is a lost event, and those are found as gaps.
      publisher.publish(release()).catch(() => undefined);
    });
  }

  function afflict(publication: Publication): readonly Publication[] {
    const moment = { channel: publication.channel, event: publication.name };
    if (faults.take('dropped-event', moment) !== undefined) return [];
    if (faults.take('reordered-event', moment) !== undefined) {
      hold(publication);
      return [];
    }
    const copies = faults.take('doubled-event', moment) === undefined ? [publication] : [publication, publication];
    return [...copies, ...release()];
  }

  return {
    ...publisher,
    async publish(publications) {
      const out = publications.flatMap(afflict);
      if (out.length > 0) await publisher.publish(out);
    },
  };
}
