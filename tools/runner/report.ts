import type { Outcome } from './gate.ts';

/** The table at the end. Its last line is for machines as well as for people. */
export function report(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map((outcome) => outcome.gate.length), 4);
  const rows = outcomes.map(
    ({ gate, seconds, verdict, reason }) =>
      `${verdict === 'passed' ? '  ' : '!!'} ${gate.padEnd(width)} ${seconds.toFixed(1).padStart(7)} s  ${verdict}` +
      (reason === undefined ? '' : ` (${reason})`),
  );
  const count = (verdict: Outcome['verdict']) => outcomes.filter((outcome) => outcome.verdict === verdict).length;
  const skipped = count('NOT RUN') > 0 ? `, ${count('NOT RUN')} skipped` : '';
  return `\n${rows.join('\n')}\n\n${count('passed')} passed, ${count('FAILED')} failed${skipped}\n`;
}

export const exitCode = (outcomes: readonly Outcome[]): number =>
  outcomes.some((outcome) => outcome.verdict === 'FAILED') ? 1 : 0;
