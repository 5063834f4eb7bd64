// What a row says, as a short text: rows of backends that count no versions only differ. The same fields in another order
// are the same row, because an event and a list may spell it differently. Walks the row as it is: writing it as JSON first
// costs as much again, and every event of such a backend pays for it. Not for security.

/**
 * Two lanes of 32 bits. Here, because a function gives back only one number; and in an array of such numbers, because browsers
 * keep only 31 bits of a number in a variable and make an object of it beyond that, for every word.
 */
const lanes = new Int32Array(2);

export function rowDigest(row: unknown): string {
  begin();
  mix(row);
  const low = lanes[0] ?? 0;
  const high = lanes[1] ?? 0;
  return textOf(low ^ (high >>> 15)) + textOf(high ^ (low >>> 13));
}

/** Whether two rows say the same, be they one object or two. */
export const isSame = (left: unknown, right: unknown): boolean =>
  left === right || rowDigest(left) === rowDigest(right);

function begin(): void {
  lanes[0] = 0x811c9dc5;
  lanes[1] = 0x9e3779b9;
}

/** The rotation lets every bit reach every other: a product only carries upwards. */
function mixWord(word: number): void {
  const one = Math.imul((lanes[0] ?? 0) ^ word, 0x01000193);
  const other = Math.imul((lanes[1] ?? 0) ^ word, 0x85ebca6b);
  lanes[0] = (one << 13) | (one >>> 19);
  lanes[1] = (other << 15) | (other >>> 17);
}

/** Two characters at a time. */
function mixText(text: string): void {
  const { length } = text;
  mixWord(length);
  for (let index = 0; index < length; index += 2) {
    const next = index + 1 < length ? text.charCodeAt(index + 1) : 0;
    mixWord(text.charCodeAt(index) | (next << 16));
  }
}

/** Each kind begins with a word of its own: the text "1" is not the number 1. */
function mix(value: unknown): void {
  switch (typeof value) {
    case 'string':
      mixWord(1);
      return mixText(value);
    case 'number':
      mixWord(2);
      // -0 is 0 in JSON.
      return (value | 0) === value ? mixWord(value | 0) : mixText(String(value));
    case 'boolean':
      return mixWord(value ? 3 : 4);
    case 'object':
      if (value === null) return mixWord(5);
      return Array.isArray(value) ? mixList(value) : mixFields(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      return mixWord(6);
    case 'bigint':
      throw new TypeError('A row with a bigint is no JSON.');
  }
}

function mixList(list: readonly unknown[]): void {
  mixWord(7);
  for (const item of list) mix(item);
  mixWord(8);
}

function mixFields(fields: object): void {
  // A date, or a class of a contract: what JSON says of it.
  if ('toJSON' in fields && typeof fields.toJSON === 'function') return mix((fields.toJSON as () => unknown)());
  const lowBefore = lanes[0] ?? 0;
  const highBefore = lanes[1] ?? 0;
  let lows = 0;
  let highs = 0;
  const values = fields as Readonly<Record<string, unknown>>;
  // A list of its names would be made for each row of each event, and thrown away.
  for (const name in values) {
    const value = values[name];
    if (value === undefined || !Object.hasOwn(values, name)) continue;
    begin();
    mixText(name);
    mix(value);
    // A sum does not know its order.
    lows = (lows + (lanes[0] ?? 0)) | 0;
    highs = (highs + (lanes[1] ?? 0)) | 0;
  }
  lanes[0] = lowBefore;
  lanes[1] = highBefore;
  mixWord(9);
  mixWord(lows);
  mixWord(highs);
}

/** Six letters that any store and any log takes. */
const textOf = (word: number): string =>
  String.fromCharCode(
    letter(word),
    letter(word >>> 6),
    letter(word >>> 12),
    letter(word >>> 18),
    letter(word >>> 24),
    letter(word >>> 30),
  );

/** From 0 to o. */
const letter = (bits: number): number => 48 + (bits & 63);
