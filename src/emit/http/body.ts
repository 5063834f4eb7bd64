// What a client sent, read without trusting its size or its form.
import { isRecord, readJsonBytes } from '../../lib/json.ts';
import { problem } from './problem.ts';

export type Body<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly answer: Response };

const no = (status: number, name: string, detail: string): { readonly ok: false; readonly answer: Response } => ({
  ok: false,
  answer: problem({ status, name, detail }),
});

const tooLarge = (most: number) => no(413, 'body-too-large', `At most ${most} bytes are read.`);

/** The whole body, or why not. Stops reading where it is more than that. */
export async function readBytes(request: Request, most: number): Promise<Body<Uint8Array<ArrayBuffer>>> {
  if (request.bodyUsed) return no(400, 'body-unreadable', 'The body was read before.');
  if (Number(request.headers.get('content-length') ?? 0) > most) return tooLarge(most);
  if (request.body === null) return { ok: true, value: new Uint8Array() };
  const reader = request.body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > most) {
        await reader.cancel();
        return tooLarge(most);
      }
      parts.push(value);
    }
  } catch {
    return no(400, 'body-unreadable', 'The body broke off.');
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return { ok: true, value: whole };
}

/** A JSON object, or a form as a browser sends it. */
export async function readFields(request: Request, most: number): Promise<Body<Readonly<Record<string, unknown>>>> {
  const media = mediaOf(request);
  const isForm = media === 'application/x-www-form-urlencoded';
  if (!isForm && media !== 'application/json') {
    return no(415, 'media-type-unsupported', 'Send application/json or application/x-www-form-urlencoded.');
  }
  const bytes = await readBytes(request, most);
  if (!bytes.ok) return bytes;
  if (isForm)
    return { ok: true, value: Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes.value))) };
  const reading = readJsonBytes(bytes.value);
  if (!reading.ok) return no(400, 'body-unreadable', `The body is ${reading.fault}.`);
  if (!isRecord(reading.value)) return no(400, 'body-unreadable', 'The body is no JSON object.');
  return { ok: true, value: reading.value };
}

const mediaOf = ({ headers }: Request): string =>
  (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
