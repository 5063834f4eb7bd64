import { lanes, packageRules, type Reach } from './rules.ts';

const shown = ({ lane, unit, files, typesOnly }: Reach): string =>
  files?.map((file) => `\`${file}\``).join(', ') ??
  `${unit === undefined ? '' : `${unit} `}${lane}${typesOnly === true ? ' (types)' : ''}`;

/** The rules as CONTRIBUTING.md shows them; a test keeps the two in step. */
export function lanesAsMarkdown(): string {
  const own = lanes.map(
    (lane) =>
      `| ${lane.name} | ${lane.shown} | ${lane.imports.map(shown).join(', ') || 'nothing'} | ${lane.sentence} |`,
  );
  const packages = packageRules.map((rule) => `| ${rule.shown} | ${rule.sentence} |`);
  return [
    '| lane | files of `src` | may import | why |\n|---|---|---|---|',
    ...own,
    '',
    '| package | rule |\n|---|---|',
    ...packages,
  ].join('\n');
}
