import type { MutationContext, MutationDefinition } from '../../contract/mutation.ts';
import { queryRequest, type QueryDefinition } from '../../contract/query.ts';
import { validate } from '../../contract/schema.ts';
import { isRecord } from '../../lib/json.ts';
import type { Api, ApiAnswer } from '../api/api.ts';
import { readHttpAnswer, type Judge } from './answer.ts';
import type { VerifyOutcome } from './state.ts';

interface Question {
  readonly api: Api;
  readonly definition: MutationDefinition;
  readonly input: unknown;
  readonly context: MutationContext;
  readonly signal: AbortSignal;
  readonly report: (error: unknown) => void;
}

const unsettled: VerifyOutcome = { kind: 'read', tookEffect: undefined };

/** No contract gives statuses of its own to its reads. */
const asRead: Judge = { promisesBody: true, answers: {} };

/** Asks the server whether a mutation took effect. What the contract's functions throw settles nothing and is reported. */
export async function askWhetherItTookEffect(question: Question): Promise<VerifyOutcome> {
  const { api, definition, input, context, signal, report } = question;
  const { verify } = definition;
  if (verify === undefined) return unsettled;
  try {
    const checked = validate<unknown>(verify.query.params, verify.params(input, context));
    if (!checked.ok) return unsettled;
    const params = isRecord(checked.value) ? checked.value : {};
    const answer = await api.ask(queryRequest(verify.query as QueryDefinition<object>, params, context.scope), {
      signal,
    });
    const failed = failureOf(answer);
    if (failed !== undefined) return failed;
    if (answer.kind !== 'success') return unsettled;
    const read = validate<unknown>(verify.query.answer, answer.body);
    return read.ok ? { kind: 'read', tookEffect: verify.tookEffect(input, read.value, context) } : unsettled;
  } catch (error) {
    report(error);
    return unsettled;
  }
}

/** Whether it makes sense to ask again. */
function failureOf(answer: ApiAnswer): VerifyOutcome | undefined {
  const { verdict, reached } = readHttpAnswer(asRead, answer);
  // Nothing was followed, so nobody has said anything yet.
  if (verdict.kind === 'refused' && verdict.code === 'redirect') {
    return { kind: 'failed', code: 'redirect', retryAfterMs: undefined, reached };
  }
  if (verdict.kind !== 'retry') return undefined;
  return { kind: 'failed', code: verdict.fault.code, retryAfterMs: verdict.retryAfterMs, reached };
}
