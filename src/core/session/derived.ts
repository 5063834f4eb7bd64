// What a row of a list amounts to, as an event: for those who listen and keep no table.
import type { ContractData } from '../../contract/contract.ts';
import type { EventId, HeardEvent } from '../../contract/event.ts';
import type { DerivedEvent } from '../../contract/resource.ts';
import type { RoleDefinition } from '../../contract/role.ts';
import { momentIn } from './row-moment.ts';
import type { RowRef } from '../stream/rows.ts';
import { listKey } from './subjects.ts';
import type { Place } from './place.ts';
import { wireName } from '../../contract/routing.ts';

/** The events that a changed row amounts to on one channel, for one role. */
export function createDeriver(
  contract: ContractData,
  role: RoleDefinition,
  scope: Readonly<Record<string, unknown>>,
  place: Place,
  report: (error: unknown) => void,
): (list: string, previous: unknown, row: unknown) => readonly DerivedEvent[] {
  const byList = new Map([...place.resources].map(([name, resource]) => [listKey(place, name), resource]));

  const isHere = ({ name, channel, params }: DerivedEvent): boolean =>
    channel === place.channel &&
    (role.events?.includes(name) ?? true) &&
    wireName(contract, channel, { ...scope, ...params }) === place.wire;

  return (list, previous, row) => {
    try {
      const told = byList.get(list)?.rowToEvent?.(previous, row, scope);
      if (told === undefined) return [];
      return (isList(told) ? told : [told]).filter(isHere);
    } catch (error) {
      // A contract's own functions may have faults: the rest of the list is told all the same.
      report(error);
      return [];
    }
  };
}

const isList = (told: DerivedEvent | readonly DerivedEvent[]): told is readonly DerivedEvent[] => Array.isArray(told);

/** The id is the same on every device and after every restart. */
export function derivedEvent(
  place: Place,
  row: RowRef & { readonly value: unknown },
  { name, data, subject }: DerivedEvent,
  index: number,
): HeardEvent {
  const id = `${row.key.replace('\n', ' ')} ${row.version}${index === 0 ? '' : ` ${index}`}`;
  return {
    name,
    data,
    channel: place.channel,
    params: place.params,
    id: id as EventId,
    seq: undefined,
    epoch: undefined,
    previousSeq: undefined,
    headSeq: undefined,
    occurredAt: momentIn(row.value),
    subject,
    sender: undefined,
    correlationId: undefined,
    tenant: undefined,
    replayed: true,
  };
}
