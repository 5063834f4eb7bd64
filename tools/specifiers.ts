import { parseSync, Visitor } from 'oxc-parser';

/** One place where a file names another module. */
export interface Specifier {
  /** `undefined` where the name is computed at run time. */
  readonly text: string | undefined;
  readonly line: number;
  /** Erased by the compiler. */
  readonly typeOnly: boolean;
}

interface Literal {
  readonly type: string;
  readonly value?: unknown;
}

/** Every import of a file: static, re-exported, dynamic, `require`, and those inside types. */
export function specifiersOf(fileName: string, text: string): readonly Specifier[] {
  const { program, errors } = parseSync(fileName, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${fileName} cannot be parsed: ${error.message}`);
  const found: Specifier[] = [];
  const add = (node: { readonly start: number }, source: Literal, typeOnly: boolean): void => {
    found.push({
      text: typeof source.value === 'string' ? source.value : undefined,
      line: text.slice(0, node.start).split('\n').length,
      typeOnly,
    });
  };
  new Visitor({
    ImportDeclaration(node) {
      const names = node.specifiers;
      const eachIsType = names.length > 0 && names.every((name) => 'importKind' in name && name.importKind === 'type');
      add(node, node.source, node.importKind === 'type' || eachIsType);
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return;
      const names = node.specifiers;
      const eachIsType = names.length > 0 && names.every((name) => name.exportKind === 'type');
      add(node, node.source, node.exportKind === 'type' || eachIsType);
    },
    ExportAllDeclaration(node) {
      add(node, node.source, node.exportKind === 'type');
    },
    ImportExpression(node) {
      add(node, node.source, false);
    },
    TSImportType(node) {
      add(node, node.source, true);
    },
    CallExpression(node) {
      const [source] = node.arguments;
      if (node.callee.type === 'Identifier' && node.callee.name === 'require' && source !== undefined) {
        add(node, source, false);
      }
    },
    TSExternalModuleReference(node) {
      add(node, node.expression, false);
    },
  }).visit(program);
  return found;
}
