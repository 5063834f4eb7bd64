// Mistakes that somebody could make in what a screen shows, as changes of the source.
import type { Mutation } from '../whole/mutations.ts';

const folder = 'core/collections';

export const mutations: readonly Mutation[] = [
  {
    name: 'the channel that spoke last is right, whatever its version',
    file: `${folder}/table.ts`,
    from: 'if (!isOlder) best = shown;',
    to: 'best = shown;',
  },
  {
    name: 'what one channel does not show any more is gone, though another shows it',
    file: `${folder}/table.ts`,
    from: 'const shown = row === undefined ? others :',
    to: 'const shown = row === undefined ? [] :',
  },
  {
    name: 'a closed channel goes on showing',
    file: `${folder}/tables.ts`,
    from: 'for (const table of tables.values()) table.keepOf(source, new Set());',
    to: '',
  },
  {
    name: 'what is parked stays on the screen',
    file: `${folder}/tables.ts`,
    from: 'if (waiting.delete(id)) lift(id);',
    to: 'waiting.delete(id);',
  },
  {
    name: 'an answer is the end of what was shown, whether the base has it or not',
    file: `${folder}/overlay.ts`,
    from: 'if (isSeen || this.isInBase(layer)) this.remove(mutation);',
    to: 'this.remove(mutation);\n    if (false) return false;',
  },
  {
    name: 'what was answered is shown until it is read again, whatever the base says',
    file: `${folder}/overlay.ts`,
    from: "if (layer.key === key && layer.stage === 'answered' && this.isCoveredBy(layer, base))",
    to: 'if (false)',
  },
  {
    name: 'any news of a row covers an answer, older ones too',
    file: `${folder}/overlay.ts`,
    from: 'private isCoveredBy({ version }: Layer, base: BaseRow | undefined): boolean {',
    to: 'private isCoveredBy({ version }: Layer, base: BaseRow | undefined): boolean { return true;',
  },
  {
    name: 'what an event has shown already lies over what came after it',
    file: `${folder}/overlay.ts`,
    from: "if (layer.key !== key || layer.stage === 'seen') continue;",
    to: 'if (layer.key !== key) continue;',
  },
  {
    name: 'nobody looks again for what nothing covers',
    file: `${folder}/tables.ts`,
    from: 'if (!stays) return lift(mutation);\n    lookLater(mutation);',
    to: 'if (!stays) return lift(mutation);',
  },
  {
    name: 'a row that the server shows is not recognised as the one that was made here',
    file: `${folder}/overlay.ts`,
    from: "if (!isNew || stage === 'seen' || (stage === 'answered' && key === known)) return false;",
    to: 'return false;',
  },
  {
    name: 'what refers to a row does not follow it to its number',
    file: `${folder}/overlay.ts`,
    from: 'this.options.renamed(mutation.id);',
    to: '',
  },
  {
    name: 'who asks by the first key finds nothing any more',
    file: `${folder}/overlay.ts`,
    from: 'this.aliases.set(former, key);',
    to: '',
  },
  {
    name: 'a row that moves is not taken out of its place in an answer',
    file: `${folder}/live-query.ts`,
    from: '    if (former !== undefined) {\n      const at',
    to: '    if (false && former !== undefined) {\n      const at',
  },
  {
    name: 'an answer that is looked at is as old as the last time it was told',
    file: `${folder}/collection.ts`,
    from: '      table.take();\n',
    to: '',
  },
  {
    name: 'everybody is told of every change',
    file: `${folder}/table.ts`,
    from: 'if (isSameAnswer(rows, followed.told)) continue;',
    to: '',
  },
  {
    name: 'what another channel has said already covers an answer',
    file: `${folder}/table.ts`,
    from: 'if (isSameBase(before, after)) return;',
    to: '',
  },
  {
    name: 'a step that was taken back is in the base, although the step itself is not',
    file: `${folder}/overlay.ts`,
    from: 'if (this.isOverAnother(layer)) return false;',
    to: '',
  },
  {
    name: 'what was answered waits until it is gone',
    file: `${folder}/overlay.ts`,
    from: "flatMap(({ key, stage }) => (stage === 'answered' ? [] : [key]))",
    to: 'flatMap(({ key }) => [key])',
  },
  {
    name: 'a tab goes on after a message that it has missed',
    file: 'core/tabs/leaders-rows.ts',
    from: 'if (number > this.heard + 1) return this.askAll();',
    to: '',
  },
];
