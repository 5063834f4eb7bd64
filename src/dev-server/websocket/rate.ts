import type { ServerTime } from '../../emit/index.ts';

/** "30 messages in 10 s", as a backend's document has it: whether one more may come now. */
export function createRate(
  { count, perMs }: { readonly count: number; readonly perMs: number },
  time: Pick<ServerTime, 'now'>,
): () => boolean {
  let recent: number[] = [];
  return () => {
    const now = time.now();
    recent = recent.filter((at) => at > now - perMs);
    if (recent.length >= count) return false;
    recent.push(now);
    return true;
  };
}
