/** The circles of a graph, each told once, as the path that was found first. */
export function cyclesOf(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];

  function visit(node: string): void {
    const start = path.indexOf(node);
    if (start >= 0) cycles.push(path.slice(start));
    if (start >= 0 || done.has(node)) return;
    path.push(node);
    for (const next of edges.get(node) ?? []) visit(next);
    path.pop();
    done.add(node);
  }

  for (const node of edges.keys()) visit(node);
  return cycles;
}
