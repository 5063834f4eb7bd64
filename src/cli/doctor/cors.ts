// Whether a browser lets a page ask: the preflight with our headers, and what the answer itself permits.
import type { MutationDefinition } from '../../contract/mutation.ts';
import type { Answer, Rest } from './ask.ts';
import type { Chart } from './finding.ts';
import { troubleOf } from './network-trouble.ts';
import type { Patient } from './patient.ts';

interface CorsQuestion {
  readonly probe: string;
  /** What was answered to a request with this origin. */
  readonly answer: Answer;
  readonly origin: string;
  readonly patient: Patient;
}

export async function examineCors(
  rest: Rest,
  { probe, answer, origin, patient }: CorsQuestion,
  chart: Chart,
): Promise<void> {
  const { token, contract } = patient;
  const asksToken = token !== undefined || (contract !== undefined && contract.connection.auth.kind !== 'none');
  // What the client sends beyond what browsers always permit, and what the app adds.
  const headers = [
    ...(asksToken ? ['authorization'] : []),
    'content-type',
    ...patient.headers.map((name) => name.toLowerCase()),
  ];
  const preflight = await rest.ask(probe, {
    method: 'OPTIONS',
    headers: {
      'access-control-request-method': 'POST',
      'access-control-request-headers': headers.sort().join(','),
    },
    // A browser shows no token before it may.
    showsToken: false,
  });
  const at = `a page of ${origin}`;
  if (preflight.kind === 'none') {
    const { what, remedy } = troubleOf(preflight.code);
    return chart.problem('cors', at, `no answer to the preflight: ${what}`, remedy);
  }
  const isPermitted = ({ header }: Answer): boolean =>
    ['*', origin].includes(header('access-control-allow-origin') ?? '');
  if (preflight.status < 200 || preflight.status >= 300) {
    return chart.problem(
      'cors',
      at,
      `the preflight (OPTIONS) is answered with ${preflight.status}`,
      'Answer OPTIONS with 204 before anything asks for a token, for every path of the API.',
    );
  }
  if (!isPermitted(preflight)) {
    return chart.problem(
      'cors',
      at,
      'it may not ask: the preflight does not name its origin, and a browser calls that a network error',
      `Send "access-control-allow-origin: ${origin}". In Laravel: allowed_origins in config/cors.php.`,
    );
  }
  const allowed = wordsIn(preflight.header('access-control-allow-headers'));
  // "*" stands for everything but the one header that lets somebody in.
  const missing = headers.filter(
    (name) => !allowed.includes(name) && (name === 'authorization' || !allowed.includes('*')),
  );
  if (missing.length > 0) {
    return chart.problem(
      'cors',
      at,
      `it may not send ${missing.join(', ')}`,
      `Add to "access-control-allow-headers": ${missing.join(', ')}.`,
    );
  }
  const methods = wordsIn(preflight.header('access-control-allow-methods'));
  const needed = [...new Set([...(contract?.mutations.values() ?? [])].map(methodOf))];
  const unknown = needed.filter((method) => !simple.has(method) && !methods.includes(method) && !methods.includes('*'));
  if (unknown.length > 0) {
    const names = unknown.map((method) => method.toUpperCase()).join(', ');
    return chart.problem('cors', at, `it may not use ${names}`, `Add to "access-control-allow-methods": ${names}.`);
  }
  if (!isPermitted(answer)) {
    return chart.problem(
      'cors',
      at,
      'the preflight permits it, and the answer itself does not',
      'Send "access-control-allow-origin" with every answer, errors included.',
    );
  }
  const exposed = wordsIn(answer.header('access-control-expose-headers'));
  const hidden = ['date', 'retry-after'].filter((name) => !exposed.includes(name) && !exposed.includes('*'));
  const remark =
    hidden.length === 0 ? '' : `; it cannot read ${hidden.join(' and ')}, which costs precision and nothing else`;
  chart.ok('cors', at, `it may send ${headers.join(', ')}${remark}`);
}

/** Those that need no permission. */
const simple: ReadonlySet<string> = new Set(['get', 'head', 'post']);

const methodOf = ({ carrier }: MutationDefinition): string =>
  carrier.kind === 'http' ? carrier.method.toLowerCase() : 'post';

const wordsIn = (text: string | undefined): readonly string[] =>
  (text ?? '').split(',').map((word) => word.trim().toLowerCase());
