/** What is going to happen, by virtual time; what was planned first goes first. A binary heap. */
export class Agenda<Item> {
  private readonly heap: { readonly atMs: number; readonly order: number; readonly item: Item }[] = [];
  private planned = 0;

  get nextAtMs(): number {
    return this.heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  plan(atMs: number, item: Item): void {
    const { heap } = this;
    const entry = { atMs, order: this.planned, item };
    this.planned += 1;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.atMs < atMs || (above.atMs === atMs && above.order < entry.order)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  next(): { readonly atMs: number; readonly item: Item } | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (
        right !== undefined &&
        (right.atMs < below.atMs || (right.atMs === below.atMs && right.order < below.order))
      ) {
        child += 1;
        below = right;
      }
      if (below.atMs > last.atMs || (below.atMs === last.atMs && below.order > last.order)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}
