// What the doctor finds, one step at a time, in words for whoever runs the backend.

export interface Finding {
  /** `reachable`, `cors`, `subscribe` … */
  readonly step: string;
  /** What was looked at: an address, a path or a channel. */
  readonly at: string;
  readonly verdict: 'ok' | 'problem' | 'skipped';
  /** What was seen. Never a token and nothing of a payload. */
  readonly what: string;
  /** What to do about a problem; what would have to be given for a step that was skipped. */
  readonly remedy?: string;
}

/** Writes findings down, as they are made. */
export interface Chart {
  ok(step: string, at: string, what: string): void;
  problem(step: string, at: string, what: string, remedy: string): void;
  skipped(step: string, at: string, what: string, remedy?: string): void;
}

export function createChart(tell: (finding: Finding) => void): Chart {
  return {
    ok: (step, at, what) => tell({ step, at, verdict: 'ok', what }),
    problem: (step, at, what, remedy) => tell({ step, at, verdict: 'problem', what, remedy }),
    skipped: (step, at, what, remedy) =>
      tell({ step, at, verdict: 'skipped', what, ...(remedy !== undefined && { remedy }) }),
  };
}

/** Servers quote what they were sent, and what the doctor says is copied into tickets. Shorter words are no secrets. */
export function withoutToken(finding: Finding, token = ''): Finding {
  if (token.length < 6) return finding;
  const conceal = (text: string): string => text.replaceAll(token, '[token]');
  const { at, what, remedy } = finding;
  return {
    ...finding,
    at: conceal(at),
    what: conceal(what),
    ...(remedy !== undefined && { remedy: conceal(remedy) }),
  };
}

/** Servers may say anything, and a terminal obeys control characters. */
// eslint-disable-next-line no-control-regex -- control characters are what is taken out
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const clean = (text: string): string => text.replace(controls, '�').slice(0, 500);

export function findingText({ step, at, verdict, what, remedy }: Finding): string {
  const head = `${verdict.padEnd(8)} ${step.padEnd(10)} ${clean(at)}: ${clean(what)}`;
  return remedy === undefined ? head : `${head}\n${' '.repeat(20)}${verdict === 'problem' ? '→ ' : ''}${clean(remedy)}`;
}

export const findingJson = (finding: Finding): string => JSON.stringify(finding).replace(controls, '');
