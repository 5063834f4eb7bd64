// The faults that were asked for: which are still to come, and how often each has fired. It alone changes them.
import { HeardError } from '../../errors.ts';
import type { TrafficLog } from '../traffic.ts';
import {
  isFor,
  isSudden,
  timesOf,
  wrongWith,
  type Fault,
  type FaultMatch,
  type FaultPoint,
  type FaultReport,
  type StandingFault,
  type StandingKind,
  type SuddenFault,
  type SuddenKind,
} from './fault.ts';

export interface Faults extends FaultPoint {
  /** Resolves when a sudden one has happened; a standing one waits from now on. Rejects for what is no fault. */
  add(fault: Fault): Promise<FaultReport>;
  /** All of them, the spent ones too, in the order in which they were asked for. */
  list(): readonly FaultReport[];
  remove(id: number): boolean;
  clear(): void;
}

interface Kept {
  readonly id: number;
  readonly fault: Fault;
  fired: number;
  left: number;
}

export interface FaultsOptions {
  readonly acts: Readonly<Record<SuddenKind, (fault: SuddenFault) => Promise<void>>>;
  /** Everybody is hung up on: the server is as good as gone. */
  stop(): Promise<void>;
  readonly traffic: TrafficLog;
}

/** Spent ones beyond these are forgotten, the oldest first. */
const mostKept = 1_000;

export function createFaults({ acts, stop, traffic }: FaultsOptions): Faults {
  let kept: Kept[] = [];
  let nextId = 1;

  function fire(one: Kept, moment: FaultMatch): void {
    one.fired += 1;
    one.left -= 1;
    const where = Object.values(moment).join(' ');
    traffic({ kind: 'fault', what: `#${one.id} ${one.fault.kind}${where === '' ? '' : ` at ${where}`}` });
  }

  function keep(fault: Fault): Kept {
    const one: Kept = { id: nextId, fault, fired: 0, left: isSudden(fault) ? 1 : timesOf(fault) };
    nextId += 1;
    if (kept.length >= mostKept) {
      const spent = kept.find(({ left }) => left === 0);
      if (spent === undefined) {
        throw new HeardError('too-many', `${mostKept} faults are waiting already.`, {
          remediation: 'Delete those that are not needed: DELETE /_dev/faults.',
        });
      }
      kept = kept.filter((other) => other !== spent);
    }
    kept.push(one);
    return one;
  }

  return {
    async add(fault) {
      const wrong = wrongWith(fault);
      if (wrong !== undefined) {
        throw new HeardError('input-invalid', `That is no fault. ${wrong}`, {
          remediation: 'Mend it and add it again; GET /_dev/faults shows those that wait.',
        });
      }
      const one = keep(structuredClone(fault));
      if (isSudden(one.fault)) {
        fire(one, one.fault.match ?? {});
        await acts[one.fault.kind](one.fault);
      } else if (one.fault.kind === 'stopped') {
        await stop();
      }
      return { ...one };
    },
    list: () => kept.map((one) => ({ ...one })),
    remove(id) {
      const before = kept.length;
      kept = kept.filter((one) => one.id !== id);
      return kept.length < before;
    },
    clear() {
      kept = [];
    },
    take<Kind extends StandingKind>(kind: Kind, moment: FaultMatch) {
      const one = kept.find(({ fault, left }) => left > 0 && fault.kind === kind && isFor(fault.match, moment));
      if (one === undefined) return undefined;
      fire(one, moment);
      return one.fault as StandingFault & { readonly kind: Kind };
    },
  };
}
