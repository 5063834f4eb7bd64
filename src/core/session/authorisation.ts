import { isRecord } from '../../lib/json.ts';
import type { Api, ApiAnswer } from '../api/api.ts';
import type { AuthoriseChannel } from '../../transports/transport.ts';
import type { Authorise, AuthoriseAnswer } from '../channels/authorise.ts';

/** Where the transport names neither an endpoint nor a function, the contract's endpoint is asked. */
export function authoriserOf(
  named: string | AuthoriseChannel | undefined,
  endpoint: string,
  api: Api,
  correlationId: string,
): Authorise {
  return typeof named === 'function' ? authoriseBy(named) : authoriseAt(named ?? endpoint, api, correlationId);
}

/** The app's own. What it throws is for whoever asked: nobody knows then what the server would say. */
const authoriseBy =
  (ask: AuthoriseChannel): Authorise =>
  async (question) => {
    const answer = await ask(question);
    if ('status' in answer) return { kind: 'refused', status: answer.status };
    return { kind: 'granted', ...answer };
  };

/** Asks an authorisation endpoint that speaks the Pusher protocol, with the token that is in question and no other. */
const authoriseAt =
  (endpoint: string, api: Api, correlationId: string): Authorise =>
  async ({ socketId, channel, token, signal }) => {
    const plan = { method: 'POST', path: endpoint, body: { socket_id: socketId, channel_name: channel } } as const;
    const asking = { signal, renewsToken: false, correlationId, ...(token !== undefined && { token }) };
    return authorisation(await api.ask(plan, asking));
  };

/** What an authorisation endpoint that speaks the Pusher protocol has answered: `{ auth, channel_data? }`. */
function authorisation(answer: ApiAnswer): AuthoriseAnswer {
  switch (answer.kind) {
    case 'success': {
      const { body } = answer;
      const auth = isRecord(body) ? body['auth'] : undefined;
      const channelData = isRecord(body) ? body['channel_data'] : undefined;
      if (typeof auth !== 'string' || auth === '') return { kind: 'failed' };
      return { kind: 'granted', auth, ...(typeof channelData === 'string' && { channelData }) };
    }
    case 'refusal':
      return { kind: 'refused', status: answer.status, ...patience(answer.retryAfterMs) };
    case 'failure':
  }
  return answer.because === 'unauthorised'
    ? { kind: 'refused', status: 401 }
    : { kind: 'failed', ...patience(answer.retryAfterMs) };
}

const patience = (retryAfterMs: number | undefined): { readonly retryAfterMs?: number } =>
  retryAfterMs === undefined ? {} : { retryAfterMs };
