/** No server allows longer ones. */
const longestName = 1_024;

/**
 * Names that do not hold the text which they were cut from in memory. Undefined for those that JSON spells otherwise than
 * they are.
 */
export function createOwnNames(): (cut: string) => string | undefined {
  const known = new Map<string, string>();
  return (cut) => {
    const name = known.get(cut);
    if (name !== undefined) return name;
    if (cut.length > longestName || cut.includes('\\')) return undefined;
    // A server can invent names without end.
    if (known.size >= 1_000) known.clear();
    const own = Array.from(cut).join('');
    known.set(own, own);
    return own;
  };
}
