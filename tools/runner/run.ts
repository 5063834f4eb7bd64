import { runChild } from './child.ts';
import type { Gate, Need, Outcome, Provision } from './gate.ts';
import type { Selection } from './selection.ts';

export interface Surroundings {
  readonly provide: (need: Need) => Provision;
  readonly print: (text: string) => void;
  /** Set by whoever accepts a run without a browser; the result says so. */
  readonly allowMissing: boolean;
}

/** Runs every gate, whatever the others say. The fast ones go first and two at a time, the others alone. */
export async function runGates(selection: Selection, surroundings: Surroundings): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const waiting = selection.gates.filter((gate) => gate.fast === true);
  const lane = async (): Promise<void> => {
    for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
      outcomes.set(gate.name, await runGate(gate, true));
    }
  };
  await Promise.all([lane(), lane()]);
  for (const gate of selection.gates) {
    if (gate.fast !== true) outcomes.set(gate.name, await runGate(gate, false));
  }
  return selection.gates.flatMap((gate) => outcomes.get(gate.name) ?? []);

  async function runGate(gate: Gate, hold: boolean): Promise<Outcome> {
    const heading = `\n=== ${gate.name}: ${gate.proves}\n`;
    const obstacle = prepare(gate);
    if (obstacle.kind === 'stop') {
      surroundings.print(`${heading}${'!'.repeat(100)}\n${obstacle.verdict}: ${obstacle.reason}\n${'!'.repeat(100)}\n`);
      return { gate: gate.name, seconds: 0, verdict: obstacle.verdict, reason: obstacle.reason };
    }
    if (!hold) surroundings.print(heading);
    const env = { ...obstacle.env, HEARD_LENGTH: selection.length };
    const { ok, seconds, output } = await runChild(gate.command, {
      env,
      listen: hold ? () => undefined : surroundings.print,
    });
    if (hold) surroundings.print(heading + output);
    return { gate: gate.name, seconds, ...(ok ? { verdict: 'passed' } : { verdict: 'FAILED', output }) };
  }

  function prepare(
    gate: Gate,
  ):
    | { readonly kind: 'go'; readonly env: Readonly<Record<string, string>> }
    | { readonly kind: 'stop'; readonly verdict: 'FAILED' | 'NOT RUN'; readonly reason: string } {
    if (gate.after !== undefined && outcomes.get(gate.after)?.verdict !== 'passed') {
      return { kind: 'stop', verdict: 'FAILED', reason: `not run, because ${gate.after} did not pass` };
    }
    if (gate.needs === undefined) return { kind: 'go', env: {} };
    const provision = surroundings.provide(gate.needs);
    if (provision.met) return { kind: 'go', env: provision.env };
    return { kind: 'stop', verdict: surroundings.allowMissing ? 'NOT RUN' : 'FAILED', reason: provision.reason };
  }
}
