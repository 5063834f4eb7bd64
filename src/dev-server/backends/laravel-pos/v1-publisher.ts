import { isRecord } from '../../../lib/json.ts';
import type { Publisher } from '../../../emit/index.ts';

/** The envelope exactly as the document has it: `epoch`, `prev_seq` and `head_seq` are additions of ours. */
export const withoutAdditions = (publisher: Publisher): Publisher => ({
  ...publisher,
  publish: (publications) =>
    publisher.publish(
      publications.map((publication) =>
        isRecord(publication.payload)
          ? { ...publication, payload: { ...publication.payload, meta: { replay: false } } }
          : publication,
      ),
    ),
});
