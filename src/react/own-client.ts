// A client of the provider's own, which runs while the provider is on the screen.
import type { PlainClient } from './plain-client.ts';

/** A client that is started when somebody begins to use it, and stopped when nobody does any more. */
export interface OwnClient {
  client(): PlainClient;
  use(failed: (error: unknown) => void): () => void;
}

/**
 * Those that are stopping, by contract. A module that is replaced while the app runs brings another provider with another
 * client: that one waits, so that the device never has two sockets.
 */
const stopping = new Map<string, Promise<unknown>>();

/**
 * StrictMode, and a component that is replaced while the app runs, unmount and mount again within one task. So a stop waits
 * for the end of the task, and does not happen when somebody uses the client again by then. It is a stop and no disposal, because
 * what React hides (`Activity`) is unmounted, too, and goes on with the same state when it is shown again.
 */
export function ownClient(create: () => PlainClient, contract: string): OwnClient {
  let own: PlainClient | undefined;
  let users = 0;
  let isRunning = false;
  const client = (): PlainClient => (own ??= create());

  async function start(): Promise<void> {
    await stopping.get(contract);
    if (isRunning) await client().start();
  }

  function stop(): void {
    if (users > 0 || !isRunning) return;
    isRunning = false;
    // There is none if it could not be made. What goes wrong while it stops is told by its signals and its log.
    stopping.set(contract, Promise.allSettled([own?.stop(), stopping.get(contract)]));
  }

  return {
    client,
    use(failed) {
      users += 1;
      if (!isRunning) {
        isRunning = true;
        // Behind the stop of another provider that goes in the same task.
        queueMicrotask(() => void start().catch(failed));
      }
      return () => {
        users -= 1;
        queueMicrotask(stop);
      };
    },
  };
}
