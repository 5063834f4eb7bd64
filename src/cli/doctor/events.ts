// Whether events are as the contract says: what was replayed, and what was heard.
import type { Contract, ContractData, ContractSpec } from '../../contract/contract.ts';
import { createDecoder } from '../../contract/decode.ts';
import type { Frame } from '../../contract/dialect.ts';
import type { Chart } from './finding.ts';

export interface Shapes {
  look(frame: Frame): void;
  /** Says it, once all have been looked at. */
  tell(at: string, chart: Chart): void;
  readonly count: number;
}

export function shapesOf(contract: ContractData): Shapes {
  const decode = createDecoder(contract as Contract<ContractSpec>);
  let count = 0;
  const unknown = new Set<string>();
  const broken: string[] = [];

  return {
    look(frame) {
      count += 1;
      const decoded = decode(frame);
      if (decoded.kind === 'unknown') unknown.add(decoded.event.name);
      if (decoded.kind !== 'invalid') return;
      const where = decoded.mismatches.map(({ path, because }) => `${path} ${because}`).join('; ');
      broken.push(
        `${decoded.event?.name ?? 'an event'} on ${frame.channel}: ${where === '' ? decoded.because : where}`,
      );
    },
    tell(at, chart) {
      if (count === 0) {
        return chart.skipped(
          'events',
          at,
          'there was no event to look at',
          'Let something happen and ask again, or wait for it: --listen 30',
        );
      }
      if (broken.length > 0) {
        return chart.problem(
          'events',
          at,
          `${broken.length} of ${count} events are not as the contract says: ${broken[0]}`,
          'Mend what the backend broadcasts, or describe it in the contract with extendContract().',
        );
      }
      const remark = unknown.size === 0 ? '' : `; the contract does not know ${[...unknown].join(', ')}`;
      chart.ok('events', at, `${count} events, all as the contract says${remark}`);
    },
    get count() {
      return count;
    },
  };
}
