/** Ids that were heard on a channel. */
export interface Seen {
  has(id: string): boolean;
  /** Says false when it was there already. `atMs` is when it was heard; ids that were stored are added in their order. */
  add(id: string, atMs: number): boolean;
}
