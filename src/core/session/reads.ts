// What a stream asks of the server over HTTP, and what the answers are: pages of a log, and lists. Knows how to ask, and
// nothing of when.
import type { ContractData } from '../../contract/contract.ts';
import type { Decoded, Decoder } from '../../contract/decode.ts';
import { fillPath, withSearch, type SearchValues } from '../../contract/request.ts';
import type { ResourceDefinition, SnapshotPage, SnapshotQuestion } from '../../contract/resource.ts';
import { validate, type Mismatch } from '../../contract/schema.ts';
import { digest } from '../../lib/digest.ts';
import { isRecord } from '../../lib/json.ts';
import type { Api, ApiAnswer } from '../api/api.ts';
import type { Signal } from '../signals.ts';
import type { Arrival } from '../stream/held.ts';
import type { StreamInput } from '../stream/machine.ts';
import type { FailedAnswer } from '../stream/answers.ts';
import type { RowRef } from '../stream/rows.ts';
import type { Row, SnapshotPart } from '../stream/state.ts';
import type { Quarantined } from './inbound.ts';
import { urgencyOf, type Place } from './place.ts';
import { createQueue } from './read-queue.ts';
import { momentIn, momentText } from './row-moment.ts';
import { listKey, rowKey, versionOf } from './subjects.ts';

export interface Reads {
  /** What a loss on this channel is made good by: every event, or only what lists still show. */
  covers(place: Place): 'all' | 'some';
  replay(place: Place, from: number, limit: number, read: number): Promise<StreamInput>;
  snapshot(place: Place, since: ReadonlyMap<string, string>, read: number): Promise<StreamInput>;
  /** Gives up what is under way. */
  dispose(): void;
}

export interface ReadsOptions {
  readonly contract: ContractData;
  readonly scope: Readonly<Record<string, unknown>>;
  readonly api: Api;
  readonly decode: Decoder;
  readonly serverNowMs: () => number;
  readonly nowMs: () => number;
  /** The arrival that a decoded event of a channel's log is; undefined when it is not this device's. */
  readonly arrivalOf: (place: Place, decoded: Decoded) => Arrival | undefined;
  /** The version under which a row is known. */
  readonly knownVersion: (place: Place, key: string) => RowRef['version'] | undefined;
  /** A row that could not be read. */
  readonly quarantine: (told: Quarantined) => void;
  readonly signal: (signal: Signal) => void;
  readonly correlationId: string;
}

/** Too many for any list that moves on. */
const mostPages = 10_000;
/** At once; browsers allow six connections to a host, and the outbox needs some. */
const mostAtOnce = 4;

class Failed extends Error {
  readonly answer: Omit<FailedAnswer, 'read'>;
  constructor(answer: Omit<FailedAnswer, 'read'>) {
    super(answer.failure);
    this.answer = answer;
  }
}

export function createReads(options: ReadsOptions): Reads {
  const { contract, scope, api, decode, signal } = options;
  const over = new AbortController();
  const queue = createQueue(mostAtOnce);
  /** Lists that are being asked for the same at this very moment: one request answers all. */
  const lists = new Map<string, { readonly askedAtMs: number; readonly pages: Promise<readonly SnapshotPage[]> }>();
  const withoutLog = new Set<string>();
  /** Lists that the server does not have, or not for this device. The others are read all the same. */
  const withoutList = new Set<string>();
  const toldMissing = new Set<string>();

  const ask = async (path: string, place: Place): Promise<ApiAnswer> =>
    queue.run(urgencyOf(place.priority), () =>
      api.ask({ method: 'GET', path }, { signal: over.signal, correlationId: options.correlationId }),
    );

  async function replay(place: Place, from: number, limit: number, read: number): Promise<StreamInput> {
    const { replay: log } = contract;
    if (log === undefined) return failed(read, notFound);
    const search = log.search({ channel: place.wire, seq: from, limit });
    const answer = await ask(withSearch(fillPath(log.path, scope), search), place);
    if (answer.kind === 'refusal' && answer.status === 410) {
      const border = log.gone(answer.body);
      return failed(read, {
        failure: 'gone',
        retryAfterMs: undefined,
        floorSeq: border?.floorSeq,
        headSeq: border?.headSeq,
      });
    }
    const failure = failureOf(answer);
    if (failure !== undefined) {
      if (failure.failure === 'not-found') {
        withoutLog.add(place.wire);
        tellMissing(place, log.path, answer);
      }
      return failed(read, failure);
    }
    const page = answer.kind === 'success' ? log.page(answer.body) : undefined;
    if (page === undefined) return failed(read, unreadable);
    const events = page.events.flatMap((payload) => {
      const decoded = decode({ channel: place.wire, name: nameOf(payload), payload });
      const arrival = options.arrivalOf(place, decoded);
      return arrival === undefined ? [] : [arrival];
    });
    return {
      kind: 'page',
      answer: {
        read,
        epoch: page.epoch,
        headSeq: page.headSeq,
        floorSeq: page.floorSeq,
        nextSeq: page.nextSeq,
        hasMore: page.hasMore,
        events,
      },
    };
  }

  async function snapshot(place: Place, since: ReadonlyMap<string, string>, read: number): Promise<StreamInput> {
    try {
      const parts: SnapshotPart[] = [];
      let epoch: string | undefined;
      let asOfSeq: number | undefined;
      const asked = [...place.resources].map(async ([name, resource]) => {
        const list = listKey(place, name);
        return { list, name, resource, pages: await pagesUnlessMissing(place, name, resource, since.get(list)) };
      });
      for (const { list, name, resource, pages } of await Promise.all(asked)) {
        if (pages === undefined) continue;
        // What changes while the later pages are read is read again the next time.
        const [first] = pages;
        if (epoch !== undefined && first?.epoch !== undefined && first.epoch !== epoch) throw new Failed(unreadable);
        epoch ??= first?.epoch;
        if (first?.asOfSeq !== undefined) asOfSeq = Math.min(asOfSeq ?? first.asOfSeq, first.asOfSeq);
        parts.push(partOf(place, list, name, resource, pages));
      }
      if (parts.length === 0) {
        tellWithout(place);
        return failed(read, notFound);
      }
      return { kind: 'snapshot', answer: { read, epoch, asOfSeq, parts } };
    } catch (error) {
      if (error instanceof Failed) return failed(read, error.answer);
      signal({ kind: 'callback', error });
      return failed(read, unreadable);
    }
  }

  async function pagesUnlessMissing(
    place: Place,
    name: string,
    resource: ResourceDefinition,
    since: string | undefined,
  ): Promise<readonly SnapshotPage[] | undefined> {
    if (withoutList.has(name)) return undefined;
    try {
      return await pagesOf(place, name, resource, since);
    } catch (error) {
      if (!(error instanceof Failed) || error.answer.failure !== 'not-found') throw error;
      withoutList.add(name);
      return undefined;
    }
  }

  /** Every page, or nothing. */
  function pagesOf(
    place: Place,
    name: string,
    resource: ResourceDefinition,
    since: string | undefined,
  ): Promise<readonly SnapshotPage[]> {
    const question = `${name}\n${since ?? ''}`;
    const same = lists.get(question);
    const nowMs = options.nowMs();
    if (same !== undefined && same.askedAtMs === nowMs) return same.pages;
    const pages = readPages(place, resource, since);
    lists.set(question, { askedAtMs: nowMs, pages });
    const forget = (): void => {
      if (lists.get(question)?.pages === pages) lists.delete(question);
    };
    pages.then(forget, forget);
    return pages;
  }

  async function readPages(
    place: Place,
    resource: ResourceDefinition,
    since: string | undefined,
  ): Promise<readonly SnapshotPage[]> {
    const pages: SnapshotPage[] = [];
    const cursors = new Set<string>();
    let cursor: string | undefined;
    do {
      const question: SnapshotQuestion = {
        scope,
        ...(since !== undefined && { updatedSince: since }),
        ...(cursor !== undefined && { cursor }),
      };
      const search: SearchValues = resource.search?.(question) ?? {};
      const answer = await ask(withSearch(fillPath(resource.path, scope), search), place);
      const failure = failureOf(answer);
      if (failure !== undefined) {
        if (failure.failure === 'not-found') tellMissing(place, resource.path, answer);
        throw new Failed(failure);
      }
      const page = answer.kind === 'success' ? resource.page(answer.body, question) : undefined;
      if (page === undefined) throw new Failed(unreadable);
      // Pages that speak of two epochs are no list.
      if (pages[0]?.epoch !== undefined && page.epoch !== undefined && page.epoch !== pages[0].epoch) {
        throw new Failed(unreadable);
      }
      pages.push(page);
      cursor = page.next;
      if (cursor !== undefined && (cursors.has(cursor) || pages.length >= mostPages)) {
        signal({ kind: 'config', because: 'no-progress', channel: place.channel, remediation: noProgress });
        throw new Failed(unreadable);
      }
      if (cursor !== undefined) cursors.add(cursor);
    } while (cursor !== undefined);
    return pages;
  }

  function partOf(
    place: Place,
    list: string,
    name: string,
    resource: ResourceDefinition,
    pages: readonly SnapshotPage[],
  ): SnapshotPart {
    // By key, because a row that changes while the list is read may be on two pages.
    const rows = new Map<string, Row>();
    let isWhole = true;
    for (const value of pages.flatMap((page) => page.rows)) {
      const row = rowOf(place, list, name, resource, value);
      if (row === undefined) isWhole = false;
      else rows.set(row.key, row);
    }
    const deleted = pages
      .flatMap((page) => page.deleted)
      .map((stone) => {
        const key = rowKey(list, stone.id);
        const known = options.knownVersion(place, key);
        // A deletion stands between the last version and the next one.
        return { key, version: typeof known === 'number' ? known + 0.5 : `deleted ${stone.at ?? ''}` };
      });
    const [first] = pages;
    const last = pages.at(-1);
    return {
      resource: list,
      rows: [...rows.values()],
      deleted,
      asOf: first?.asOf,
      tombstones: first?.tombstones ?? false,
      // A row that could not be read is not gone.
      complete: isWhole && (last?.complete ?? false),
    };
  }

  function rowOf(
    place: Place,
    list: string,
    name: string,
    resource: ResourceDefinition,
    value: unknown,
  ): Row | undefined {
    const checked = validate(resource.row, value);
    if (!checked.ok) {
      setAside(place, name, value, checked.mismatches);
      return undefined;
    }
    const row = checked.value;
    const { openWork } = resource;
    const atMs = momentIn(row);
    const isYoung = atMs === undefined || options.serverNowMs() - atMs <= (openWork?.maxAgeMs ?? 0);
    try {
      return {
        key: rowKey(list, resource.key(row)),
        version: versionOf(resource.version?.(row), row),
        updatedAt: momentText(row),
        openWork: openWork !== undefined && isYoung && openWork.is(row),
        value: row,
      };
    } catch {
      // A contract's own functions may have faults: one row must not keep the others away.
      setAside(place, name, value, [{ path: '', because: 'the contract threw' }]);
      return undefined;
    }
  }

  function setAside(place: Place, name: string, value: unknown, mismatches: readonly Mismatch[]): void {
    const text = JSON.stringify(value) ?? '';
    options.quarantine({
      kind: 'quarantined',
      channel: place.channel,
      name,
      because: 'row',
      mismatches,
      digest: digest(text),
      bytes: text.length,
      seq: undefined,
      id: undefined,
    });
  }

  /** Once for each address: it is so until somebody changes the server or the rights. */
  function tellMissing(place: Place, path: string, answer: ApiAnswer): void {
    if (answer.kind !== 'refusal' || answer.status === 404 || toldMissing.has(path)) return;
    toldMissing.add(path);
    const remediation = `The server answers ${answer.status} to GET ${path}. Give this device’s token the right to read it.`;
    signal({ kind: 'config', because: 'unreadable-list', channel: place.channel, remediation });
  }

  /** None of its lists is there: rather a wrong address than a server that has none of what its contract promises. */
  function tellWithout({ channel, resources }: Place): void {
    for (const { path } of resources.values()) {
      if (toldMissing.has(path)) continue;
      toldMissing.add(path);
      const remediation = `The server has no GET ${path}, and what was missed cannot be read. Check \`api.baseUrl\`.`;
      signal({ kind: 'config', because: 'missing-list', channel, remediation });
    }
  }

  return {
    covers({ wire, definition, resources, uncovered }) {
      if (contract.replay !== undefined && definition.position !== 'none' && !withoutLog.has(wire)) return 'all';
      return uncovered.length > 0 || [...resources.keys()].some((name) => withoutList.has(name)) ? 'some' : 'all';
    },
    async replay(place, from, limit, read) {
      try {
        return await replay(place, from, limit, read);
      } catch (error) {
        // A contract's own functions may have faults.
        signal({ kind: 'callback', error });
        return failed(read, unreadable);
      }
    },
    snapshot,
    dispose: () => over.abort(),
  };
}

const noProgress = 'The server’s pages do not move on: a page names a next one that was read already.';

const unreadable: Omit<FailedAnswer, 'read'> = { failure: 'unreadable', retryAfterMs: undefined, floorSeq: undefined };

const notFound: Omit<FailedAnswer, 'read'> = { failure: 'not-found', retryAfterMs: undefined, floorSeq: undefined };

const failed = (read: number, answer: Omit<FailedAnswer, 'read'>): StreamInput => ({
  kind: 'failed',
  answer: { read, ...answer },
});

/** What an answer that is no page means for the reading; undefined when it is one. */
function failureOf(answer: ApiAnswer): Omit<FailedAnswer, 'read'> | undefined {
  if (answer.kind === 'success') return undefined;
  const { retryAfterMs } = answer;
  if (answer.kind === 'failure') {
    const isUnreadable = answer.because === 'unreadable' || answer.because === 'captive-portal';
    return { failure: isUnreadable ? 'unreadable' : 'network', retryAfterMs, floorSeq: undefined };
  }
  return { failure: failureByStatus.get(answer.status) ?? 'busy', retryAfterMs, floorSeq: undefined };
}

/** 403, 405 and 501: it may be there, but not for this device and not in this life. */
const failureByStatus: ReadonlyMap<number, FailedAnswer['failure']> = new Map([
  [403, 'not-found'],
  [404, 'not-found'],
  [405, 'not-found'],
  [410, 'gone'],
  [501, 'not-found'],
]);

/** For dialects whose envelope does not say its own name: what an event in a log is called. */
function nameOf(payload: unknown): string {
  if (!isRecord(payload)) return '';
  const name = payload['event'] ?? payload['name'];
  return typeof name === 'string' ? name : '';
}
