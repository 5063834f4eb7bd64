import { isRecord } from '../../../lib/json.ts';
import type { Publisher } from '../../../emit/index.ts';

/** As the document's backend sends it: the payload, and nothing that tells one event from its repetition. */
export const withoutIds = (publisher: Publisher): Publisher => ({
  ...publisher,
  publish: (publications) =>
    publisher.publish(
      publications.map((publication) =>
        isRecord(publication.payload)
          ? { ...publication, payload: { payload: publication.payload['payload'] } }
          : publication,
      ),
    ),
});
