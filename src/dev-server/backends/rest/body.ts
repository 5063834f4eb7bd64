import { readJsonBytes } from '../../../lib/json.ts';
import { Refused } from './problem.ts';

/** No device of a restaurant says more at once. */
const mostBytes = 32_768;
const limits = { maxLength: mostBytes, maxDepth: 32 };

/** What a request brings along, `undefined` where it is nothing. Refuses what is too large, too deep, or no JSON. */
export async function readBody(request: Request): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.byteLength === 0) return undefined;
  const [essence = ''] = (request.headers.get('content-type') ?? '').split(';', 1);
  const media = essence.trim().toLowerCase();
  // As pusher-js asks for signatures.
  if (media === 'application/x-www-form-urlencoded') {
    return Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes)));
  }
  if (media !== 'application/json' && !media.endsWith('+json')) {
    throw new Refused(415, 'unsupported-media-type', 'The body has to be application/json.');
  }
  const reading = readJsonBytes(bytes, limits);
  if (reading.ok) return reading.value;
  if (reading.fault === 'too-large') throw tooLarge();
  throw new Refused(400, 'malformed-body', `The body cannot be read: ${reading.fault}.`);
}

/** No more than anybody may send. */
async function readBytes({ body }: Request): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.byteLength;
      if (size > mostBytes) break;
      chunks.push(part.value);
    }
  } catch {
    throw new Refused(400, 'malformed-body', 'The body broke off.');
  }
  if (size > mostBytes) {
    reader.cancel().catch(() => undefined);
    throw tooLarge();
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

const tooLarge = (): Refused => new Refused(413, 'too-large', `The body has more than ${mostBytes} bytes.`);
