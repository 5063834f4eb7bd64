// What chance decides within a fault: how late, and where something is broken.
import type { Due } from './rulebook.ts';

export const laterBy = (
  { random }: Pick<Due, 'random'>,
  { ms, jitterMs = 0 }: { readonly ms: number; readonly jitterMs?: number },
): number => ms + random() * jitterMs;

/** Never at its very end or beginning: something of it must be there, and something must be wrong. */
export function corrupted(bytes: Uint8Array, how: 'cut' | 'byte' = 'cut', random: () => number): Uint8Array {
  if (bytes.byteLength < 2) return new Uint8Array([0xff]);
  const at = 1 + Math.floor(random() * (bytes.byteLength - 1));
  if (how === 'cut') return bytes.subarray(0, at);
  // No text in UTF-8 has this byte.
  return bytes.map((byte, index) => (index === at ? 0xff : byte));
}
