/**
 * A short name for a payload that may not be shown: two equal payloads have the same digest, and nothing of the payload
 * can be read from it. FNV-1a over two lanes; not for security, only to recognise a frame in a log.
 */
export function digest(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ (code + index), 0x85ebca6b);
  }
  return hex(low ^ (high >>> 15)) + hex(high ^ (low >>> 13));
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
