// A stream under an example's control: what comes in at which moment, and what it does about it.
import { HeardIds } from '../../../src/core/session/heard-ids.ts';
import type { Arrival } from '../../../src/core/stream/held.ts';
import { step, type StreamInput } from '../../../src/core/stream/machine.ts';
import { KnownRows } from '../../../src/core/stream/rows.ts';
import { streamRules } from '../../../src/core/stream/rules.ts';
import { defaultStreamSettings } from '../../../src/core/stream/settings.ts';
import {
  initialStream,
  type Row,
  type SnapshotPart,
  type StreamEffect,
  type StreamMemory,
  type StreamOptions,
  type StreamState,
} from '../../../src/core/stream/state.ts';

export const arrival = (
  seq: number,
  more: Partial<Arrival['event']> & { broken?: boolean; critical?: boolean; row?: Arrival['row'] } = {},
): Arrival => ({
  event: {
    id: `m${seq}`,
    seq,
    epoch: 'e',
    previousSeq: undefined,
    headSeq: undefined,
    replayed: false,
    ...more,
  },
  priority: more.critical === true ? 'critical' : 'normal',
  bytes: 10,
  broken: more.broken ?? false,
  row: more.row,
});

interface Driver {
  readonly state: StreamState;
  readonly all: readonly StreamEffect[];
  readonly at: (nowMs: number, ...inputs: readonly StreamInput[]) => readonly StreamEffect[];
  readonly live: (...arrivals: readonly Arrival[]) => readonly StreamInput[];
  readonly page: (headSeq: number, ...events: readonly Arrival[]) => StreamInput;
  readonly list: (
    asOfSeq: number | undefined,
    rows?: readonly Row[],
    part?: Partial<SnapshotPart> & { readonly epoch?: string },
  ) => StreamInput;
  readonly goLive: () => void;
  readonly delivered: () => readonly (number | undefined)[];
}

/** A dense channel that has handled everything up to 10. */
export function stream(
  { seen = new HeardIds().on(''), rows = new KnownRows(), ...options }: Partial<StreamOptions & StreamMemory> = {},
  memory: Partial<StreamMemory> = {},
): Driver {
  const state = initialStream(
    {
      position: 'dense',
      replay: 'commit-ordered',
      snapshot: true,
      startFrom: 'now',
      settings: defaultStreamSettings,
      rules: streamRules,
      ...options,
    },
    {
      seen,
      rows,
      cursor: { epoch: 'e', seq: 10 },
      closed: [],
      marks: new Map(),
      positions: [{ seq: 10, id: 'm10' }],
      ...memory,
    },
    0,
  );
  const all: StreamEffect[] = [];
  const at = (nowMs: number, ...inputs: readonly StreamInput[]): readonly StreamEffect[] => {
    const effects = inputs.flatMap((input) => step(state, input, { nowMs, random: 0.5 }).effects);
    all.push(...effects);
    return effects;
  };
  const live = (...arrivals: readonly Arrival[]): readonly StreamInput[] =>
    arrivals.map((each) => ({ kind: 'live', generation: 1, arrival: each }));
  /** What was told is still in the log. */
  const stillThere = (upTo: number, events: readonly Arrival[]): readonly Arrival[] => {
    const told = all.flatMap((effect) => (effect.kind === 'deliver' ? [effect.arrival] : []));
    const given = new Set(events.map(({ event }) => event.seq));
    return [arrival(10), ...told].filter(
      ({ event: { seq = 0 } }) => seq > (state.read?.from ?? 0) && seq <= upTo && !given.has(seq),
    );
  };
  const page = (headSeq: number, ...events: readonly Arrival[]): StreamInput => ({
    kind: 'page',
    answer: {
      read: state.read?.number ?? 0,
      epoch: 'e',
      headSeq,
      floorSeq: undefined,
      nextSeq: undefined,
      hasMore: false,
      events: [...stillThere(headSeq, events), ...events],
    },
  });
  /** The answer to the list that is asked for now. */
  const list = (
    asOfSeq: number | undefined,
    rows: readonly Row[] = [],
    part: Partial<SnapshotPart> & { readonly epoch?: string } = {},
  ): StreamInput => {
    const { epoch = 'e', ...rest } = part;
    const things: SnapshotPart = {
      resource: 'things',
      rows,
      deleted: [],
      asOf: undefined,
      tombstones: true,
      complete: true,
      ...rest,
    };
    return { kind: 'snapshot', answer: { read: state.read?.number ?? 0, epoch, asOfSeq, parts: [things] } };
  };
  const goLive = (): void => {
    at(0, { kind: 'joined', generation: 1 }, { kind: 'drained' });
    at(0, page(10));
  };
  const delivered = (): readonly (number | undefined)[] =>
    all.flatMap((effect) => (effect.kind === 'deliver' ? [effect.arrival.event.seq] : []));
  return { state, at, live, page, list, goLive, delivered, all };
}

export const thing = (name: string, version: number, openWork = false): Row => ({
  key: `things\n${name}`,
  version,
  updatedAt: undefined,
  openWork,
  value: undefined,
});

export const kinds = (effects: readonly StreamEffect[]): readonly string[] => effects.map(({ kind }) => kind);
