/**
 * Names that do not hold the text which they were cut from in memory. Undefined for those that JSON spells otherwise than
 * they are.
 */
export function createOwnNames(): (cut: string) => string | undefined {
  const known = new Map<string, string>();
  return (cut) => {
    const name = known.get(cut);
    if (name !== undefined) return name;
    // No server allows longer ones.
    if (cut.length > 1_024 || cut.includes('\\')) return undefined;
    // A server can invent names without end.
    if (known.size >= 1_000) known.clear();
    const own = cut.split('').join('');
    known.set(own, own);
    return own;
  };
}
