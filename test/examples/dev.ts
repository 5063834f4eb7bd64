// The server that every example talks to, as `heard dev` starts it, and whoever else is in the house.
import { onTestFinished } from 'vitest';
import { backends } from '../../src/dev-server/backends/index.ts';
import { createDevServer, type DevServer } from '../../src/dev-server/dev-server.ts';

export interface Dev {
  readonly url: string;
  readonly server: DevServer;
  /** Somebody asks the server for something, and has to get it. */
  ask(path: string, body?: unknown, token?: string): Promise<unknown>;
}

export async function startedDev(): Promise<Dev> {
  const server = createDevServer({ backends: Object.values(backends), port: 0 });
  const url = await server.listen();
  onTestFinished(() => server.close());

  return {
    url,
    server,
    async ask(path, body, token) {
      const answer = await fetch(new URL(path, url), {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${await answer.text()}`);
      return answer.json();
    },
  };
}
