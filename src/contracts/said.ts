/** Takes what an event says and leaves alone what it does not mention; null counts as absent. */
export const said = <T extends object>(fields: {
  readonly [Field in keyof T]?: T[Field] | null | undefined;
}): Partial<T> => Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as Partial<T>;
