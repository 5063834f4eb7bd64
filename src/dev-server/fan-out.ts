// What a backend emits, brought to every wire that carries it. It is the development server's own memory that takes it, so a
// wire that fails is a mistake of the server: told in the terminal, and no reason to tell the others twice.
import type { ContractData } from '../contract/contract.ts';
import type { Publication, Publisher } from '../emit/index.ts';
import type { Part } from './part.ts';
import type { TrafficLog } from './traffic.ts';

export function fanOut(contract: ContractData, parts: readonly Part[], traffic: TrafficLog): Publisher {
  const carrying = parts.filter((part) => part.carries(contract));
  const limits = carrying.flatMap(({ publisher }) => publisher.mostBytes ?? []);

  async function bring({ name, publisher }: Part, publications: readonly Publication[]): Promise<void> {
    const atOnce = Math.max(1, publisher.atOnce ?? 1);
    try {
      for (let from = 0; from < publications.length; from += atOnce) {
        await publisher.publish(publications.slice(from, from + atOnce));
      }
    } catch (error) {
      traffic({
        kind: 'trouble',
        what: `${name} did not publish: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }

  return {
    atOnce: 100,
    ...(limits.length > 0 && { mostBytes: Math.min(...limits) }),
    async publish(publications) {
      await Promise.all(carrying.map((part) => bring(part, publications)));
    },
  };
}
