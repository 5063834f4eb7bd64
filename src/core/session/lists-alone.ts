// Lists that belong to no channel, a menu: stored, there at once, and read again when they are no longer fresh.
import type { ContractData } from '../../contract/contract.ts';
import type { ResourceDefinition } from '../../contract/resource.ts';
import type { Tables } from '../collections/tables.ts';
import { streamRules } from '../stream/rules.ts';
import type { StreamSettings } from '../stream/settings.ts';
import { initialStream } from '../stream/state.ts';
import { ChannelRows } from './channel-rows.ts';
import { createChannelStream, type ChannelStream, type StreamSurroundings } from './channel-stream.ts';
import { createForgetting, type Retention } from './forgetting.ts';
import type { Keeper } from './keeper.ts';
import type { Place } from './place.ts';
import { listKey } from './subjects.ts';

export interface ListsAloneOptions {
  readonly contract: ContractData;
  readonly keeper: Keeper;
  readonly around: StreamSurroundings;
  readonly settings: StreamSettings;
  readonly retention: Required<Retention>;
  readonly tables: Pick<Tables, 'open'> | undefined;
  readonly report: (error: unknown) => void;
}

export interface ListsAlone {
  /** Reads a list, and again whenever it is no longer fresh. Of one that is open it does nothing. */
  open(resource: string): void;
  /** Resolves when what is stored of those that were opened until now is read. */
  opened(): Promise<unknown>;
  readonly streams: readonly ChannelStream[];
  /** Nothing is opened any more. */
  stop(): void;
}

/** Nobody joins it, and nothing arrives there. */
const placeOfList = (name: string, resource: ResourceDefinition): Place => ({
  channel: name,
  wire: `list ${name}`,
  definition: { wire: `list ${name}`, events: [], position: 'none' },
  params: {},
  resources: new Map([[name, resource]]),
  tables: new Map(),
  priority: 'background',
  uncovered: [],
});

export function createListsAlone(options: ListsAloneOptions): ListsAlone {
  const { contract, keeper, around, settings, retention, report } = options;
  const streams = new Map<string, ChannelStream>();
  const opening = new Map<string, Promise<void>>();
  let isStopped = false;

  async function begin(name: string, resource: ResourceDefinition): Promise<void> {
    const place = placeOfList(name, resource);
    const memory = await keeper.channel(place.wire, new Map([[listKey(place, name), resource.row]]));
    if (isStopped) return;
    const freshForMs = resource.freshForMs ?? settings.fullListMs;
    const stream = createChannelStream(around, {
      place,
      state: initialStream(
        {
          position: 'none',
          replay: undefined,
          snapshot: true,
          startFrom: 'now',
          settings: { ...settings, reconcileMs: freshForMs },
          rules: streamRules,
        },
        memory,
        around.host.clock.monotonicMs(),
      ),
      audience: { first: undefined, others: [] },
      doubtfulTo: -1,
      derive: () => [],
      forgetting: createForgetting(place, retention, report),
    });
    streams.set(name, stream);
    options.tables?.open(new ChannelRows(place, memory.rows));
    void stream.refresh();
  }

  return {
    open(name) {
      const resource = contract.resources.get(name);
      if (resource === undefined || isStopped || opening.has(name)) return;
      opening.set(name, begin(name, resource).catch(report));
    },
    opened: () => Promise.all(opening.values()),
    get streams() {
      return [...streams.values()];
    },
    stop() {
      isStopped = true;
    },
  };
}
