// The endpoint that lets a connection hear a private channel: asked as the client asks it.
import type { Chart } from './finding.ts';
import { fieldOf, type Rest } from './ask.ts';
import type { Channel, Patient } from './patient.ts';
import { troubleIn } from './verdicts.ts';

export interface Signature {
  readonly auth: string;
  readonly channelData?: string;
}

/** `undefined`: there is none, and the chart says why. */
export type Sign = (channel: Channel, socketId: string) => Promise<Signature | undefined>;

/** @param key the Pusher app's, where the address of a socket has it */
export function signaturesOf(rest: Rest, { contract, token }: Patient, chart: Chart, key?: string): Sign {
  const auth = contract?.connection.auth;
  const endpoint = auth?.kind === 'channel' ? auth.endpoint : '';

  return async ({ wire, definition }, socketId) => {
    const answer = await rest.ask(endpoint, { method: 'POST', body: { socket_id: socketId, channel_name: wire } });
    const trouble = troubleIn(answer, token);
    if (answer.kind === 'answer' && answer.status === 403) {
      const needed =
        definition.abilities === undefined ? '' : ` It needs the ability ${definition.abilities.join(' or ')}.`;
      chart.problem(
        'auth',
        wire,
        'this channel is denied (403); the others are not touched by it',
        `Look whether the token may hear it, and whether the scope is the device’s own.${needed}`,
      );
      return undefined;
    }
    if (trouble !== undefined || answer.kind === 'none') {
      chart.problem(
        'auth',
        wire,
        `${endpoint} says: ${trouble?.what ?? 'nothing'}`,
        trouble?.remedy ?? 'Look at the server’s log.',
      );
      return undefined;
    }
    const signed = fieldOf(answer, 'auth');
    const channelData = fieldOf(answer, 'channel_data');
    if (typeof signed !== 'string' || !/^[^:\s]+:[0-9a-f]{64}$/.test(signed)) {
      chart.problem(
        'auth',
        wire,
        `${endpoint} answers without an "auth" that is a key and a signature`,
        'Answer { "auth": "<key>:<HMAC-SHA256 in hex>" }; in Laravel: is the broadcaster "pusher", and not "log" or "null"?',
      );
      return undefined;
    }
    if (key !== undefined && !signed.startsWith(`${key}:`)) {
      chart.problem(
        'auth',
        wire,
        'it is signed for another app key than the socket’s',
        'Give the backend the key and the secret of the same app as the frontend.',
      );
      return undefined;
    }
    chart.ok('auth', wire, `${endpoint} signs it`);
    return { auth: signed, ...(typeof channelData === 'string' && { channelData }) };
  };
}
