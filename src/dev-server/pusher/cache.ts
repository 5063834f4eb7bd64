// The last event of each channel that tells it to newcomers.

interface CachedEvent {
  readonly event: string;
  readonly data: unknown;
}

export interface Cache {
  keep(channel: string, event: CachedEvent): void;
  lastIn(channel: string): CachedEvent | undefined;
}

const keptMs = 3_600_000;

export function createCache(now: () => number): Cache {
  const kept = new Map<string, { readonly event: CachedEvent; readonly untilMs: number }>();
  return {
    keep: (channel, event) => void kept.set(channel, { event, untilMs: now() + keptMs }),
    lastIn(channel) {
      const found = kept.get(channel);
      if (found !== undefined && now() < found.untilMs) return found.event;
      kept.delete(channel);
      return undefined;
    },
  };
}
