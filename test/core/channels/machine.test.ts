import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuthoriseAnswer } from '../../../src/core/channels/authorise.ts';
import {
  channelStateOf,
  dueAtMs,
  initialState,
  isForgettable,
  step,
  type JoiningEffect,
  type JoiningInput,
  type JoiningOptions,
  type JoiningState,
  type Needs,
} from '../../../src/core/channels/joining.ts';
import { defaultJoiningSettings as settings } from '../../../src/core/channels/settings.ts';
import { patience, runs } from '../../effort.ts';

/** Numbers near the newest, so that late, current and future ones are all tried. */
const offset = fc.constantFrom(0, 0, 0, -1, 1);
const status = fc.constantFrom(401, 401, 403, 404, 429, 500, undefined);

type Stimulus = (state: JoiningState, generation: number) => JoiningInput;

const plain = (input: JoiningInput): fc.Arbitrary<Stimulus> => fc.constant(() => input);
const token = fc.constantFrom('new' as const, 'unchanged' as const, 'missing' as const);
const answerOf = (said: number | undefined): AuthoriseAnswer =>
  said === undefined ? { kind: 'granted', auth: 'x' } : { kind: 'refused', status: said };

const linkDown = offset.map((by): Stimulus => (_, newest) => ({ kind: 'linkDown', generation: newest + by }));
const joined = offset.map((by): Stimulus => (_, newest) => ({
  kind: 'joined',
  generation: newest + by,
  everybody: undefined,
}));
const refused = fc.tuple(offset, status).map(([by, said]): Stimulus => (_, newest) => ({
  kind: 'refused',
  generation: newest + by,
  status: said,
}));
const authorised = fc
  .tuple(offset, fc.option(status, { nil: undefined }))
  .map(([by, said]): Stimulus => ({ memory }) => ({
    kind: 'authorised',
    question: memory.asked + by,
    answer: answerOf(said),
  }));
const tokenAnswered = fc.tuple(offset, token).map(([by, said]): Stimulus => ({ memory }) => ({
  kind: 'tokenAnswered',
  ask: memory.asked + by,
  token: said,
}));
const tokenFailed = offset.map((by): Stimulus => ({ memory }) => ({ kind: 'tokenFailed', ask: memory.asked + by }));

const stimulus: fc.Arbitrary<Stimulus> = fc.oneof(
  { weight: 4, arbitrary: plain({ kind: 'wanted' }) },
  { weight: 1, arbitrary: plain({ kind: 'unwanted' }) },
  { weight: 6, arbitrary: plain({ kind: 'tick' }) },
  { weight: 6, arbitrary: plain({ kind: 'called' }) },
  { weight: 1, arbitrary: plain({ kind: 'tokenChanged' }) },
  { weight: 2, arbitrary: linkDown },
  { weight: 6, arbitrary: joined },
  { weight: 4, arbitrary: refused },
  { weight: 6, arbitrary: authorised },
  { weight: 3, arbitrary: tokenAnswered },
  { weight: 1, arbitrary: tokenFailed },
);

const moves = fc.array(
  fc.record({
    stimulus,
    linksUp: fc.boolean(),
    afterMs: fc.constantFrom(0, 0, 10, 700, 10_000, 100_000),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }),
  { minLength: 1, maxLength: 100, size: 'max' },
);

/** What one channel is to the server and to the listener, by what they were told. */
interface Told {
  isIn: boolean;
  isAskedFor: boolean;
  generation: number;
  readonly problems: string[];
}

function tell(told: Told, effect: JoiningEffect): void {
  switch (effect.kind) {
    case 'tell-joined':
    case 'tell-left':
      if (told.isIn === (effect.kind === 'tell-joined')) told.problems.push(`${effect.kind} twice`);
      told.isIn = !told.isIn;
      return;
    case 'join':
    case 'leave':
      if (effect.generation !== told.generation) told.problems.push(`${effect.kind} on ${effect.generation}`);
      told.isAskedFor = effect.kind === 'join';
      return;
    case 'queue':
    case 'authorise':
    case 'abandon':
    case 'renew':
    case 'flooded':
    case 'tell-denied':
  }
}

function judge(told: Told, state: JoiningState, nowMs: number): void {
  const { name } = state.phase;
  const dueMs = dueAtMs(state);
  const isTimed = !['unwanted', 'linkless', 'queued', 'joined'].includes(name);
  if (state.memory.link === undefined) {
    told.isAskedFor = false;
    if (dueMs !== undefined) told.problems.push(`a timer for ${name} without a link`);
  } else if (isTimed && !((dueMs ?? Infinity) <= nowMs + settings.retryAfterCapMs + settings.backoffCapMs)) {
    told.problems.push(`${name} is stuck`);
  }
  if (told.isIn !== (name === 'joined')) told.problems.push(`told otherwise than ${name}`);
  if (told.isAskedFor !== (name === 'joined' || name === 'joining')) told.problems.push(`not left in ${name}`);
  if ((channelStateOf(state) === undefined) !== (name === 'unwanted')) told.problems.push(`no word for ${name}`);
  if (isForgettable(state, nowMs, settings) && name !== 'unwanted') told.problems.push(`${name} would be forgotten`);
}

test(
  'J1, J8, J10: in any order of inputs, who is not in and not joining has left, and nothing is timed without a link',
  () => {
    fc.assert(
      fc.property(
        moves,
        fc.constantFrom<Needs>('nothing', 'token', 'signature'),
        fc.boolean(),
        (script, needs, asks) => {
          const options: JoiningOptions = { settings, needs, asksForTokens: asks };
          const told: Told = { isIn: false, isAskedFor: false, generation: 0, problems: [] };
          let state = initialState();
          let nowMs = 0;
          for (const { stimulus: make, linksUp, afterMs, random } of script) {
            nowMs += afterMs;
            const input: JoiningInput =
              linksUp && state.memory.link === undefined
                ? { kind: 'linkUp', generation: (told.generation += 1), signing: 'possible' }
                : make(state, told.generation);
            const { state: next, effects } = step(options, state, input, { nowMs, random });
            state = next;
            for (const effect of effects) tell(told, effect);
            judge(told, state, nowMs);
            expect(told.problems).toEqual([]);
          }
        },
      ),
      runs(1_000),
    );
  },
  patience,
);

test('J3, J14, J28: an answer to another question than the open one changes nothing', () => {
  const options: JoiningOptions = { settings, needs: 'signature', asksForTokens: true };
  const moment = { nowMs: 0, random: 0.5 };
  const after = (...inputs: readonly JoiningInput[]): JoiningState =>
    inputs.reduce((state, input) => step(options, state, input, moment).state, initialState(7));
  const authorising = after(
    { kind: 'linkUp', generation: 1, signing: 'possible' },
    { kind: 'wanted' },
    { kind: 'called' },
  );
  const granted = { kind: 'granted', auth: 'x' } as const;
  expect(authorising.phase).toMatchObject({ name: 'authorising', question: 8 });
  expect(step(options, authorising, { kind: 'authorised', question: 7, answer: granted }, moment)).toEqual({
    state: authorising,
    effects: [],
  });
  const { state: renewing } = step(
    options,
    authorising,
    { kind: 'authorised', question: 8, answer: { kind: 'refused', status: 401 } },
    moment,
  );
  expect(renewing.phase.name).toBe('renewing');
  for (const token of ['new', 'unchanged', 'missing'] as const) {
    expect(step(options, renewing, { kind: 'tokenAnswered', ask: 8, token }, moment).state).toEqual(renewing);
  }
  expect(step(options, renewing, { kind: 'tokenFailed', ask: 8 }, moment).state).toEqual(renewing);
});
