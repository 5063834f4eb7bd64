import { isRecord } from '../../lib/json.ts';
import type { Publisher } from '../../emit/index.ts';

type Payload = Readonly<Record<string, unknown>>;

/** For V1: publishes what the documents have, which leaves out some of what our emitter adds. */
export const plainPublisher = (publisher: Publisher, plain: (payload: Payload) => Payload): Publisher => ({
  ...publisher,
  publish: (publications) =>
    publisher.publish(
      publications.map((publication) =>
        isRecord(publication.payload) ? { ...publication, payload: plain(publication.payload) } : publication,
      ),
    ),
});
