import { isRecord } from '../../src/lib/json.ts';

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The value that a frame's payload stands for, whatever form it travels in; undefined when there is none. */
export function payloadValue(payload: unknown): unknown {
  if (payload instanceof Uint8Array) return payloadValue(new TextDecoder().decode(payload));
  if (typeof payload !== 'string') return payload;
  const value = parsed(payload);
  return typeof value === 'string' ? payloadValue(value) : value;
}

/** Every text in a value: what stands under its keys, and the keys. */
export function textsIn(value: unknown): readonly string[] {
  const texts: string[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const item = open.pop();
    if (typeof item === 'string') texts.push(item);
    if (Array.isArray(item)) for (const child of item) open.push(child);
    else if (isRecord(item)) for (const [key, child] of Object.entries(item)) open.push(key, child);
  }
  return texts;
}

/** Whether every object in a value is a plain one: nothing from the wire became a prototype. */
export function isPlainThroughout(value: unknown): boolean {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const item = open.pop();
    if (typeof item !== 'object' || item === null) continue;
    const prototype: unknown = Object.getPrototypeOf(item);
    if (prototype !== Object.prototype && prototype !== Array.prototype) return false;
    for (const child of Object.values(item)) open.push(child);
  }
  return true;
}
