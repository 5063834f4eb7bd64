import type { HttpAnswer, HttpReply } from '../../http/http.ts';
import { isRecord } from '../../lib/json.ts';
import type { ApiAnswer, ApiFailure } from './api.ts';

/** What a reply means, by status and kind of content, never by its text. 401 is a refusal here; what to do about it is not. */
export function readAnswer(answer: HttpAnswer, retryAfterMs: number | undefined): ApiAnswer {
  if (answer.kind === 'failure') return failure(answer.because, answer.status, retryAfterMs);
  const { status, media } = answer;
  if (!(status >= 200 && status <= 599)) return failure('unreadable', status, retryAfterMs);
  if (status >= 300 && status < 400) return failure('redirect', status, retryAfterMs);
  // 511 is made for it: the network wants something from a person before it lets anybody through.
  if (status === 511) return failure('captive-portal', status, retryAfterMs);
  // The 502 of a proxy is a web page. Its status says all there is to know.
  if (status >= 500) return refusal(answer, retryAfterMs);
  if (media === 'other') return failure(status < 300 ? 'captive-portal' : 'not-json', status, retryAfterMs);
  if (media !== 'empty' && answer.body === undefined) return failure('unreadable', status, retryAfterMs);
  return status < 300
    ? { kind: 'success', status, body: media === 'empty' ? undefined : answer.body }
    : refusal(answer, retryAfterMs);
}

function refusal({ status, media, body }: HttpReply, retryAfterMs: number | undefined): ApiAnswer {
  const said = media === 'json' || media === 'problem' ? body : undefined;
  return {
    kind: 'refusal',
    status,
    body: said,
    problem: media === 'problem' ? problemType(said) : undefined,
    retryAfterMs,
  };
}

/** `about:blank` is what a problem without a type has, and says no more than the status. */
function problemType(body: unknown): string | undefined {
  const type = isRecord(body) ? body['type'] : undefined;
  return typeof type === 'string' && type !== '' && type !== 'about:blank' ? type : undefined;
}

const failure = (
  because: ApiFailure['because'],
  status: number | undefined,
  retryAfterMs: number | undefined,
): ApiFailure => ({ kind: 'failure', because, status, retryAfterMs });
