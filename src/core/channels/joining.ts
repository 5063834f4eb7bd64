// One channel on its way in, as a pure machine: `step(state, input, moment)` gives the next state and what to do about
// it. Time and randomness come in with `moment`, tokens never do. SPEC.md has the diagram and the rules (J1 …).
//
//   linkless ─ link up ─▶ queued ─ called ─▶ authorising ─ granted ─▶ joining ─ joined ─▶ joined
//      ▲                     ▲                  │ 401                  │                   │
//      │ link down           └─── renewing ◀────┤                      │ refused, 10 s     │ refused
//   (anywhere)                    resting, denied ◀────────────────────┴───────────────────┘

import type { Everybody } from '../../transports/transport.ts';
import type { AuthoriseAnswer } from './authorise.ts';
import { judged, ownDenials, type Denial } from './denial.ts';
import type { JoiningSettings } from './settings.ts';

/** What the server wants to see before it lets somebody in. */
export type Needs = 'nothing' | 'signature' | 'token';

/** Whether somebody can sign for this socket. */
export type Signing = 'possible' | 'no-endpoint' | 'no-socket-id';

interface Phases {
  /** Nobody wants it. Kept for what may still arrive, and so that coming back shortens no wait. */
  readonly unwanted: { readonly after: Phase<'resting' | 'denied'> | undefined };
  readonly linkless: object;
  /** It is another's turn to ask the server. */
  readonly queued: object;
  readonly authorising: { readonly question: number; readonly dueAtMs: number };
  /** The app was asked for another token. */
  readonly renewing: { readonly ask: number; readonly dueAtMs: number };
  readonly joining: { readonly dueAtMs: number };
  /** `doubtUntilMs`: the answer may have been that to an earlier `join`, which a `leave` has followed. */
  readonly joined: { readonly sinceMs: number; readonly doubtUntilMs: number | undefined };
  /** `firm`: the server wants it so, and a new link does not shorten it. */
  readonly resting: { readonly untilMs: number; readonly firm: boolean };
  /** `hastened`: a new token has come, and it will be tried. */
  readonly denied: { readonly untilMs: number; readonly hastened: boolean };
}

type PhaseName = keyof Phases;
type Phase<P extends PhaseName = PhaseName> = { readonly [K in P]: { readonly name: K } & Phases[K] }[P];

interface Inputs {
  readonly wanted: object;
  readonly unwanted: object;
  readonly linkUp: { readonly generation: number; readonly signing: Signing };
  readonly linkDown: { readonly generation: number };
  /** Its turn in the queue has come. */
  readonly called: object;
  readonly authorised: { readonly question: number; readonly answer: AuthoriseAnswer };
  readonly tokenAnswered: { readonly ask: number; readonly token: 'new' | 'unchanged' | 'missing' };
  readonly tokenFailed: { readonly ask: number };
  /** There is a newer token than the last one that was refused. */
  readonly tokenChanged: object;
  readonly joined: { readonly generation: number; readonly everybody: Everybody | undefined };
  readonly refused: { readonly generation: number; readonly status: number | undefined };
  /** The moment of {@link dueAtMs} has come, or is near: early and late are both expected. */
  readonly tick: object;
}

type InputKind = keyof Inputs;
type TableInput<I extends InputKind = InputKind> = { readonly [K in I]: { readonly kind: K } & Inputs[K] }[I];

/** What a channel is told. */
export type JoiningInput = TableInput;

export type JoiningEffect =
  /** Give me a turn when there is one. */
  | { readonly kind: 'queue' }
  | { readonly kind: 'authorise'; readonly question: number }
  /** Nobody waits for the answer any more. */
  | { readonly kind: 'abandon'; readonly question: number }
  | { readonly kind: 'renew'; readonly ask: number }
  | { readonly kind: 'join'; readonly generation: number; readonly signature: Signature | undefined }
  | { readonly kind: 'leave'; readonly generation: number }
  /** The server has more questions than it can answer: nobody should ask for so long. */
  | { readonly kind: 'flooded'; readonly forMs: number }
  | { readonly kind: 'tell-joined'; readonly generation: number; readonly everybody: Everybody | undefined }
  | { readonly kind: 'tell-left' }
  | { readonly kind: 'tell-denied'; readonly denial: Denial };

type Signature = Extract<AuthoriseAnswer, { readonly kind: 'granted' }>;

/** What outlives a phase. */
interface Memory {
  readonly link: { readonly generation: number; readonly signing: Signing } | undefined;
  /** How many `join`s the server has not answered. */
  readonly owed: number;
  /** The server has let it in before, on this link. */
  readonly wasIn: boolean;
  /** When the newest `join` of this link was sent. */
  readonly sentAtMs: number;
  /** Until then, what comes may be about an earlier `join` of this link than the newest. */
  readonly echoUntilMs: number;
  /** Number of the newest question, and of the newest ask for a token. */
  readonly asked: number;
  /** The socket refused a signature, and a fresh one was got for it. */
  readonly signedAgain: boolean;
  /** A refused token was replaced. */
  readonly renewed: boolean;
  /** In a row, without having been in for long. */
  readonly failures: number;
  /** Until it is in, whatever is tried meanwhile. */
  readonly denial: Denial | undefined;
}

export interface JoiningState {
  readonly phase: Phase;
  readonly memory: Memory;
}

/** Everything from outside that a step may depend on, read once before it. */
export interface Moment {
  readonly nowMs: number;
  /** From 0 up to 1; one for each step. */
  readonly random: number;
}

export interface Step {
  readonly state: JoiningState;
  readonly effects: readonly JoiningEffect[];
}

export interface JoiningOptions {
  readonly settings: JoiningSettings;
  readonly needs: Needs;
  /** Whether there is anybody to ask for a token. */
  readonly asksForTokens: boolean;
}

interface Turn extends JoiningOptions {
  readonly memory: Memory;
  readonly moment: Moment;
}

type Cell<P extends PhaseName, I extends InputKind> = (phase: Phase<P>, input: TableInput<I>, turn: Turn) => Step;
type Row<P extends PhaseName> = { readonly [I in InputKind]: Cell<P, I> };
type Table = { readonly [P in PhaseName]: Row<P> };

/** `asked`: the highest number of a question that may still be answered late. */
export function initialState(asked = 0): JoiningState {
  const memory: Memory = { ...forgotten, ...unlinkedMemory, asked };
  return { phase: { name: 'unwanted', after: undefined }, memory };
}

const unlinkedMemory = {
  link: undefined,
  owed: 0,
  wasIn: false,
  sentAtMs: -Infinity,
  echoUntilMs: -Infinity,
  signedAgain: false,
} as const;

const forgotten = { signedAgain: false, renewed: false, failures: 0, denial: undefined } as const;

// What the cells are made of. An entry of the table is one of these, or a line that calls one.

const same = (phase: Phase, { memory }: Turn): Step => ({ state: { phase, memory }, effects: [] });
const stay = (phase: Phase, _: TableInput, turn: Turn): Step => same(phase, turn);

const remembering = (turn: Turn, changes: Partial<Memory>): Turn => ({
  ...turn,
  memory: { ...turn.memory, ...changes },
});

const to = (phase: Phase, { memory }: Turn, ...effects: readonly JoiningEffect[]): Step => ({
  state: { phase, memory },
  effects,
});

const after = (effects: readonly JoiningEffect[], { state, effects: more }: Step): Step => ({
  state,
  effects: [...effects, ...more],
});

/** The way in from the start, on whatever link there is. */
function begin(turn: Turn): Step {
  const { link } = turn.memory;
  if (link === undefined) return to({ name: 'linkless' }, turn);
  if (turn.needs !== 'signature') return join(turn, link.generation, undefined);
  if (link.signing === 'no-endpoint') return deny(turn, ownDenials.noEndpoint);
  if (link.signing === 'no-socket-id') return deny(turn, ownDenials.noSocketId);
  return to({ name: 'queued' }, turn, { kind: 'queue' });
}

function join(turn: Turn, generation: number, signature: Signature | undefined): Step {
  const { memory, settings } = turn;
  const { nowMs } = turn.moment;
  const isEchoing = memory.owed > 0 || memory.wasIn;
  const echoUntilMs = isEchoing ? memory.sentAtMs + settings.lateAnswerMs : -Infinity;
  // What has not come by then will not come.
  const owed = nowMs < echoUntilMs ? memory.owed + 1 : 1;
  const owing = remembering(turn, { owed, echoUntilMs, sentAtMs: nowMs });
  return to({ name: 'joining', dueAtMs: nowMs + settings.joinTimeoutMs }, owing, {
    kind: 'join',
    generation,
    signature,
  });
}

function ask(turn: Turn): Step {
  const question = turn.memory.asked + 1;
  const dueAtMs = turn.moment.nowMs + turn.settings.authoriseTimeoutMs;
  const asking = remembering(turn, { asked: question });
  return to({ name: 'authorising', question, dueAtMs }, asking, { kind: 'authorise', question });
}

function renew(turn: Turn): Step {
  const number = turn.memory.asked + 1;
  const dueAtMs = turn.moment.nowMs + turn.settings.tokenTimeoutMs;
  const asking = remembering(turn, { asked: number });
  return to({ name: 'renewing', ask: number, dueAtMs }, asking, { kind: 'renew', ask: number });
}

/** Full jitter, and what the server asked for below it. NaN and negative values come from headers. */
function restMs({ memory, moment, settings }: Turn, retryAfterMs: number | undefined): number {
  // 2 ** 1024 is Infinity, and Infinity times a random 0 is no time at all.
  const ceilingMs = Math.min(settings.backoffCapMs, settings.backoffBaseMs * 2 ** Math.min(memory.failures, 30));
  return Math.min(Math.max(retryAfterMs ?? 0, 0) || 0, settings.retryAfterCapMs) + moment.random * ceilingMs;
}

function rest(turn: Turn, firm: boolean, retryAfterMs?: number, flooded = false): Step {
  const forMs = restMs(turn, retryAfterMs);
  const next = remembering(turn, { failures: turn.memory.failures + 1 });
  const resting: Phase = { name: 'resting', untilMs: turn.moment.nowMs + forMs, firm };
  return flooded ? to(resting, next, { kind: 'flooded', forMs }) : to(resting, next);
}

function deny(turn: Turn, denial: Denial, retryAfterMs?: number): Step {
  const { memory, moment, settings } = turn;
  const ownMs = settings.deniedProbeMs * (1 + moment.random / 2);
  const next = remembering(turn, {
    failures: memory.failures + 1,
    denial,
    // Where the token was good, its successor deserves to be replaced, too.
    renewed: memory.renewed && denial.reason === 'auth-required',
  });
  const untilMs = moment.nowMs + Math.max(ownMs, restMs(turn, retryAfterMs));
  const known = memory.denial?.reason === denial.reason && memory.denial.status === denial.status;
  return to(
    { name: 'denied', untilMs, hastened: false },
    next,
    ...(known ? [] : [{ kind: 'tell-denied' as const, denial }]),
  );
}

/** The server said no, to the question for a signature or on the socket. The one place that decides what follows. */
function follow(turn: Turn, status: number | undefined, by: 'endpoint' | 'socket', retryAfterMs?: number): Step {
  const judgement = judged(status);
  switch (judgement.kind) {
    case 'retry':
      return rest(turn, status !== undefined, retryAfterMs, by === 'endpoint' && status === 429);
    case 'denied':
      return deny(turn, judgement.denial, retryAfterMs);
    case 'unauthorised':
  }
  const { signedAgain, renewed } = turn.memory;
  // The signature may have been for another socket than the one that it reached: that says nothing of the token.
  if (by === 'socket' && turn.needs === 'signature' && !signedAgain) {
    return begin(remembering(turn, { signedAgain: true }));
  }
  if (turn.needs === 'nothing' || renewed || !turn.asksForTokens) return deny(turn, ownDenials.tokenRefused);
  return renew(turn);
}

function answered(phase: Phase<'authorising'>, input: TableInput<'authorised'>, turn: Turn): Step {
  const { link } = turn.memory;
  if (input.question !== phase.question || link === undefined) return same(phase, turn);
  const { answer } = input;
  switch (answer.kind) {
    case 'granted':
      return join(turn, link.generation, answer);
    case 'refused':
      return follow(turn, answer.status, 'endpoint', answer.retryAfterMs);
    case 'failed':
  }
  return rest(turn, answer.retryAfterMs !== undefined, answer.retryAfterMs);
}

function tokenAnswered(phase: Phase<'renewing'>, input: TableInput<'tokenAnswered'>, turn: Turn): Step {
  if (input.ask !== phase.ask) return same(phase, turn);
  switch (input.token) {
    case 'new':
      return begin(remembering(turn, { renewed: true }));
    case 'unchanged':
      return deny(turn, ownDenials.tokenUnchanged);
    case 'missing':
  }
  return deny(turn, ownDenials.tokenMissing);
}

const answeredJoin = (turn: Turn): Turn => remembering(turn, { owed: Math.max(0, turn.memory.owed - 1) });

/** An answer to a `join` that a `leave` has followed, or a repeated one: it only settles what the server owes. */
const settle = (phase: Phase, _: TableInput, turn: Turn): Step => same(phase, answeredJoin(turn));

/** Also after a refusal, which may be an older one's: outside of `joining` and `joined` the last word to the server is this. */
const leaving = ({ memory }: Turn): readonly JoiningEffect[] =>
  memory.link === undefined ? [] : [{ kind: 'leave', generation: memory.link.generation }];

function letIn(turn: Turn, { generation, everybody }: TableInput<'joined'>, doubtUntilMs: number | undefined): Step {
  const next = remembering(turn, { denial: undefined, wasIn: true });
  const joined: Phase = { name: 'joined', sinceMs: turn.moment.nowMs, doubtUntilMs };
  return to(joined, next, { kind: 'tell-joined', generation, everybody });
}

function admitted(input: TableInput<'joined'>, turn: Turn): Step {
  const { sentAtMs, echoUntilMs } = turn.memory;
  return letIn(answeredJoin(turn), input, sentAtMs < echoUntilMs ? sentAtMs + turn.settings.lateAnswerMs : undefined);
}

/** The answer before may have been an older one's: then there was a time between when the server had let go
 * of us. It may as well be the same said twice, so the proof is not this one's. */
function admittedAgain(phase: Phase<'joined'>, input: TableInput<'joined'>, turn: Turn): Step {
  const next = answeredJoin(turn);
  if (phase.doubtUntilMs === undefined) return same(phase, next);
  return after([{ kind: 'tell-left' }], letIn(next, input, phase.doubtUntilMs));
}

/** Who was in for long starts from a clean slate; who is thrown out at once must not come back at once for ever. */
const stayedLong = (phase: Phase<'joined'>, { moment, settings }: Turn): boolean =>
  moment.nowMs - phase.sinceMs >= settings.stableAfterMs;

const settled = (phase: Phase<'joined'>, turn: Turn): Turn =>
  stayedLong(phase, turn) ? remembering(turn, forgotten) : turn;

const linkless = (turn: Turn): Step => to({ name: 'linkless' }, remembering(turn, unlinkedMemory));

const unlinked = (phase: Phase, turn: Turn): Step => same(phase, remembering(turn, unlinkedMemory));

const linked = (input: TableInput<'linkUp'>, turn: Turn): Turn =>
  remembering(turn, { link: { generation: input.generation, signing: input.signing } });

const abandon = (phase: Phase<'authorising'>): JoiningEffect => ({ kind: 'abandon', question: phase.question });

const unwanted = (turn: Turn, wait?: Phase<'resting' | 'denied'>): Step =>
  to({ name: 'unwanted', after: wait }, wait === undefined ? remembering(turn, forgotten) : turn);

/** On a new link a wait is over that was only about the old one, or about the network. */
const isPast = (wait: Phase<'resting' | 'denied'> | undefined, { moment }: Turn): boolean =>
  wait === undefined || moment.nowMs >= wait.untilMs || (wait.name === 'resting' && !wait.firm);

/** A component that is mounted anew because its channel is closed must not open it again at once. */
function wantedAgain(phase: Phase<'unwanted'>, turn: Turn): Step {
  const { after: wait } = phase;
  const { denial } = turn.memory;
  if (wait === undefined || turn.moment.nowMs >= wait.untilMs) return begin(remembering(turn, forgotten));
  return to(wait, turn, ...(denial === undefined ? [] : [{ kind: 'tell-denied' as const, denial }]));
}

/** Another token may be another user's: worth a look before the hour, and no more often than the backoff allows. */
function hastened(phase: Phase<'denied'>, turn: Turn): Phase<'denied'> {
  if (phase.hastened) return phase;
  const untilMs = Math.min(phase.untilMs, turn.moment.nowMs + restMs(turn, undefined));
  return { ...phase, untilMs, hastened: true };
}

/** A look without a new token may ask for one; one with it has it. Otherwise callbacks that always have another would be a loop. */
function look(phase: Phase<'denied'>, turn: Turn): Step {
  if (turn.moment.nowMs < phase.untilMs) return same(phase, turn);
  return begin(remembering(turn, { signedAgain: false, renewed: phase.hastened && turn.memory.renewed }));
}

/** Every phase with every input: a missing cell does not compile. `stay` is an answer, too, and each is a rule of SPEC.md. */
const table: Table = {
  unwanted: {
    wanted: (phase, _, turn) => wantedAgain(phase, turn),
    unwanted: stay,
    linkUp: ({ after: wait }, input, turn) =>
      same({ name: 'unwanted', after: isPast(wait, turn) ? undefined : wait }, linked(input, turn)),
    linkDown: (phase, _, turn) => unlinked(phase, turn),
    called: stay,
    authorised: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    tokenChanged: (phase, _, turn) =>
      phase.after?.name === 'denied' ? same({ ...phase, after: hastened(phase.after, turn) }, turn) : same(phase, turn),
    joined: settle,
    refused: settle,
    tick: stay,
  },
  linkless: {
    wanted: stay,
    unwanted: (_, __, turn) => unwanted(turn),
    linkUp: (_, input, turn) => begin(linked(input, turn)),
    linkDown: stay,
    called: stay,
    authorised: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    tokenChanged: stay,
    joined: stay,
    refused: stay,
    tick: stay,
  },
  queued: {
    wanted: stay,
    unwanted: (_, __, turn) => unwanted(turn),
    linkUp: stay,
    linkDown: (_, __, turn) => linkless(turn),
    called: (_, __, turn) => ask(turn),
    authorised: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    tokenChanged: stay,
    joined: settle,
    refused: settle,
    tick: stay,
  },
  authorising: {
    wanted: stay,
    unwanted: (phase, _, turn) => after([abandon(phase)], unwanted(turn)),
    linkUp: stay,
    linkDown: (phase, _, turn) => after([abandon(phase)], linkless(turn)),
    called: stay,
    authorised: answered,
    tokenAnswered: stay,
    tokenFailed: stay,
    tokenChanged: stay,
    joined: settle,
    refused: settle,
    tick: (phase, _, turn) =>
      turn.moment.nowMs < phase.dueAtMs ? same(phase, turn) : after([abandon(phase)], rest(turn, false)),
  },
  renewing: {
    wanted: stay,
    unwanted: (_, __, turn) => unwanted(turn),
    linkUp: stay,
    linkDown: (_, __, turn) => linkless(turn),
    called: stay,
    authorised: stay,
    tokenAnswered,
    tokenFailed: (phase, input, turn) => (input.ask === phase.ask ? rest(turn, false) : same(phase, turn)),
    tokenChanged: stay,
    joined: settle,
    refused: settle,
    tick: (phase, _, turn) => (turn.moment.nowMs < phase.dueAtMs ? same(phase, turn) : rest(turn, false)),
  },
  joining: {
    wanted: stay,
    unwanted: (_, __, turn) => after(leaving(turn), unwanted(turn)),
    linkUp: stay,
    linkDown: (_, __, turn) => linkless(turn),
    called: stay,
    authorised: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    tokenChanged: stay,
    joined: (_, input, turn) => admitted(input, turn),
    refused: (_, { status }, turn) => after(leaving(turn), follow(answeredJoin(turn), status, 'socket')),
    tick: (phase, _, turn) =>
      turn.moment.nowMs < phase.dueAtMs ? same(phase, turn) : after(leaving(turn), rest(turn, false)),
  },
  joined: {
    wanted: stay,
    unwanted: (_, __, turn) => after([{ kind: 'tell-left' }, ...leaving(turn)], unwanted(turn)),
    linkUp: stay,
    linkDown: (phase, _, turn) => after([{ kind: 'tell-left' }], linkless(settled(phase, turn))),
    called: stay,
    authorised: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    tokenChanged: stay,
    joined: admittedAgain,
    refused: (phase, { status }, turn) =>
      after([{ kind: 'tell-left' }, ...leaving(turn)], follow(answeredJoin(settled(phase, turn)), status, 'socket')),
    tick: (phase, _, turn) =>
      phase.doubtUntilMs === undefined || turn.moment.nowMs < phase.doubtUntilMs
        ? same(phase, turn)
        : after([{ kind: 'tell-left' }, ...leaving(turn)], begin(turn)),
  },
  resting: {
    wanted: stay,
    unwanted: (phase, _, turn) => unwanted(turn, phase),
    linkUp: (phase, input, turn) =>
      isPast(phase, turn) ? begin(linked(input, turn)) : same(phase, linked(input, turn)),
    linkDown: (phase, _, turn) => unlinked(phase, turn),
    called: stay,
    authorised: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    tokenChanged: stay,
    joined: settle,
    refused: settle,
    tick: (phase, _, turn) => (turn.moment.nowMs < phase.untilMs ? same(phase, turn) : begin(turn)),
  },
  denied: {
    wanted: stay,
    unwanted: (phase, _, turn) => unwanted(turn, phase),
    linkUp: (phase, input, turn) => look(phase, linked(input, turn)),
    linkDown: (phase, _, turn) => unlinked(phase, turn),
    called: stay,
    authorised: stay,
    tokenAnswered: stay,
    tokenFailed: stay,
    tokenChanged: (phase, _, turn) => same(hastened(phase, turn), turn),
    joined: settle,
    refused: settle,
    tick: (phase, _, turn) => look(phase, turn),
  },
};

function inTable<P extends PhaseName, I extends InputKind>(phase: Phase<P>, input: TableInput<I>, turn: Turn): Step {
  const row: Row<P> = table[phase.name];
  const cell: Cell<P, I> = row[input.kind];
  return cell(phase, input, turn);
}

/** News of a socket that is not the live one. */
const isStale = (input: JoiningInput, { link }: Memory): boolean =>
  (input.kind === 'linkDown' || input.kind === 'joined' || input.kind === 'refused') &&
  input.generation !== link?.generation;

/** The next state, and what to do about it. */
export function step(options: JoiningOptions, state: JoiningState, input: JoiningInput, moment: Moment): Step {
  if (isStale(input, state.memory)) return { state, effects: [] };
  return inTable(state.phase, input, { ...options, memory: state.memory, moment });
}

/** When the machine wants a `tick`; without a link never, because nothing can be asked. */
export function dueAtMs({ phase, memory }: JoiningState): number | undefined {
  if (memory.link === undefined) return undefined;
  switch (phase.name) {
    case 'unwanted':
    case 'linkless':
    case 'queued':
      return undefined;
    case 'authorising':
    case 'renewing':
    case 'joining':
      return phase.dueAtMs;
    case 'joined':
      return phase.doubtUntilMs;
    case 'resting':
    case 'denied':
  }
  return phase.untilMs;
}

/** Nothing of it is needed any more: no answer may come, and coming back would shorten no wait. */
export function isForgettable(
  { phase, memory }: JoiningState,
  nowMs: number,
  { lateAnswerMs }: JoiningSettings,
): boolean {
  if (phase.name !== 'unwanted' || nowMs < memory.sentAtMs + lateAnswerMs) return false;
  return phase.after === undefined || nowMs >= phase.after.untilMs;
}

/** A channel as others see it. */
export type ChannelState =
  | { readonly word: 'waiting' | 'joining' | 'joined' }
  | { readonly word: 'denied'; readonly denial: Denial };

/** Undefined for a channel that nobody wants. Who was denied is so until let in, also while it is tried again. */
export function channelStateOf({ phase, memory }: JoiningState): ChannelState | undefined {
  if (phase.name === 'unwanted') return undefined;
  if (phase.name === 'joined') return { word: 'joined' };
  if (memory.denial !== undefined) return { word: 'denied', denial: memory.denial };
  return { word: phase.name === 'linkless' || phase.name === 'resting' ? 'waiting' : 'joining' };
}
