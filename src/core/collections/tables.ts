// All tables of a client, over the runs of it: what feeds them, and the moments in which their changes are told.
import type { CollectionDefinition } from '../../contract/collection.ts';
import type { ContractData } from '../../contract/contract.ts';
import type { WaitingMutation } from '../../contract/mutation.ts';
import type { Host, Release } from '../../host/host.ts';
import type { Consumers } from '../consume/consumers.ts';
import type { OutboxChange } from '../outbox/changes.ts';
import type { RowVersion } from '../stream/rows.ts';
import { parentsOf, referredValue, withReferences } from '../outbox/reference.ts';
import type { StoredValue } from '../../storage/store.ts';
import type { RowSource } from './row-source.ts';
import { Table } from './table.ts';

/** A row of a collection as the channels say it is. */
export interface ToldRow {
  readonly collection: string;
  readonly key: string;
  readonly version: RowVersion;
  readonly row: object | undefined;
}

export interface TablesOptions {
  readonly host: Host;
  readonly contract: ContractData;
  readonly scope: object;
  readonly consumers: Consumers;
  /** Reads everything again; false where the client was stopped before it was read. */
  readonly reread: () => Promise<boolean>;
  readonly report: (error: unknown) => void;
}

export interface Tables {
  /** A table is made when somebody asks for it; until then it costs nothing. */
  table(name: string): Table | undefined;
  /** A channel is heard. What it showed before and does not show now is gone. */
  open(source: RowSource): void;
  close(source: string): void;
  /** A run has begun: only what it has opened shows anything, and what was shown of those that it is about to open. */
  keepOpened(isComing?: (source: string) => boolean): void;
  /** A run has ended; its tables stay. */
  release(): void;
  /** What waits to be sent at the beginning of a run. */
  begin(waiting: readonly WaitingMutation[]): void;
  sent(change: OutboxChange): void;
  /** What other tabs are told: the rows of channels, without what was asked for. */
  onBase(listener: (rows: readonly ToldRow[]) => void): Release;
  /** Tells now what has changed of the base. */
  tellBase(): void;
  clear(): void;
  dispose(): void;
}

/** Faster than that nobody sees. */
const frameMs = 16;
/** V7. */
const coveredWithinMs = 10_000;

export function createTables({ host, contract, scope, consumers, reread, report }: TablesOptions): Tables {
  const tables = new Map<string, Table>();
  const sources = new Map<string, RowSource>();
  /** Answered, and not covered yet: until it is read again. */
  const uncovered = new Map<string, Release>();
  let frame: Release | undefined;
  const bases = new Set<(rows: readonly ToldRow[]) => void>();
  /** By table, the keys of what has changed of the base. */
  const untold = new Map<Table, Set<string>>();
  let waiting = new Map<string, WaitingMutation>();
  let unhear: Release | undefined;
  let telling: 'not' | 'now' | 'later' = 'not';
  let changedSince = false;
  let isOver = false;

  function tell(): void {
    changedSince = false;
    tellBase();
    for (const table of tables.values()) table.tell();
  }

  /** V10: at once, and then no faster than anybody sees. */
  function changed(): void {
    changedSince = true;
    if (telling !== 'not' || isOver) return;
    telling = 'now';
    queueMicrotask(tellAndWait);
  }

  function tellAndWait(): void {
    if (isOver) return;
    telling = 'later';
    tell();
    frame = host.schedule(frameMs, () => {
      telling = 'not';
      if (changedSince) changed();
    });
  }

  function tellBase(): void {
    if (untold.size === 0) return;
    const rows = [...untold].flatMap(([table, keys]) =>
      [...keys].map((key): ToldRow => {
        const { version = 0, row } = table.baseOf(key) ?? {};
        return { collection: table.name, key, version, row };
      }),
    );
    untold.clear();
    for (const listener of bases) listener(rows);
  }

  function feed(source: RowSource, table: Table): void {
    const isCurrent = (): boolean => sources.get(source.name) === source;
    let told: Set<string> | undefined;
    source.follow(table.name, table.definition, {
      begin() {
        told = new Set();
      },
      end() {
        if (told !== undefined && isCurrent()) {
          table.keepOf(source.name, told);
          if (source.tellsAll === true) table.keepSources((name) => name === source.name);
        }
        told = undefined;
      },
      show(key, version, row) {
        if (!isCurrent()) return;
        told?.add(key);
        table.show(source.name, key, version, row);
      },
    });
  }

  const keyOf = (mutation: string): string | undefined => {
    for (const table of tables.values()) {
      const key = table.overlay.keyOf(mutation);
      if (key !== undefined) return key;
    }
    return undefined;
  };

  function make(name: string, definition: CollectionDefinition): Table {
    const table: Table = new Table({
      name,
      definition,
      scope,
      keyOf,
      renamed: (mutation) => {
        for (const other of tables.values()) other.overlay.renamed(mutation);
      },
      baseChanged(key) {
        if (bases.size === 0) return;
        const keys = untold.get(table) ?? new Set();
        untold.set(table, keys.add(key));
        changed();
      },
      changed,
      report,
    });
    tables.set(name, table);
    for (const source of sources.values()) feed(source, table);
    for (const mutation of waiting.values()) lay(mutation, table);
    return table;
  }

  function lay(mutation: WaitingMutation, onto?: Table): void {
    const showing = contract.mutations.get(mutation.name)?.shows;
    if (showing === undefined) return;
    for (const [name, table] of tables) {
      if (onto !== undefined && onto !== table) continue;
      if (contract.collections.get(name) === showing.collection && !table.overlay.has(mutation.id)) {
        table.overlay.add(mutation, showing);
      }
    }
    // What shows the effect of a mutation may say whose it is.
    unhear ??= consumers.on('*', ({ correlationId, name }) => {
      if (correlationId === undefined) return;
      for (const table of tables.values()) table.overlay.seen(correlationId, name);
    });
  }

  function lift(mutation: string): void {
    for (const table of tables.values()) table.overlay.remove(mutation);
    uncovered.get(mutation)?.();
    uncovered.delete(mutation);
    hearNoMore();
  }

  function hearNoMore(): void {
    if (unhear === undefined || [...tables.values()].some(({ overlay }) => overlay.size > 0)) return;
    unhear();
    unhear = undefined;
  }

  function answered(mutation: string, answer: unknown): void {
    let stays = false;
    for (const { overlay } of tables.values()) stays = overlay.answered(mutation, answer) || stays;
    if (!stays) return lift(mutation);
    lookLater(mutation);
  }

  /** A table that is made later knows only what still waits: it refers to what was answered by what the answer says. */
  function resolve(parent: string, answer: unknown): void {
    for (const [id, mutation] of waiting) {
      const input = mutation.input as StoredValue;
      if (!parentsOf(input).includes(parent)) continue;
      const known = withReferences(input, (reference) =>
        reference.$ref === parent
          ? (referredValue(reference, answer as StoredValue) ?? { ...reference })
          : { ...reference },
      );
      waiting.set(id, { ...mutation, input: known });
    }
  }

  function lookLater(mutation: string): void {
    uncovered.get(mutation)?.();
    const release = host.schedule(coveredWithinMs, () => {
      uncovered.delete(mutation);
      if (![...tables.values()].some(({ overlay }) => overlay.has(mutation))) return hearNoMore();
      // What a run that is stopped has not read is left to the next one.
      uncovered.set(mutation, () => undefined);
      reread().then(
        (isRead) => (isRead ? lift(mutation) : undefined),
        (error: unknown) => {
          report(error);
          lift(mutation);
        },
      );
    });
    uncovered.set(mutation, release);
  }

  /** Nothing happens by itself any more. */
  function rest(): void {
    sources.clear();
    for (const release of uncovered.values()) release();
    // What is to be told in a moment is told by whoever was to tell it.
    if (telling === 'later') {
      frame?.();
      telling = 'not';
    }
    if (changedSince && !isOver) tell();
  }

  function takeWaiting(mutation: WaitingMutation): void {
    if (contract.mutations.get(mutation.name)?.shows === undefined) return;
    waiting.set(mutation.id, mutation);
    lay(mutation);
  }

  return {
    table(name) {
      const definition = contract.collections.get(name);
      return tables.get(name) ?? (definition && make(name, definition));
    },
    open(source) {
      sources.set(source.name, source);
      for (const table of tables.values()) feed(source, table);
    },
    close(source) {
      sources.delete(source);
      for (const table of tables.values()) table.keepOf(source, new Set());
    },
    keepOpened(isComing) {
      const isKept = (source: string): boolean => sources.has(source) || isComing?.(source) === true;
      for (const table of tables.values()) table.keepSources(isKept);
    },
    release: rest,
    begin(all) {
      const before = waiting;
      waiting = new Map();
      for (const mutation of all) takeWaiting(mutation);
      for (const id of before.keys()) if (!waiting.has(id)) lift(id);
      for (const id of Array.from(uncovered.keys())) lookLater(id);
    },
    sent({ id, state, mutation, answer }) {
      switch (state) {
        case 'pending':
        case 'inflight':
        case 'unclear':
          if (mutation !== undefined && !waiting.has(id)) takeWaiting(mutation);
          return;
        case 'acked':
          if (!waiting.delete(id)) return;
          answered(id, answer);
          resolve(id, answer);
          return;
        case 'parked':
        case 'discarded':
        case 'replaced':
          if (waiting.delete(id)) lift(id);
      }
    },
    onBase(listener) {
      bases.add(listener);
      return () => void bases.delete(listener);
    },
    tellBase,
    clear() {
      rest();
      waiting.clear();
      uncovered.clear();
      for (const table of tables.values()) table.clear();
      hearNoMore();
      tell();
    },
    dispose() {
      isOver = true;
      rest();
      unhear?.();
    },
  };
}
