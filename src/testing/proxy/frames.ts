// The frames of WebSocket (RFC 6455), as far as somebody between the two ends has to know them: where a message begins and
// ends, what it says, and how to say another one. What is no WebSocket passes as it is: the proxy judges nobody's frames.

export type FrameKind = 'text' | 'binary' | 'ping' | 'pong' | 'close';

/** A whole message or a control frame, or bytes that are neither. */
export interface Unit {
  readonly kind: FrameKind | 'raw';
  /** As it came: all its frames, masked or not. */
  readonly bytes: Uint8Array;
  /** What it says, unmasked and put together. */
  readonly payload: Uint8Array;
}

const opcodes: Readonly<Record<FrameKind, number>> = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const kinds = new Map(Object.entries(opcodes).map(([kind, opcode]) => [opcode, kind as FrameKind]));
const continuation = 0;
/** What claims to be longer is not waited for. */
const longestFrame = 64 * 1024 * 1024;

interface Head {
  readonly opcode: number;
  readonly isLast: boolean;
  readonly mask: Uint8Array | undefined;
  readonly headLength: number;
  readonly length: number;
}

/** Cuts one direction of a connection into messages. */
export function createFrameReader(): (chunk: Uint8Array) => readonly Unit[] {
  let waiting: Uint8Array[] = [];
  let length = 0;
  let wanted = 2;
  let isForeign = false;
  let opened: { readonly kind: FrameKind; readonly bytes: Uint8Array[]; readonly payloads: Uint8Array[] } | undefined;

  function giveUp(bytes: Uint8Array): readonly Unit[] {
    isForeign = true;
    const begun = opened === undefined ? [] : opened.bytes;
    return [raw(joined([...begun, bytes]))];
  }

  return (chunk) => {
    if (isForeign) return [raw(chunk)];
    waiting.push(chunk);
    length += chunk.byteLength;
    // A large frame comes in many chunks: they are put together once, and not at each of them.
    if (length < wanted) return [];
    let rest = joined(waiting);
    const units: Unit[] = [];
    for (;;) {
      const head = headOf(rest);
      if (head === 'foreign') return [...units, ...giveUp(rest)];
      wanted = head === undefined ? rest.byteLength + 1 : head.headLength + head.length;
      if (head === undefined || rest.byteLength < wanted) break;
      const bytes = rest.subarray(0, wanted);
      const payload = unmasked(bytes.subarray(head.headLength), head.mask);
      rest = rest.subarray(wanted);
      if (head.opcode >= 8) {
        units.push({ kind: kinds.get(head.opcode) ?? 'raw', bytes, payload });
        continue;
      }
      if ((head.opcode === continuation) !== (opened !== undefined))
        return [...units, ...giveUp(joined([bytes, rest]))];
      opened ??= { kind: kinds.get(head.opcode) ?? 'binary', bytes: [], payloads: [] };
      opened.bytes.push(bytes);
      opened.payloads.push(payload);
      if (!head.isLast) continue;
      units.push({ kind: opened.kind, bytes: joined(opened.bytes), payload: joined(opened.payloads) });
      opened = undefined;
    }
    waiting = [rest];
    length = rest.byteLength;
    return units;
  };
}

const raw = (bytes: Uint8Array): Unit => ({ kind: 'raw', bytes, payload: bytes });

/** `undefined`: not all of it is there yet. */
function headOf(bytes: Uint8Array): Head | 'foreign' | undefined {
  if (bytes.byteLength < 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  const second = view.getUint8(1);
  const opcode = first & 0x0f;
  const short = second & 0x7f;
  // Reserved bits mean an extension, and none was agreed on: the proxy leaves them out of the greeting.
  if ((first & 0x70) !== 0 || (opcode !== continuation && !kinds.has(opcode))) return 'foreign';
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskBytes = (second & 0x80) === 0 ? 0 : 4;
  const headLength = 2 + lengthBytes + maskBytes;
  if (bytes.byteLength < headLength) return undefined;
  const length = lengthBytes === 0 ? short : lengthBytes === 2 ? view.getUint16(2) : Number(view.getBigUint64(2));
  if (length > longestFrame) return 'foreign';
  const mask = maskBytes === 0 ? undefined : bytes.subarray(headLength - 4, headLength);
  return { opcode, isLast: (first & 0x80) !== 0, mask, headLength, length };
}

const unmasked = (payload: Uint8Array, mask: Uint8Array | undefined): Uint8Array =>
  mask === undefined ? payload : payload.map((byte, at) => byte ^ (mask[at & 3] ?? 0));

/** One frame. What a client says has to be masked; a mask of zeros hides nothing and is a mask. */
export function frameOf(kind: FrameKind, payload: Uint8Array, fromClient: boolean): Uint8Array {
  const { byteLength } = payload;
  const lengthBytes = byteLength < 126 ? 0 : byteLength < 65_536 ? 2 : 8;
  const headLength = 2 + lengthBytes + (fromClient ? 4 : 0);
  const frame = new Uint8Array(headLength + byteLength);
  const view = new DataView(frame.buffer);
  view.setUint8(0, 0x80 | opcodes[kind]);
  view.setUint8(1, (fromClient ? 0x80 : 0) | (lengthBytes === 0 ? byteLength : lengthBytes === 2 ? 126 : 127));
  if (lengthBytes === 2) view.setUint16(2, byteLength);
  if (lengthBytes === 8) view.setBigUint64(2, BigInt(byteLength));
  frame.set(payload, headLength);
  return frame;
}

const encoder = new TextEncoder();

/** 1005 stands for a close frame without a code. */
export function closeFrame(code: number, reason: string): Uint8Array {
  if (code === 1005) return frameOf('close', new Uint8Array(), false);
  const text = encoder.encode(reason);
  const payload = new Uint8Array(2 + text.byteLength);
  new DataView(payload.buffer).setUint16(0, code);
  payload.set(text, 2);
  return frameOf('close', payload, false);
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
