// What an event asks of the inbox, by the contract's rules. These are somebody else's functions: one that throws, or answers
// with what it must not, is told, and the event is work all the same.
import type { ContractData } from '../../contract/contract.ts';
import type { WorkRule } from '../../contract/event.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';

export interface Asking {
  /** The work of which it says that it is done or given up. */
  closed(event: DeliveredEvent): Asked | undefined;
  /** The work that it asks for. */
  opened(event: DeliveredEvent): Asked;
  laneOf(event: DeliveredEvent, own: ((event: DeliveredEvent) => string) | undefined): string;
}

export interface Asked {
  readonly key: string;
  readonly attempt: number | undefined;
}

export interface AskingOptions {
  readonly contract: ContractData;
  readonly report: (error: unknown) => void;
  /** A name that nothing else has. */
  readonly unique: () => string;
}

export function createAsking({ contract, report, unique }: AskingOptions): Asking {
  const ruleOf = ({ name }: DeliveredEvent): WorkRule | undefined => contract.events.get(name)?.work;

  function told<Value>(ask: () => Value): Value | undefined {
    try {
      return ask();
    } catch (error) {
      report(error);
      return undefined;
    }
  }

  function ruled(rule: WorkRule, { name, data }: DeliveredEvent): Asked | undefined {
    const key: unknown = told(() => rule.key(data));
    // A number comes from somebody without types, and says what it means.
    if (typeof key !== 'string' && typeof key !== 'number') {
      if (key !== undefined) report(new TypeError(`work.key of ${name} gave no text`));
      return undefined;
    }
    const attempt: unknown = told(() => rule.attempt?.(data));
    return {
      key: `key ${key}`,
      attempt: typeof attempt === 'number' && Number.isFinite(attempt) ? attempt : undefined,
    };
  }

  /** The event is the work. */
  function byItself({ id, channel, params, epoch, seq }: DeliveredEvent): Asked {
    // Tables have one channel each, and each counts from 1.
    const place = seq === undefined ? undefined : JSON.stringify([channel, Object.entries(params), epoch, seq]);
    return { key: id === undefined ? `at ${place ?? unique()}` : `event ${id}`, attempt: undefined };
  }

  return {
    closed(event) {
      const rule = ruleOf(event);
      return rule?.step === 'closes' ? ruled(rule, event) : undefined;
    },
    opened(event) {
      const rule = ruleOf(event);
      return (rule?.step === 'opens' ? ruled(rule, event) : undefined) ?? byItself(event);
    },
    laneOf(event, own) {
      const lane: unknown = own === undefined ? undefined : told(() => own(event));
      if (typeof lane === 'string' || typeof lane === 'number') return String(lane);
      const { subject, channel } = event;
      return subject === undefined ? channel : `${subject.type}:${subject.id}`;
    },
  };
}
