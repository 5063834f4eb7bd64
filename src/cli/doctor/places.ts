// What is at an address. People give what they have copied: a server of Socket.IO has an https address, as an API has, and
// often it is the same one.
import { isUsable } from './address.ts';
import { ask, fieldOf } from './ask.ts';
import type { Chart } from './finding.ts';
import { probeOf, type Patient } from './patient.ts';

export interface Place {
  readonly text: string;
  /** `either`: a server of Socket.IO at whose address an API may be, too. */
  readonly kind: 'api' | 'websocket' | 'socket.io' | 'either' | 'unusable';
}

export async function placeOf(text: string, { timeoutMs }: Patient, chart: Chart): Promise<Place> {
  if (!isUsable(text, chart)) return { text, kind: 'unusable' };
  const { protocol, pathname } = new URL(text);
  const isSocket = protocol.startsWith('ws');
  if (/^\/socket\.io(?:\/|$)/.test(pathname)) return { text, kind: 'socket.io' };
  if (pathname === '/' && (await answersAsSocketIo(text, timeoutMs)))
    return { text, kind: isSocket ? 'socket.io' : 'either' };
  return { text, kind: isSocket ? 'websocket' : 'api' };
}

/** Asks for a session that nobody has, which begins none: the server says so in words of its own. */
async function answersAsSocketIo(text: string, timeoutMs: number): Promise<boolean> {
  const address = new URL('/socket.io/?EIO=4&transport=polling&sid=nobody', text);
  address.protocol = address.protocol.replace('ws', 'http');
  const answer = await ask(address.href, { timeoutMs });
  if (answer.kind === 'none' || (answer.status !== 400 && answer.status !== 403)) return false;
  return Number.isInteger(fieldOf(answer, 'code')) && typeof fieldOf(answer, 'message') === 'string';
}

/** Of those that may be one, when nobody has named another. */
export async function apisAmong(places: readonly Place[], patient: Patient, chart: Chart): Promise<readonly string[]> {
  const named = places.filter(({ kind }) => kind === 'api').map(({ text }) => text);
  const [either] = named.length > 0 ? [] : places.filter(({ kind }) => kind === 'either');
  if (either === undefined) return named;
  const { text } = either;
  if (await isApi(text, patient)) return [text];
  chart.skipped(
    'lists',
    text,
    'this is a Socket.IO server, and no API answers here',
    'Give the address of the API, too: https://api.example.test',
  );
  return [];
}

async function isApi(text: string, patient: Patient): Promise<boolean> {
  const { token, timeoutMs } = patient;
  const answer = await ask(`${text.replace(/\/+$/, '')}/${probeOf(patient).replace(/^\//, '')}`, {
    timeoutMs,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });
  return answer.kind === 'answer' && answer.status !== 404 && !answer.isHtml;
}
