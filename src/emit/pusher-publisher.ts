// The official `pusher` library as a publisher: hosted Pusher, Soketi and Reverb take events over the same HTTP API.
import { HeardError, isHeardError } from '../errors.ts';
import { isRecord, readJson } from '../lib/json.ts';
import type { Publication, Publisher } from './publisher.ts';

/** What is used of an instance of the official library. */
export interface PusherLibrary {
  trigger(channels: string[], event: string, data: unknown): Promise<PusherReply>;
  triggerBatch(batch: { channel: string; name: string; data: unknown }[]): Promise<PusherReply>;
}

export interface PusherReply {
  readonly status: number;
  text(): Promise<string>;
}

export interface PusherPublisherOptions {
  /** The largest event that the server takes. Default 10 240, which is hosted Pusher's; Soketi takes 102 400 unless told otherwise. */
  readonly mostBytes?: number;
}

/** What Pusher and Soketi take as one batch. */
const atOnce = 10;

/**
 * @example
 * ```ts
 * const pusher = new Pusher({ appId, key, secret, host: 'ws.example.test', port: '6001' })
 * const publisher = pusherPublisher(pusher, { mostBytes: 102_400 })
 * ```
 */
export const pusherPublisher = (
  pusher: PusherLibrary,
  { mostBytes = 10_240 }: PusherPublisherOptions = {},
): Publisher => ({
  mostBytes,
  atOnce,
  async publish(publications) {
    const roomy = publications.find(({ rooms }) => rooms !== undefined);
    if (roomy !== undefined) throw withoutRooms(roomy);
    const reply = await answered(() => send(pusher, publications));
    const { status, error } = readReply(reply.status, reply.text);
    if (status < 400 && error === undefined) return;
    throw isLasting(status) ? refused(status, error) : failed(status, error);
  },
});

/** One event for several channels goes once, with all their names; different ones go as a batch. */
function send(pusher: PusherLibrary, publications: readonly Publication[]): Promise<PusherReply> {
  const batch = publications.map(({ channel, name, payload }) => ({ channel, name, data: dataFor(channel, payload) }));
  const [first] = batch;
  const isOneEvent = batch.every(({ name, data }) => name === first?.name && data === first.data);
  if (first === undefined || !isOneEvent || typeof first.data !== 'string') return pusher.triggerBatch(batch);
  const channels = batch.map(({ channel }) => channel);
  return pusher.trigger(channels, first.name, first.data);
}

/** The text is ours: what was measured is what is sent. For a channel that it encrypts, the library writes the text itself. */
const dataFor = (channel: string, payload: unknown): unknown =>
  channel.startsWith('private-encrypted-') ? payload : JSON.stringify(payload);

interface Answered {
  readonly status: number;
  readonly text: string;
}

async function answered(ask: () => Promise<PusherReply>): Promise<Answered> {
  try {
    const reply = await ask();
    return { status: reply.status, text: await reply.text() };
  } catch (error) {
    // Thrown for a status from 400 on, with the body, and for a request that failed, without a status.
    if (!isRequestError(error)) throw unsendable(error);
    if (typeof error.status !== 'number') throw error;
    return { status: error.status, text: typeof error.body === 'string' ? error.body : '' };
  }
}

/** As every copy of the library names it. */
const isRequestError = (error: unknown): error is { readonly status?: unknown; readonly body?: unknown } =>
  isRecord(error) && error['name'] === 'PusherRequestError';

/** Soketi answers 200 to most of what it refuses, and says the real status in the body. */
function readReply(status: number, text: string): { readonly status: number; readonly error: string | undefined } {
  const reading = readJson(text);
  if (!reading.ok) {
    // Servers say "OK", "ACCEPTED" or nothing; a page is the word of something that stands in between.
    return { status, error: status < 400 && text.trimStart().startsWith('<') ? 'a web page answered' : undefined };
  }
  if (!isRecord(reading.value)) return { status, error: undefined };
  const { error, code } = reading.value;
  const said = typeof error === 'string' ? error : undefined;
  if (typeof code === 'number' && code >= 400) return { status: code, error: said ?? 'no reason' };
  return { status, error: error === undefined || error === null ? undefined : (said ?? 'no reason') };
}

/** The same again would be answered the same: wrong key, too large, no such app. Too much at a time may pass. */
const isLasting = (status: number): boolean => status >= 400 && status < 500 && ![408, 425, 429].includes(status);

const remedies: ReadonlyMap<number, string> = new Map([
  [401, 'Compare key and secret with the app’s, and the clocks: a signature is valid for ten minutes.'],
  [403, 'The app is disabled, or over its quota.'],
  [404, 'Compare the id of the app and the host.'],
  [413, 'Send less, or tell pusherPublisher the limit of the server: "mostBytes".'],
]);

const refused = (status: number, error: string | undefined): HeardError =>
  new HeardError('publish-refused', `The event server refused with ${status}: ${error ?? 'no reason'}.`, {
    remediation: remedies.get(status) ?? 'Look into the log of the event server.',
  });

const failed = (status: number, error: string | undefined): HeardError =>
  new HeardError('publish-failed', `The event server answered ${status}: ${error ?? 'no reason'}.`, {
    remediation: 'It is tried again. When this stays, look at the event server.',
  });

/** What the library will not send it will never send: a name that it does not allow, a key that it lacks. */
const unsendable = (cause: unknown): HeardError =>
  isHeardError(cause)
    ? cause
    : new HeardError(
        'publish-refused',
        `pusher does not send it: ${cause instanceof Error ? cause.message : 'no reason'}.`,
        {
          remediation: 'Look at the names of the channels and the options of the library.',
          cause,
        },
      );

const withoutRooms = ({ name, channel }: Publication): HeardError =>
  new HeardError('publish-refused', `"${name}" is for some rooms of "${channel}", and Pusher has no rooms.`, {
    remediation: 'Use a channel of its own for those who may hear it, and emit without "rooms".',
  });
