import { parseSync, Visitor } from 'oxc-parser';

export interface TestName {
  /** Up to the first computed part. */
  readonly name: string;
  readonly line: number;
}

interface Node {
  readonly type: string;
}

/** What a test may be called as, beside `test` itself. A test that is skipped proves nothing, so `skip` and `todo` are not here. */
const running = new Set(['each', 'for', 'concurrent', 'sequential', 'only']);

/** The names of the tests that a file runs. */
export function testNamesOf(fileName: string, text: string): readonly TestName[] {
  const names: TestName[] = [];
  new Visitor({
    CallExpression(call) {
      const name = textOf(call.arguments[0]);
      if (name !== undefined && isTest(call.callee)) {
        names.push({ name, line: text.slice(0, call.start).split('\n').length });
      }
    },
  }).visit(parseSync(fileName, text).program);
  return names;
}

/** `test`, `test.each(rows)`, `test.concurrent.for(rows)`. */
function isTest(callee: Node): boolean {
  if (callee.type === 'Identifier') return 'name' in callee && (callee.name === 'test' || callee.name === 'it');
  if (callee.type === 'CallExpression') return 'callee' in callee && isTest(callee.callee as Node);
  if (callee.type !== 'MemberExpression' || !('object' in callee) || !('property' in callee)) return false;
  const property = callee.property as Node & { readonly name?: unknown };
  return typeof property.name === 'string' && running.has(property.name) && isTest(callee.object as Node);
}

function textOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type === 'Literal' && 'value' in node && typeof node.value === 'string') return node.value;
  if (node.type !== 'TemplateLiteral' || !('quasis' in node)) return undefined;
  const [first] = node.quasis as readonly { readonly value: { readonly cooked: string | null } }[];
  return first?.value.cooked ?? undefined;
}
