// A whole development server in a process of its own, that can be killed between the log and the devices:
// `node killed-server.ts <file> <port> <hangs at>`. It says where it listens. From the so manieth order on nothing of laravel-pos
// gets out any more, and it says so: what was emitted until then is in the file, and nobody was told.
import { writeSync } from 'node:fs';
import type { CreateBackend } from '../../../src/dev-server/backend.ts';
import { backends } from '../../../src/dev-server/backends/index.ts';
import { createDevServer } from '../../../src/dev-server/dev-server.ts';
import type { Publisher } from '../../../src/emit/index.ts';

const [data = '', port = '0', hangsAt = '0'] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

let orders = 0;
const hanging = (publisher: Publisher): Publisher => ({
  ...publisher,
  atOnce: 1,
  publish(publications) {
    for (const { name, payload } of publications) {
      if (name !== 'OrderCreated') continue;
      orders += 1;
      if (orders === Number(hangsAt)) say(`hangs with ${(payload as { event_id: string }).event_id}`);
    }
    return orders === Number(hangsAt) ? new Promise(() => undefined) : publisher.publish(publications);
  },
});
const laravelPos: CreateBackend = (seams) => backends['laravel-pos']({ ...seams, publisher: hanging(seams.publisher) });

const others = Object.entries(backends).flatMap(([name, create]) => (name === 'laravel-pos' ? [] : [create]));
const server = createDevServer({ backends: [laravelPos, ...others], data, port: Number(port) });
say(`listens at ${await server.listen()}`);
