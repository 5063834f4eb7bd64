/** Fills with numbers that nobody can guess: `crypto.getRandomValues`, which plain-http pages have, too. */
export type RandomBytes = (count: number) => Uint8Array;

/** A UUIDv4. `crypto.randomUUID` would not be there on a LAN without https. */
export function createMutationId(randomBytes: RandomBytes): string {
  const bytes = randomBytes(16);
  let text = '';
  for (let index = 0; index < 16; index += 1) {
    let byte = bytes[index] ?? 0;
    if (index === 6) byte = (byte & 0x0f) | 0x40;
    if (index === 8) byte = (byte & 0x3f) | 0x80;
    if (index === 4 || index === 6 || index === 8 || index === 10) text += '-';
    text += byte.toString(16).padStart(2, '0');
  }
  return text;
}
