import type { ConnectionState } from './machine.ts';
import type { Verdict } from './verdict.ts';

/** What is told about the connection; the phases of the machine stay inside. */
export interface ConnectionStatus {
  /**
   * `connecting` also covers a short interruption; `offline` is one that has lasted, or a client that is stopped or has no
   * socket; `blocked` needs a person. `open` is about the socket: whether the data are current is another question.
   */
  readonly word: 'offline' | 'connecting' | 'open' | 'blocked';
  /** Why it is so, where there is a reason. */
  readonly verdict: Verdict | undefined;
}

export function statusOf({ phase, memory }: ConnectionState): ConnectionStatus {
  const trying = memory.gone?.lookAtMs !== undefined ? 'offline' : 'connecting';
  switch (phase.name) {
    case 'stopped':
      return { word: 'offline', verdict: undefined };
    case 'disabled':
      return { word: 'offline', verdict: phase.verdict };
    case 'asking':
    case 'opening':
      // A slow probe is no news until it succeeds.
      return phase.probeOf === undefined
        ? { word: trying, verdict: memory.gone?.verdict }
        : { word: 'blocked', verdict: phase.probeOf };
    case 'open':
      return { word: 'open', verdict: undefined };
    case 'waiting':
      return { word: trying, verdict: phase.verdict };
    case 'blocked':
  }
  return { word: 'blocked', verdict: phase.verdict };
}
