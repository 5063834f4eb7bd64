// What this device has asked for and the server does not show yet, over the rows of one table.
import type { Change, CollectionDefinition } from '../../contract/collection.ts';
import type { MutationContext, Showing, WaitingMutation } from '../../contract/mutation.ts';
import { isSame } from '../session/row-digest.ts';
import type { StoredValue } from '../../storage/store.ts';
import { parentsOf, withReferences } from '../outbox/reference.ts';
import type { RowVersion } from '../stream/rows.ts';

/** A row as a channel shows it. */
export interface BaseRow {
  readonly version: RowVersion;
  readonly row: object;
}

/** Whichever channel says it. */
export const isSameBase = (left: BaseRow | undefined, right: BaseRow | undefined): boolean =>
  left === right || (left !== undefined && left.version === right?.version && isSame(left.row, right.row));

export interface OverlayOptions {
  readonly definition: CollectionDefinition;
  readonly scope: object;
  baseOf(key: string): BaseRow | undefined;
  baseRows(): Iterable<readonly [string, BaseRow]>;
  /** By which key the row of another mutation goes, in whichever table. */
  keyOf(mutation: string): string | undefined;
  /** The row of this key may look different now. */
  touched(key: string): void;
  /** Every layer that refers to this mutation has to be looked at again. */
  renamed(mutation: string): void;
  readonly report: (error: unknown) => void;
}

interface Layer {
  readonly mutation: WaitingMutation;
  readonly showing: Showing;
  readonly context: MutationContext;
  readonly parents: readonly string[];
  /** It makes a row, which goes by a key of its own at first. */
  readonly isNew: boolean;
  /** What it refers to by the keys of the rows that are shown. Put together once: every row is held against it. */
  input: unknown;
  /** The row that it is about. */
  key: string;
  change: Change;
  stage: Stage;
  /** What the base said of the row when this was asked for. */
  readonly before: BaseRow | undefined;
  /** The version that the answer says, if it says one. */
  version: RowVersion | undefined;
}

/** `seen`: the base has it already, whatever becomes of the answer. What is answered and seen is no layer any more. */
type Stage = 'asked' | 'seen' | 'answered';

/** As many first keys are remembered as a screen may still ask for. */
const mostAliases = 1_000;

export class Overlay {
  private readonly options: OverlayOptions;
  private readonly layers = new Map<string, Layer>();
  /** Rows that were made here, by the key that they had first. */
  private readonly aliases = new Map<string, string>();

  constructor(options: OverlayOptions) {
    this.options = options;
  }

  get size(): number {
    return this.layers.size;
  }

  has(mutation: string): boolean {
    return this.layers.has(mutation);
  }

  /** The key that a row goes by now. */
  resolve(key: string): string {
    const layer = this.layers.get(key);
    return layer?.isNew === true ? layer.key : (this.aliases.get(key) ?? key);
  }

  keyOf(mutation: string): string | undefined {
    return this.layers.get(mutation)?.key ?? this.aliases.get(mutation);
  }

  /** Those that are not answered yet, of one row. */
  waitingFor(key: string): readonly string[] {
    return [...this.layers.values()]
      .filter((layer) => layer.key === key && layer.stage !== 'answered')
      .map(({ mutation }) => mutation.id);
  }

  /** The rows with something that is not answered yet. */
  waitingKeys(): ReadonlySet<string> {
    return new Set([...this.layers.values()].flatMap(({ key, stage }) => (stage === 'answered' ? [] : [key])));
  }

  add(mutation: WaitingMutation, showing: Showing): void {
    const parents = parentsOf(mutation.input as StoredValue);
    const context: MutationContext = {
      mutationId: mutation.id,
      createdAt: mutation.createdAt,
      scope: this.options.scope,
    };
    const input = this.inputOf(mutation);
    const change = this.attempt(() => showing.change(input, context));
    const key = change && this.keyOfChange(change);
    if (change === undefined || key === undefined) return;
    const layer: Layer = {
      mutation,
      showing,
      context,
      parents,
      isNew: change.kind === 'put',
      input,
      key,
      change,
      stage: 'asked',
      before: this.options.baseOf(key),
      version: undefined,
    };
    this.layers.set(mutation.id, layer);
    this.options.touched(key);
    // After a restart the server may show it already, and its answer was never heard.
    if (!layer.isNew || showing.is === undefined) return;
    for (const [known, base] of this.options.baseRows())
      if (this.isIt(layer, known, base)) return this.recognise(layer, known);
  }

  remove(mutation: string): void {
    const layer = this.layers.get(mutation);
    if (layer === undefined) return;
    this.layers.delete(mutation);
    if (layer.isNew) this.alias(mutation, layer.key);
    this.options.touched(layer.key);
  }

  /** V6. Whether it stays until the base covers it. */
  answered(mutation: string, answer: unknown): boolean {
    const layer = this.layers.get(mutation);
    if (layer === undefined) return false;
    const isSeen = layer.stage === 'seen';
    if (!isSeen) layer.stage = 'answered';
    const row =
      answer === undefined
        ? undefined
        : this.attempt(() => layer.showing.answered?.(answer, layer.input, layer.context));
    if (typeof row === 'object' && row !== null) this.takeAnswer(layer, row);
    if (isSeen || this.isInBase(layer)) this.remove(mutation);
    else this.options.touched(layer.key);
    return this.layers.has(mutation);
  }

  /**
   * An event with its correlation id has come: what it did is in the base, if the event is one that this table follows, and so is
   * what was answered before it. There and back within one second looks as if nothing had happened.
   */
  seen(mutation: string, event: string): void {
    const layer = this.layers.get(mutation);
    if (layer === undefined || this.options.definition.from?.[event] === undefined) return;
    for (const other of Array.from(this.layers.values())) {
      if (other === layer) break;
      if (other.key === layer.key && other.stage === 'answered') this.remove(other.mutation.id);
    }
    if (layer.stage === 'answered') return this.remove(mutation);
    layer.stage = 'seen';
    this.options.touched(layer.key);
  }

  /** The base shows this row anew, or shows it no more. */
  baseChanged(key: string, base: BaseRow | undefined): void {
    for (const layer of Array.from(this.layers.values())) {
      if (base !== undefined && this.isIt(layer, key, base)) this.recognise(layer, key);
      if (layer.key === key && layer.stage === 'answered' && this.isCoveredBy(layer, base))
        this.remove(layer.mutation.id);
    }
  }

  /** A mutation that these refer to goes by another key now. */
  renamed(parent: string): void {
    for (const layer of Array.from(this.layers.values())) {
      // What the server has said of it goes by its number already.
      if (!layer.parents.includes(parent) || layer.version !== undefined) continue;
      const input = this.inputOf(layer.mutation);
      const change = this.attempt(() => layer.showing.change(input, layer.context));
      const key = change && this.keyOfChange(change);
      if (change === undefined || key === undefined) continue;
      layer.input = input;
      layer.change = change;
      this.rename(layer, key);
    }
  }

  /** The row of this key as it is shown. */
  over(key: string, base: object | undefined): object | undefined {
    let row = base;
    for (const layer of this.layers.values()) {
      if (layer.key !== key || layer.stage === 'seen') continue;
      // An answer may say less of a row than lists and events do.
      row =
        layer.stage === 'answered' && layer.change.kind === 'put'
          ? { ...row, ...(layer.change.row as object) }
          : applied(layer.change, row);
    }
    return row;
  }

  clear(): void {
    this.layers.clear();
    this.aliases.clear();
  }

  private takeAnswer(layer: Layer, row: object): void {
    const { definition } = this.options;
    const key = this.attempt(() => definition.key(row));
    if (key === undefined) return;
    layer.change = { kind: 'put', row };
    layer.version = this.attempt(() => definition.version?.(row));
    if (layer.key !== key) this.rename(layer, key);
  }

  private isIt(layer: Layer, known: string, { row }: BaseRow): boolean {
    const { showing, input, context, key, isNew, stage } = layer;
    // An answer says which version it is of, and may be ahead of what channels show by the same key.
    if (!isNew || stage === 'seen' || (stage === 'answered' && key === known)) return false;
    return this.attempt(() => showing.is?.(row, input, context)) === true;
  }

  /** V8: a row of the base is the one that was made here. */
  private recognise(layer: Layer, key: string): void {
    const isOver = layer.stage === 'answered';
    layer.stage = 'seen';
    this.rename(layer, key);
    if (isOver) this.remove(layer.mutation.id);
  }

  private rename(layer: Layer, key: string): void {
    const { key: former, mutation } = layer;
    if (former === key) return this.options.touched(key);
    layer.key = key;
    if (layer.isNew) {
      this.alias(former, key);
      this.alias(mutation.id, key);
    }
    this.options.touched(former);
    this.options.touched(key);
    this.options.renamed(mutation.id);
  }

  private alias(former: string, key: string): void {
    // As the newest of all.
    this.aliases.delete(former);
    this.aliases.set(former, key);
    const [oldest] = this.aliases.keys();
    if (oldest !== undefined && this.aliases.size > mostAliases) this.aliases.delete(oldest);
  }

  private inputOf({ input }: WaitingMutation): unknown {
    return withReferences(input as StoredValue, ({ $ref }) => this.options.keyOf($ref) ?? $ref);
  }

  private keyOfChange(change: Change): string | undefined {
    switch (change.kind) {
      case 'put':
        return this.attempt(() => this.options.definition.key(change.row));
      case 'patch':
      case 'remove':
        return this.resolve(change.key);
      case 'clear':
    }
    return undefined;
  }

  /** At the moment of the answer: it may have come by another way before. */
  private isInBase(layer: Layer): boolean {
    const { key, change, version, before } = layer;
    const base = this.options.baseOf(key);
    if (typeof version === 'number' && typeof base?.version === 'number') {
      // Where a backend counts seconds, the answer may be of the same second as what was there before.
      const isUndecided = base.version === version && isSameBase(base, before);
      if (!isUndecided) return base.version >= version;
    }
    // Before what was asked for first is there, it says what was so before both: ready, and taken back.
    if (this.isOverAnother(layer)) return false;
    switch (change.kind) {
      case 'put':
        return base !== undefined && isSame(change.row, base.row);
      case 'patch':
        return base !== undefined && isSaidBy(base.row, change.fields);
      case 'remove':
      case 'clear':
    }
    return base === undefined;
  }

  private isOverAnother(layer: Layer): boolean {
    for (const other of this.layers.values()) {
      if (other === layer) return false;
      if (other.key === layer.key && other.stage !== 'seen') return true;
    }
    return false;
  }

  /** The base has changed since the answer. */
  private isCoveredBy({ version }: Layer, base: BaseRow | undefined): boolean {
    if (typeof version === 'number' && typeof base?.version === 'number') return base.version >= version;
    return true;
  }

  private attempt<Result>(call: () => Result): Result | undefined {
    try {
      return call();
    } catch (error) {
      this.options.report(error);
      return undefined;
    }
  }
}

function applied(change: Change, row: object | undefined): object | undefined {
  switch (change.kind) {
    case 'put':
      return change.row as object;
    case 'patch':
      return row === undefined ? undefined : { ...row, ...(change.fields as object) };
    case 'remove':
    case 'clear':
  }
  return undefined;
}

const isSaidBy = (row: object, fields: object): boolean =>
  Object.entries(fields).every(([field, value]) => isSame((row as Readonly<Record<string, unknown>>)[field], value));
