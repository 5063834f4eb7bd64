// `npm test`: every gate of tools/gates.ts. `--only a,b` runs some, `--fast` the quick ones, `--full` the long versions.
import { findOrInstallChromium } from './chromium.ts';
import { gates } from './gates.ts';
import { passOnSignals } from './runner/child.ts';
import { exitCode, report } from './runner/report.ts';
import { runGates } from './runner/run.ts';
import { select, type Selection } from './runner/selection.ts';

function selected(): Selection {
  try {
    return select(gates, process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return process.exit(2);
  }
}

passOnSignals();
const outcomes = await runGates(selected(), {
  provide: () => findOrInstallChromium(),
  print: (text) => process.stdout.write(text),
  allowMissing: process.env['HEARD_ALLOW_NO_BROWSER'] === '1',
});
process.stdout.write(report(outcomes));
process.exitCode = exitCode(outcomes);
