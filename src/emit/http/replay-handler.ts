// Answers what was said on a channel behind a position: what a device reads that was away, or that found a hole.
import type { ContractData } from '../../contract/contract.ts';
import { createRouter } from '../../contract/routing.ts';
import { HeardError } from '../../errors.ts';
import type { AskedChannel, Permission } from '../caller.ts';
import type { EventLog, LogPage } from '../event-log.ts';
import { sealed } from '../sealing.ts';
import { unfailing, type Handler, type HandlerOptions } from './handler.ts';
import { channelDenied, methodNotAllowed, problem, unauthenticated } from './problem.ts';

export interface ReplayHandlerOptions extends HandlerOptions {
  readonly log: EventLog;
  /** Whether who asks may hear this channel; `whoMayHear` decides it as the contract does. */
  readonly mayRead: (request: Request, channel: AskedChannel) => Permission | Promise<Permission>;
  /** The most events of a page, whatever is asked for. Default 500. */
  readonly mostEvents?: number;
  /** A page that is longer ends early. Default 1 MiB. */
  readonly mostBytes?: number;
}

/** How many events a page has when nobody says. */
const usualLimit = 100;

/**
 * `GET …?channel&seq&limit` → `{ epoch, head_seq, floor_seq, events, next_seq, has_more }`, and 410 with
 * `{ floor_seq, head_seq, epoch }` when events behind that position are gone. 404 for a channel that has no positions.
 */
export function replayHandler(contract: ContractData, options: ReplayHandlerOptions): Handler {
  if (contract.replay === undefined) {
    throw new HeardError('options-invalid', `The clients of "${contract.name}" ask for no replay.`, {
      remediation: 'Describe it in the contract: "replay". What was missed is read from lists otherwise.',
    });
  }
  const { log, mayRead, mostEvents = 500, mostBytes = 1_048_576 } = options;
  const routeOf = createRouter(contract);

  return unfailing(async (request) => {
    if (request.method !== 'GET') return methodNotAllowed('GET');
    const asked = new URL(request.url).searchParams;
    const wire = asked.get('channel') ?? '';
    const seq = wholeNumber(asked.get('seq'));
    const limit = wholeNumber(asked.get('limit') ?? String(usualLimit));
    if (wire === '') return unfit('channel', 'the name of a channel');
    if (seq === undefined) return unfit('seq', 'a position: 0, or the last one that is known');
    if (limit === undefined || limit === 0) return unfit('limit', 'a number from 1');

    const route = routeOf(wire);
    if (route === undefined || route.definition.position === 'none') return withoutLog();
    const permission = await mayRead(request, { ...route, wire });
    if (permission === 'unauthenticated') return unauthenticated();
    if (!permission) return channelDenied('Who asks may not hear this channel.');

    const page = await log.read(wire, seq, Math.min(limit, mostEvents));
    return seq + 1 < page.floorSeq ? gone(page) : found(contract, page, seq, mostBytes);
  }, options);
}

/** Digits alone: `1e3`, `0x10` and ` 1` are no positions. */
function wholeNumber(text: string | null): number | undefined {
  if (text === null || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

const borders = ({ epoch, headSeq, floorSeq }: LogPage) => ({ epoch, head_seq: headSeq, floor_seq: floorSeq });

function found(contract: ContractData, page: LogPage, asked: number, mostBytes: number): Response {
  const texts: string[] = [];
  let length = 0;
  // Who is ahead of the head is told where it is, and sees what that means.
  let last = Math.min(asked, page.headSeq);
  for (const { seq, facts } of page.events) {
    const text = JSON.stringify(
      sealed(contract, facts, { seq, epoch: page.epoch, headSeq: page.headSeq }, true).payload,
    );
    length += text.length;
    if (texts.length > 0 && length > mostBytes) break;
    texts.push(text);
    last = seq;
  }
  const rest = JSON.stringify({ ...borders(page), next_seq: last, has_more: last < page.headSeq });
  return new Response(`{"events":[${texts.join(',')}],${rest.slice(1)}`, {
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  });
}

const gone = (page: LogPage): Response =>
  problem({
    status: 410,
    name: 'position-gone',
    detail: 'Events behind this position are not kept any more: read the lists.',
    more: borders(page),
  });

const withoutLog = (): Response =>
  problem({ status: 404, name: 'channel-without-log', detail: 'No events are kept of such a channel.' });

const unfit = (parameter: string, expected: string): Response =>
  problem({
    status: 400,
    name: 'parameter-invalid',
    detail: `"${parameter}" is to be ${expected}.`,
    more: { parameter },
  });
