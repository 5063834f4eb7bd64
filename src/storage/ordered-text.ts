// Keys as texts that SQLite orders as JavaScript does. SQLite compares UTF-8 bytes, which puts the astral characters last
// where UTF-16 puts them before U+E000, and UTF-8 cannot hold a lone surrogate at all. So everything from the last
// character before the surrogates upwards becomes that character and an offset, and everything else stays readable. NUL is
// spelled out because there are drivers that end a text at it.
const low = '\u0001';
const high = '\ud7ff';
const highUnit = 0xd7ff;

// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const special = /[\0\u0001\ud7ff-\uffff]/g;
// eslint-disable-next-line no-control-regex -- and what it wrote
const escaped = /([\u0001\ud7ff])([^])/g;

/** Of two texts the lower one has the lower bytes. */
export const toOrderedText = (key: string): string =>
  key.replace(special, (unit) => {
    const code = unit.charCodeAt(0);
    return code < highUnit ? low + String.fromCharCode(code + 1) : high + String.fromCharCode(code - highUnit + 1);
  });

export const fromOrderedText = (text: string): string =>
  text.replace(escaped, (_, sort: string, offset: string) =>
    String.fromCharCode(offset.charCodeAt(0) - 1 + (sort === low ? 0 : highUnit)),
  );
