// What a device remembers, with a crash, a refusal or a full disk at any commit.
import {
  StoreError,
  type Commit,
  type Database,
  type StoredRecord,
  type StoredValue,
} from '../../../src/storage/store.ts';
import type { FakeHost } from '../../../src/testing/fake-host.ts';
import type { FaultName, Scenario } from './scenario.ts';

export class ModelStore {
  private readonly rows = new Map<string, StoredValue>();
  private readonly scenario: Scenario;
  private readonly host: FakeHost;
  private readonly fires: (fault: FaultName) => boolean;

  constructor(scenario: Scenario, host: FakeHost, fires: (fault: FaultName) => boolean) {
    this.scenario = scenario;
    this.host = host;
    this.fires = fires;
  }

  open(alive: () => boolean, crash: () => void): Database {
    return {
      survives: 'power-loss',
      read: () => Promise.resolve(this.all()),
      commit: (commit) =>
        new Promise((resolve, reject) => {
          const { storeDelayMs } = this.scenario;
          const run = (): void => this.commit(commit, { alive, crash, resolve, reject });
          if (storeDelayMs === 0) run();
          else this.host.schedule(storeDelayMs, run);
        }),
      close: () => Promise.resolve(),
      onLost: () => () => undefined,
    };
  }

  private all(): readonly StoredRecord[] {
    return [...this.rows].map(([key, value]) => ({ key, value })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }

  private commit(
    { writes, durability }: Commit,
    world: { alive(): boolean; crash(): void; resolve(): void; reject(error: unknown): void },
  ): void {
    if (!world.alive()) return;
    if (this.fires('crash-before-commit')) return world.crash();
    const puts = writes.some(({ value }) => value !== undefined);
    if (puts && this.fires('store-failed')) return world.reject(new StoreError('failed', 'The disk says no.'));
    if (puts && this.fires('store-full')) return world.reject(new StoreError('full', 'There is no room.'));
    // What was not asked to last may be gone after a crash.
    const isLost = durability === 'relaxed' && this.fires('crash-after-commit');
    for (const { key, value } of isLost ? [] : writes) {
      if (value === undefined) this.rows.delete(key);
      else this.rows.set(key, structuredClone(value));
    }
    if (isLost || this.fires('crash-after-commit')) return world.crash();
    // Written, and the device was told that it took too long; who takes something back is lucky.
    if (puts && this.fires('store-unsure')) return world.reject(new StoreError('failed', 'It took too long.'));
    return world.resolve();
  }
}
