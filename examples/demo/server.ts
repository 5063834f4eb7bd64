// What the page talks to: the development server, playing the pizzeria of laravel-pos. What is said here beyond that is
// what no healthy server sends.
import { laravelPos } from 'heard/contracts/laravel-pos';
import { backends, createDevServer, type CreateBackend, type DevServer, type Traffic } from 'heard/dev-server';
import type { EventLog, LoggedFacts } from 'heard/emit';

export const misbehaviours = ['again', 'broken', 'foreign', 'unknown'] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

export interface KitchenServer {
  readonly server: DevServer;
  misbehave(how: Misbehaviour): Promise<void>;
}

const store = 'pizza-bab-el-oued';
const channel = `private-store.${store}.kds`;
const mostKept = 10_000;

export function createKitchenServer(traffic: (entry: Traffic) => void): KitchenServer {
  let log: EventLog | undefined;
  const pizzeria: CreateBackend = (seams) => {
    ({ log } = seams);
    const create = backends['laravel-pos'];
    return create(seams);
  };
  const server = createDevServer({ backends: [pizzeria], port: 0, traffic });
  const publisher = server.publisherOf(laravelPos.name);

  const factsOf = (name: string, data: unknown, tenant = store): LoggedFacts => ({
    id: crypto.randomUUID(),
    name,
    data,
    tenant,
    occurredAt: Date.now(),
  });

  /** Past everything that would look at it, which is what an emitter is for. */
  async function publish(facts: LoggedFacts, at: { readonly seq: number; readonly epoch: string }): Promise<void> {
    const sealed = laravelPos.dialect.seal({ ...facts, ...at, previousSeq: at.seq - 1, replayed: false });
    await publisher.publish([{ channel, ...sealed }]);
  }

  /** It has a place in the log like any other, so that the events behind it are not missed for its sake. */
  async function logAndPublish(facts: LoggedFacts): Promise<void> {
    const placed = (await log?.append(facts, [channel])) ?? [];
    for (const at of placed) await publish(facts, at);
  }

  async function misbehave(how: Misbehaviour): Promise<void> {
    const ticket = { id: 1, items: [] };
    switch (how) {
      case 'broken':
        return logAndPublish(factsOf('KdsTicketCreated', { ticket: { ...ticket, id: 'not a number' } }));
      case 'unknown':
        return logAndPublish(factsOf('OvenIsHot', { oven: 2, celsius: 300 }));
      case 'foreign':
        return publish(factsOf('KdsTicketCreated', { ticket }, 'another-store'), { seq: 1, epoch: 'another' });
      case 'again': {
        const page = await log?.read(channel, 0, mostKept);
        const last = page?.events.findLast(({ facts: { name } }) => name === 'KdsTicketCreated');
        if (page !== undefined && last !== undefined) await publish(last.facts, { seq: last.seq, epoch: page.epoch });
      }
    }
  }

  return { server, misbehave };
}
