/** One event, several, or `'*'` for everything, also what the contract does not know. */
export type EventNames = string | readonly string[];

/** As messages name them. */
export function inWords(names: EventNames): string {
  if (typeof names === 'string') return names === '*' ? 'any event' : names;
  return names.includes('*') ? 'any event' : names.join(' or ');
}
