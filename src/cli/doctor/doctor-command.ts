// `heard doctor <url…>`: examines somebody's own backend, and says in plain words what is wrong.
import { parseArgs } from 'node:util';
import { HeardError } from '../../errors.ts';
import { loadContract } from '../load-contract.ts';
import { createChart, findingJson, findingText, withoutToken, type Finding } from './finding.ts';
import { patientOf } from './patient.ts';
import type { Rest } from './ask.ts';
import { examineRest, examineSigning } from './rest.ts';
import { apisAmong, placeOf, type Place } from './places.ts';
import { examineSocket } from './socket.ts';

export interface DoctorEnvironment {
  readonly folder: string;
  say(line: string): void;
}

const remediation = 'Run "heard --help" to see what "heard doctor" takes.';

/** Resolves with whether all was well. Each finding is said as it is made. */
export async function runDoctor(args: readonly string[], { folder, say }: DoctorEnvironment): Promise<boolean> {
  const { values, positionals } = parse(args);
  if (positionals.length === 0) {
    throw new HeardError('usage', 'No address was given.', {
      remediation:
        'Give those of the API and of the socket: heard doctor https://api.example.test wss://ws.example.test/socket',
    });
  }
  const addresses = positionals.map(addressOf);
  const patient = patientOf({
    contract: values.contract === undefined ? undefined : await loadContract(values.contract, folder),
    scope: values.scope ?? [],
    role: values.role,
    token: values.token,
    origin: values.origin,
    headers: values.header ?? [],
    timeoutMs: milliseconds('timeout', values.timeout ?? '10'),
    listenMs: milliseconds('listen', values.listen ?? '0'),
  });
  const count = { ok: 0, problem: 0, skipped: 0 };
  const chart = createChart((found: Finding) => {
    const finding = withoutToken(found, patient.token);
    count[finding.verdict] += 1;
    say(values.json === true ? findingJson(finding) : findingText(finding));
  });

  const places: Place[] = [];
  for (const text of addresses) places.push(await placeOf(text, patient, chart));
  const sockets = places.filter(({ kind }) => kind === 'websocket' || kind === 'socket.io' || kind === 'either');
  const isSocketNamed = sockets.length > 0 || addresses.some((text) => new URL(text).protocol.startsWith('ws'));
  let rest: Rest | undefined;
  for (const text of await apisAmong(places, patient, chart)) {
    const examined = await examineRest(text, patient, chart);
    rest ??= examined;
    // With a socket there is a connection to sign for, and that is the better question.
    if (examined !== undefined && !isSocketNamed) await examineSigning(examined, patient, chart);
  }
  const signer = rest ?? (sockets.length < places.length ? 'out of reach' : undefined);
  for (const place of sockets) await examineSocket(place, signer, patient, chart);
  if (!isSocketNamed && patient.channels.length > 0) {
    chart.skipped(
      'subscribe',
      addresses[0] ?? '',
      'no socket was named',
      'Give its address, too: wss://ws.example.test/app/my-key (Pusher), …/socket.io (Socket.IO), or any other (docs/protocol.md).',
    );
  }
  const isWell = count.problem === 0;
  if (values.json === true) say(JSON.stringify({ step: 'all', verdict: isWell ? 'ok' : 'problem', ...count }));
  else
    say(`\n${count.ok} ok, ${count.problem} ${count.problem === 1 ? 'problem' : 'problems'}, ${count.skipped} skipped`);
  return isWell;
}

const options = {
  contract: { type: 'string' },
  role: { type: 'string' },
  scope: { type: 'string', multiple: true },
  token: { type: 'string' },
  origin: { type: 'string' },
  header: { type: 'string', multiple: true },
  timeout: { type: 'string' },
  listen: { type: 'string' },
  json: { type: 'boolean' },
} as const;

function parse(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    // Without what was written: a token may be in it.
    throw new HeardError('usage', 'What "heard doctor" was told was not understood.', { remediation, cause });
  }
}

function addressOf(text: string): string {
  try {
    if (/^(?:https?|wss?):$/.test(new URL(text).protocol)) return text;
  } catch {
    // The same complaint.
  }
  throw new HeardError('usage', `"${text}" is no address.`, {
    remediation: 'Write it out, with https:// (an API) or wss:// (a socket).',
  });
}

function milliseconds(name: string, text: string): number {
  const seconds = /^\d{1,4}(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isNaN(seconds)) return seconds * 1_000;
  throw new HeardError('usage', `"${text}" is no number of seconds.`, { remediation: `Give one: --${name} 5` });
}
