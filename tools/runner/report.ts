import type { Outcome } from './gate.ts';

const mostLines = 80;

/** The end of what a failed gate printed, again: the place where it first stood may be thousands of lines above, or cut off. */
const lastWords = ({ gate, output }: Outcome): string =>
  output === undefined
    ? ''
    : `\n=== why ${gate} failed, its last lines again\n${output.trimEnd().split('\n').slice(-mostLines).join('\n')}\n`;

/** What failed, and the table. Its last line is for machines as well as for people. */
export function report(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map((outcome) => outcome.gate.length), 4);
  const rows = outcomes.map(
    ({ gate, seconds, verdict, reason }) =>
      `${verdict === 'passed' ? '  ' : '!!'} ${gate.padEnd(width)} ${seconds.toFixed(1).padStart(7)} s  ${verdict}` +
      (reason === undefined ? '' : ` (${reason})`),
  );
  const count = (verdict: Outcome['verdict']) => outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const skipped = count('NOT RUN') > 0 ? `, ${count('NOT RUN')} skipped` : '';
  return `${outcomes.map(lastWords).join('')}\n${rows.join('\n')}\n\n${count('passed')} passed, ${count('FAILED')} failed${skipped}\n`;
}

export const exitCode = (outcomes: readonly Outcome[]): number =>
  outcomes.some((outcome) => outcome.verdict === 'FAILED') ? 1 : 0;
