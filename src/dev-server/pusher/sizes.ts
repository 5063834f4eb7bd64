const encoder = new TextEncoder();

/** As the limits count it: a text as it is, anything else as JSON, and nothing as nothing. */
export const kbOf = (data: unknown): number =>
  encoder.encode(typeof data === 'string' ? data : (JSON.stringify(data) ?? '')).byteLength / 1024;
