import { isRecord } from '../../lib/json.ts';
import type { Api, ApiAnswer } from '../api/api.ts';
import type { Authorise, AuthoriseAnswer } from '../channels/authorise.ts';

/**
 * Asks an authorisation endpoint that speaks the Pusher protocol, with the token that is in question and no other. An app that
 * authorises by itself is asked in its place.
 */
export const authoriseAt = (endpoint: string | Authorise, api: Api, correlationId: string): Authorise =>
  typeof endpoint === 'function'
    ? endpoint
    : async ({ socketId, channel, token, signal }) => {
        const plan = {
          method: 'POST',
          path: endpoint,
          body: { socket_id: socketId, channel_name: channel },
        } as const;
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
