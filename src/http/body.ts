// Bodies of servers that may be hostile, or somebody else. A stream is read until it is too long and no further; where
// there are no streams (React Native) the platform has read everything already, and only its parsing can be refused.

/** Undefined when it is longer than allowed. Rejects when it is cut short. */
export async function readBytes(response: Response, most: number): Promise<Uint8Array | undefined> {
  if (response.body === null || response.body === undefined) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.length > most ? undefined : bytes;
  }
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > most) {
      reader.cancel().catch(() => undefined);
      return undefined;
    }
    chunks.push(next.value);
  }
  return joined(chunks, length);
}

/** Whether there is nothing in it. The rest is not read. */
export async function startsEmpty(response: Response): Promise<boolean> {
  const bytes = await readBytes(response, 0);
  return bytes !== undefined;
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
