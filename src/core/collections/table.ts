// One collection as it is shown: what the channels say, with what was asked for over it.
import type { CollectionDefinition } from '../../contract/collection.ts';
import { createListeners, type Listeners } from '../../lib/listeners.ts';
import { isSame } from '../session/row-digest.ts';
import type { RowVersion } from '../stream/rows.ts';
import { isSameAnswer, LiveQuery, type Entry, type RowChange } from './live-query.ts';
import { isSameBase, Overlay, type BaseRow } from './overlay.ts';
import type { Question, Sought } from './question.ts';

interface Shown extends BaseRow {
  readonly source: string;
}

export interface TableOptions {
  readonly name: string;
  readonly definition: CollectionDefinition;
  readonly scope: object;
  keyOf(mutation: string): string | undefined;
  renamed(mutation: string): void;
  /** What the channels say of a row has changed. */
  readonly baseChanged: (key: string) => void;
  /** Something has to be told. */
  readonly changed: () => void;
  readonly report: (error: unknown) => void;
}

/** A question that somebody follows. */
interface Followed {
  readonly query: LiveQuery;
  readonly listeners: Listeners<readonly object[]>;
  told: readonly object[];
}

/** A row that somebody follows, by whichever key: what it was when it was told last. */
interface Watched {
  readonly listeners: Listeners<object | undefined>;
  told: object | undefined;
}

type Changes = ReadonlyMap<string, object | undefined>;

export class Table {
  readonly overlay: Overlay;
  private readonly options: TableOptions;
  /** By key, by channel; the one shown last stands last. */
  private readonly base = new Map<string, readonly Shown[]>();
  /** By channel, what it shows: of a thousand channels, one that comes or goes does not look at what the others show. */
  private readonly keys = new Map<string, Set<string>>();
  private readonly view = new Map<string, object>();
  private readonly indexes = new Map<string, Map<unknown, Set<string>>>();
  /** What rows were before that have changed and are not told yet. */
  private readonly before = new Map<string, object | undefined>();
  /** The same, for answers that are kept right. */
  private untaken = new Map<string, object | undefined>();
  private readonly followed = new Set<Followed>();
  private readonly watchers = new Map<string, Watched>();
  private readonly changes: Listeners<Changes>;
  private readonly waitingListeners: Listeners<ReadonlySet<string>>;
  private lastWaiting = nothing;
  private toldWaiting = nothing;
  revision = 0;

  constructor(options: TableOptions) {
    const { definition, scope, report } = options;
    this.options = options;
    this.changes = createListeners(report);
    this.waitingListeners = createListeners(report);
    this.overlay = new Overlay({
      definition,
      scope,
      baseOf: (key) => this.baseOf(key),
      baseRows: () => this.baseRows(),
      keyOf: options.keyOf,
      touched: (key) => {
        this.refresh(key, true);
        // V14: who waits may be another one, although the row is what it was.
        if (!this.waitingListeners.isEmpty) options.changed();
      },
      renamed: options.renamed,
      report,
    });
  }

  get name(): string {
    return this.options.name;
  }

  get definition(): CollectionDefinition {
    return this.options.definition;
  }

  get size(): number {
    return this.view.size;
  }

  row(key: string): object | undefined {
    return this.view.get(this.overlay.resolve(key));
  }

  waiting(key: string): readonly string[] {
    return this.overlay.waitingFor(this.overlay.resolve(key));
  }

  /** V14. The same object until it is another set. */
  waitingKeys(): ReadonlySet<string> {
    const keys = this.overlay.waitingKeys();
    const { lastWaiting } = this;
    const isSameSet = keys.size === lastWaiting.size && [...keys].every((key) => lastWaiting.has(key));
    if (!isSameSet) this.lastWaiting = keys;
    return this.lastWaiting;
  }

  onWaiting(listener: (keys: ReadonlySet<string>) => void): () => void {
    if (this.waitingListeners.isEmpty) this.toldWaiting = this.waitingKeys();
    return this.waitingListeners.add(listener);
  }

  /** V1. */
  show(source: string, key: string, version: RowVersion, row: object | undefined): void {
    const known = this.base.get(key) ?? [];
    const others = known.filter((one) => one.source !== source);
    const own = known.find((one) => one.source === source);
    // What is opened anew, or read again, is told whole. It is no news, and covers nothing that was asked for.
    if (row === undefined ? own === undefined : own?.version === version && isSame(own.row, row)) return;
    const before = this.baseOf(key);
    const shown = row === undefined ? others : [...others, { source, version, row }];
    if (row === undefined) this.keys.get(source)?.delete(key);
    else enter(this.keys, source, key);
    if (shown.length === 0) this.base.delete(key);
    else this.base.set(key, shown);
    const after = this.baseOf(key);
    // Neither is it when another channel has said so.
    if (isSameBase(before, after)) return;
    // Before: what covers the last of what was asked for mostly says the same.
    const isOverlaid = this.overlay.size > 0;
    if (isOverlaid) this.overlay.baseChanged(key, after);
    this.options.baseChanged(key);
    this.refresh(key, isOverlaid || others.length > 0);
  }

  /** V2: what it showed and does not show now is gone. */
  keepOf(source: string, keys: ReadonlySet<string>): void {
    for (const key of Array.from(this.keys.get(source) ?? [])) {
      if (!keys.has(key)) this.show(source, key, 0, undefined);
    }
    if (this.keys.get(source)?.size === 0) this.keys.delete(source);
  }

  /** V2: nothing is shown any more by others than these. */
  keepSources(isKept: (source: string) => boolean): void {
    for (const source of Array.from(this.keys.keys())) if (!isKept(source)) this.keepOf(source, nothing);
  }

  clear(): void {
    this.overlay.clear();
    this.base.clear();
    this.keys.clear();
    for (const key of Array.from(this.view.keys())) this.refresh(key, false);
  }

  /** What the channels show, without what was asked for. */
  *baseRows(): Iterable<readonly [string, BaseRow]> {
    for (const key of this.base.keys()) {
      const base = this.baseOf(key);
      if (base !== undefined) yield [key, base];
    }
  }

  ask(question: Question<never>): LiveQuery {
    const query = new LiveQuery(question, this.options.report);
    query.begin(this.candidates(query.sought));
    return query;
  }

  /** `before`: the answer that was looked up last; the same answer is the same object. */
  follow(
    question: Question<never>,
    before?: readonly object[],
  ): { readonly followed: Followed; readonly end: () => void } {
    this.take();
    const query = this.ask(question);
    if (before !== undefined) query.keep(before);
    const followed = { query, listeners: createListeners<readonly object[]>(this.options.report), told: query.rows };
    this.followed.add(followed);
    return { followed, end: () => void this.followed.delete(followed) };
  }

  watch(key: string, listener: (row: object | undefined) => void): () => void {
    const watched = this.watchers.get(key) ?? { listeners: createListeners(this.options.report), told: this.row(key) };
    this.watchers.set(key, watched);
    const release = watched.listeners.add(listener);
    return () => {
      release();
      if (watched.listeners.isEmpty && this.watchers.get(key) === watched) this.watchers.delete(key);
    };
  }

  onChanges(listener: (changes: Changes) => void): () => void {
    return this.changes.add(listener);
  }

  /** V11: answers are right before anybody looks at one. */
  take(): void {
    if (this.untaken.size === 0) return;
    const changes: RowChange[] = [];
    for (const [key, before] of this.untaken) {
      const row = this.view.get(key);
      if (before !== row) changes.push({ key, row });
    }
    this.untaken = new Map();
    for (const { query } of this.followed) query.take(changes);
  }

  /** V10. */
  tell(): void {
    this.take();
    this.tellWaiting();
    if (this.before.size === 0) return;
    const changed = new Map<string, object | undefined>();
    for (const [key, before] of this.before) if (this.view.get(key) !== before) changed.set(key, this.view.get(key));
    this.before.clear();
    if (changed.size === 0) return;
    this.changes.tell(changed);
    for (const [key, watched] of Array.from(this.watchers)) {
      const row = this.row(key);
      // By the key that it had first a row may be another one now, or none.
      if (row === watched.told) continue;
      watched.told = row;
      watched.listeners.tell(row);
    }
    for (const followed of Array.from(this.followed)) {
      const { rows } = followed.query;
      // It may have been another one for a moment in between.
      if (isSameAnswer(rows, followed.told)) continue;
      followed.told = rows;
      followed.listeners.tell(rows);
    }
  }

  private tellWaiting(): void {
    if (this.waitingListeners.isEmpty) return;
    const keys = this.waitingKeys();
    if (keys === this.toldWaiting) return;
    this.toldWaiting = keys;
    this.waitingListeners.tell(keys);
  }

  /** Of one row, what the channels say. */
  baseOf(key: string): BaseRow | undefined {
    let best: Shown | undefined;
    for (const shown of this.base.get(key) ?? []) {
      const isOlder =
        typeof best?.version === 'number' && typeof shown.version === 'number' && shown.version < best.version;
      if (!isOlder) best = shown;
    }
    return best;
  }

  /** `isTwice`: several say what it is, and often the next one says what was shown all the time. */
  private refresh(key: string, isTwice: boolean): void {
    const base = this.baseOf(key)?.row;
    const after = this.overlay.size === 0 ? base : this.overlay.over(key, base);
    const before = this.view.get(key);
    if (before === after) return;
    const mayBeSame = before !== undefined && after !== undefined && (isTwice || this.overlay.size > 0);
    if (mayBeSame && isSame(before, after)) return;
    this.revision += 1;
    if (!this.before.has(key)) this.before.set(key, before);
    if (this.followed.size > 0 && !this.untaken.has(key)) this.untaken.set(key, before);
    if (after === undefined) this.view.delete(key);
    else this.view.set(key, after);
    for (const [field, index] of this.indexes) {
      if (before !== undefined) leave(index, fieldOf(before, field), key);
      if (after !== undefined) enter(index, fieldOf(after, field), key);
    }
    this.options.changed();
  }

  /** No more than may belong to the answer. */
  private *candidates([first]: readonly Sought[]): Iterable<Entry> {
    if (first === undefined) {
      for (const [key, row] of this.view) yield { key, row };
      return;
    }
    const index = this.indexOf(first.field);
    for (const value of new Set(first.values)) {
      for (const key of index.get(value) ?? []) {
        const row = this.view.get(key);
        if (row !== undefined) yield { key, row };
      }
    }
  }

  private indexOf(field: string): Map<unknown, Set<string>> {
    const known = this.indexes.get(field);
    if (known !== undefined) return known;
    const index = new Map<unknown, Set<string>>();
    for (const [key, row] of this.view) enter(index, fieldOf(row, field), key);
    this.indexes.set(field, index);
    return index;
  }
}

const fieldOf = (row: object, field: string): unknown => (row as Readonly<Record<string, unknown>>)[field];

const nothing: ReadonlySet<string> = new Set();

function enter<Value>(index: Map<Value, Set<string>>, value: Value, key: string): void {
  const keys = index.get(value);
  if (keys === undefined) index.set(value, new Set([key]));
  else keys.add(key);
}

function leave(index: Map<unknown, Set<string>>, value: unknown, key: string): void {
  const keys = index.get(value);
  // A field of which every row has another value, and rows come and go.
  if (keys?.delete(key) === true && keys.size === 0) index.delete(value);
}
