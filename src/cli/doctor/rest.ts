// The REST interface of a backend, step by step: is it there, does it answer as the contract says, may pages ask it.
import { withSearch } from '../../contract/request.ts';
import type { ResourceDefinition } from '../../contract/resource.ts';
import { validate } from '../../contract/schema.ts';
import { isRecord } from '../../lib/json.ts';
import { ask, type Answer, type NoAnswer, type Rest } from './ask.ts';
import { examineCors } from './cors.ts';
import { shapesOf } from './events.ts';
import type { Chart } from './finding.ts';
import { pathOf, probeOf, type Patient } from './patient.ts';
import { signaturesOf } from './signing.ts';
import { troubleIn } from './verdicts.ts';

/** The way to the backend for other steps; `undefined` when there is none. */
export async function examineRest(text: string, patient: Patient, chart: Chart): Promise<Rest | undefined> {
  const base = text.replace(/\/+$/, '');
  const { token, origin, timeoutMs, contract } = patient;
  const rest: Rest = {
    base,
    ask: (path, { showsToken = true, ...question } = {}) =>
      ask(path === '' ? text : `${base}/${path.replace(/^\//, '')}`, {
        ...question,
        timeoutMs,
        headers: {
          ...(token !== undefined && showsToken && { authorization: `Bearer ${token}` }),
          ...(origin !== undefined && { origin }),
          ...question.headers,
        },
      }),
  };
  const probe = probeOf(patient);
  const answer = await rest.ask(probe);
  if (isForBackends(text, answer)) {
    chart.skipped(
      'reachable',
      text,
      'this is how the HTTP API of a Pusher server is spelt: backends publish there, and no device asks it',
      'Give the address of the API that devices ask, and of the socket: wss://ws.example.test/app/my-key',
    );
    return undefined;
  }
  if (!isReached(answer, text, patient, chart)) return undefined;
  examineClock(answer, text, chart);
  if (origin === undefined) {
    chart.skipped('cors', text, 'no page was named', 'Say from where pages ask: --origin https://till.example.test');
  } else await examineCors(rest, { probe, answer, origin, patient }, chart);
  if (contract === undefined) {
    chart.skipped('lists', text, 'no contract was named', 'Say which backend it is: --contract laravel-pos');
    return rest;
  }
  for (const [name, definition] of patient.resources) await examineList(rest, { name, definition, patient }, chart);
  await examineReplay(rest, patient, chart);
  return rest;
}

const isForBackends = (text: string, answer: Answer | NoAnswer): boolean =>
  /^\/apps\/[^/]+\/?$/.test(new URL(text).pathname) && answer.kind === 'answer' && answer.status === 404;

/** Whether somebody answered who can be asked further questions. */
function isReached(
  answer: Answer | NoAnswer,
  at: string,
  { token, contract }: Patient,
  chart: Chart,
): answer is Answer {
  const trouble = troubleIn(answer, token);
  const isThere = answer.kind === 'answer' && (answer.status < 300 || answer.status >= 400);
  if (answer.kind === 'answer' && isThere && (contract === undefined || trouble === undefined || !answer.isHtml)) {
    chart.ok('reachable', at, `answers (${answer.status}) in ${answer.receivedAtMs - answer.sentAtMs} ms`);
    return true;
  }
  chart.problem('reachable', at, trouble?.what ?? 'no answer', trouble?.remedy ?? 'Look at the server’s log.');
  return false;
}

const wrongFromMs = 60_000;

function examineClock({ header, sentAtMs, receivedAtMs }: Answer, at: string, chart: Chart): void {
  const said = header('date') ?? '';
  const saidMs = said.endsWith(' GMT') ? Date.parse(said) : Number.NaN;
  if (Number.isNaN(saidMs)) {
    return chart.skipped(
      'clock',
      at,
      'the server does not say what time it is',
      'Send the Date header: devices with wrong clocks need it.',
    );
  }
  // The header has whole seconds, and was written somewhere between the question and its answer.
  const offsetMs = saidMs + 500 - (sentAtMs + receivedAtMs) / 2;
  const text = `${spanOf(Math.abs(offsetMs))} ${offsetMs < 0 ? 'behind' : 'ahead of'} this machine`;
  if (Math.abs(offsetMs) <= wrongFromMs) return chart.ok('clock', at, `the server’s clock is ${text}`);
  chart.problem(
    'clock',
    at,
    `the server’s clock is ${text}`,
    'Set both by the network (NTP): tokens and orders have times.',
  );
}

/** As one would say it: nobody reads 36 000 s as ten hours. */
function spanOf(ms: number): string {
  for (const [unit, unitMs] of spans) if (ms >= 2 * unitMs) return `${Math.round(ms / unitMs)} ${unit}`;
  return `${(ms / 1_000).toFixed(1)} s`;
}

const spans = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
] as const;

interface ListQuestion {
  readonly name: string;
  readonly definition: ResourceDefinition;
  readonly patient: Patient;
}

async function examineList(rest: Rest, { name, definition, patient }: ListQuestion, chart: Chart): Promise<void> {
  const at = definition.path;
  const answer = await rest.ask(pathOf(definition, patient.scope));
  const trouble = troubleIn(answer, patient.token);
  if (trouble !== undefined || answer.kind === 'none' || !answer.body.ok) {
    return chart.problem('lists', at, trouble?.what ?? 'no answer', trouble?.remedy ?? 'Look at the server’s log.');
  }
  const page = definition.page(answer.body.value, { scope: patient.scope });
  if (page === undefined) {
    return chart.problem(
      'lists',
      at,
      `the answer is no list of ${name} as the contract has it`,
      'Answer with the rows, or with { "data": [rows] }; see the contract’s documentation.',
    );
  }
  const broken = page.rows.flatMap((row) => {
    const checked = validate(definition.row, row);
    return checked.ok ? [] : [checked.mismatches.map(({ path, because }) => `${path} ${because}`).join('; ')];
  });
  if (broken.length > 0) {
    const what = `${broken.length} of ${page.rows.length} rows are not as the contract says: ${broken[0]}`;
    return chart.problem('lists', at, what, 'Mend the row, or describe it in the contract with extendContract().');
  }
  chart.ok(
    'lists',
    at,
    `${page.rows.length} rows, all as the contract says${page.tombstones ? ', with what was deleted' : ''}`,
  );
}

async function examineReplay(rest: Rest, patient: Patient, chart: Chart): Promise<void> {
  const { contract } = patient;
  if (contract?.replay === undefined) {
    return chart.skipped('replay', rest.base, 'this contract has none: what was missed is read from lists');
  }
  const counted = patient.channels.filter(({ definition }) => definition.position !== 'none');
  const shapes = shapesOf(contract);
  for (const { wire } of counted) await replayOf(wire);
  shapes.tell(rest.base, chart);

  async function replayOf(wire: string, seq = 0): Promise<void> {
    const replay = contract?.replay;
    if (replay === undefined) return;
    const path = withSearch(replay.path, replay.search({ channel: wire, seq, limit: 100 }));
    const answer = await rest.ask(path);
    const body = answer.kind === 'answer' && answer.body.ok ? answer.body.value : undefined;
    if (answer.kind === 'answer' && answer.status === 404) {
      return chart.skipped(
        'replay',
        wire,
        'not offered here (404): what was missed is read from lists',
        `Serve GET ${replay.path}: replayHandler of heard/emit does.`,
      );
    }
    if (answer.kind === 'answer' && answer.status === 410) {
      const gone = replay.gone(body);
      if (gone?.floorSeq === undefined || gone.floorSeq - 1 <= seq) {
        return chart.problem(
          'replay',
          wire,
          'events are gone (410), and it is not said from where on there are some',
          'Answer 410 with { floor_seq, head_seq, epoch }.',
        );
      }
      return replayOf(wire, gone.floorSeq - 1);
    }
    const trouble = troubleIn(answer, patient.token);
    if (trouble !== undefined) return chart.problem('replay', wire, trouble.what, trouble.remedy);
    const page = replay.page(body);
    const missing = (['epoch', 'headSeq'] as const).filter((name) => page?.[name] === undefined);
    if (page === undefined || missing.length > 0) {
      const what =
        page === undefined ? 'the answer is no page of events' : `the page does not say ${missing.join(' and ')}`;
      return chart.problem(
        'replay',
        wire,
        what,
        'Answer with { epoch, head_seq, floor_seq, events, next_seq, has_more }: replayHandler of heard/emit does.',
      );
    }
    for (const payload of page.events) shapes.look({ channel: wire, name: nameIn(payload), payload });
    chart.ok('replay', wire, `${page.events.length} events, the newest position is ${page.headSeq}`);
  }
}

/** Without a socket: does the endpoint that signs channels answer, and for which channels. */
export async function examineSigning(rest: Rest, patient: Patient, chart: Chart): Promise<void> {
  if (patient.contract?.connection.auth.kind !== 'channel') return;
  const sign = signaturesOf(rest, patient, chart);
  for (const channel of patient.channels) if (channel.needsSignature) await sign(channel, '1234.5678');
}

/** A replayed event has its name inside. */
function nameIn(payload: unknown): string {
  const name = isRecord(payload) ? (payload['event'] ?? payload['name']) : undefined;
  return typeof name === 'string' ? name : '';
}
