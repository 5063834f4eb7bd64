// `heard dev` as a stranger starts it from an installed package: how soon it answers, what, and that it ends when told.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a person waits for without wondering. */
const mostMs = 3_000;
/** When it is given up. */
const patienceMs = 30_000;

interface Start {
  readonly called: string;
  readonly file: string;
  readonly args: readonly string[];
  /** npx has a start of its own, which is not ours to shorten on a busy machine: the quickest of so many counts. */
  readonly attempts: number;
  /** npm tells of signals and of its settings in its own way; what counts there is that it is over. */
  readonly isOurs: boolean;
}

interface Tried {
  /** Until the first answer. */
  readonly tookMs: number;
  readonly problems: readonly string[];
}

const dev = ['dev', '--port', '0', '--json'];

export async function devServerProblems(folder: string): Promise<readonly string[]> {
  const starts: readonly Start[] = [
    {
      called: 'node dist/cli.js dev',
      file: process.execPath,
      args: [join('node_modules', 'heard', 'dist', 'cli.js'), ...dev],
      attempts: 1,
      isOurs: true,
    },
    {
      called: 'npx heard dev',
      file: process.platform === 'win32' ? 'npx.cmd' : 'npx',
      args: ['--no-install', 'heard', ...dev],
      attempts: 3,
      isOurs: false,
    },
  ];
  const problems: string[] = [];
  // One after the other: each is timed.
  for (const start of starts) {
    const found = await problemsOf(start, folder);
    problems.push(...found.map((problem) => `${start.called}: ${problem}`));
  }
  return problems;
}

async function problemsOf(start: Start, folder: string): Promise<readonly string[]> {
  let tried: Tried = { tookMs: Infinity, problems: [] };
  for (let left = start.attempts; left > 0 && tried.tookMs > mostMs && tried.problems.length === 0; left -= 1) {
    tried = await attempt(start, folder);
  }
  const { tookMs, problems } = tried;
  const isLate = problems.length === 0 && tookMs > mostMs;
  return isLate ? [`its first answer came after ${Math.round(tookMs)} ms`] : problems;
}

async function attempt({ called, file, args, isOurs }: Start, folder: string): Promise<Tried> {
  const startedAt = performance.now();
  const child = spawn(file, [...args], {
    cwd: folder,
    // The link starts whatever Node is first on the path; a production machine would refuse it.
    env: {
      ...process.env,
      NODE_ENV: 'development',
      PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    // A group of its own, because npx passes on nothing to what it has started.
    detached: process.platform !== 'win32',
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  child.on('error', ({ message }) => (complaint += message));
  const tell = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null) return;
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  };
  const ended = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  const isTooLate = AbortSignal.timeout(patienceMs);
  isTooLate.addEventListener('abort', () => tell('SIGKILL'));
  try {
    const firstLine = once(createInterface(child.stdout), 'line', { signal: isTooLate }) as Promise<[string]>;
    const [listening] = await Promise.race([firstLine, ended.then(() => Promise.reject(new Error('it ended')))]);
    const { url } = JSON.parse(listening) as { readonly url: string };
    const problems = [await wrongWith(`${url}/`, {}, (body) => isOf(body, 'addresses'))];
    const tookMs = performance.now() - startedAt;
    problems.push(
      await wrongWith(`${url}/laravel-pos/v1/orders`, { authorization: 'Bearer dev-pos' }, (body) =>
        isOf(body, 'data'),
      ),
    );
    console.log(`${called}: the first answer after ${Math.round(tookMs)} ms`);
    tell('SIGTERM');
    const [code, signal] = await ended;
    if (isOurs && code !== 0) problems.push(`it ended with ${code ?? signal ?? 'nothing'} when it was told to stop`);
    if (isOurs && complaint !== '') problems.push(`it complained: ${complaint}`);
    return { tookMs, problems: problems.filter((problem) => problem !== undefined) };
  } catch (error) {
    tell('SIGKILL');
    return { tookMs: Infinity, problems: [`${error instanceof Error ? error.message : String(error)} ${complaint}`] };
  }
}

const isOf = (body: unknown, member: string): boolean => typeof body === 'object' && body !== null && member in body;

async function wrongWith(
  url: string,
  headers: Readonly<Record<string, string>>,
  isRight: (body: unknown) => boolean,
): Promise<string | undefined> {
  const answer = await fetch(url, { headers });
  const text = await answer.text();
  if (answer.ok && isRight(JSON.parse(text))) return undefined;
  return `${new URL(url).pathname} was answered with ${answer.status} ${text.slice(0, 200)}`;
}
