import { memory } from '../../src/storage/memory.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';
import type { Scenario } from '../../src/testing/scenarios/scenario.ts';
import type { ScenarioStage } from '../../src/testing/scenarios/stage.ts';
import { createBackstage } from './backstage.ts';
import { createDevice } from './device.ts';
import type { Wire } from './house.ts';

/** For as long as one test: a till, a network and a server in this process, whose times move together. */
export async function nodeStage(
  scenario: Scenario,
  wire: Wire,
  finished: (clean: () => Promise<void>) => void,
  seed = 1,
): Promise<ScenarioStage> {
  const host = createFakeHost({ seed, wallMs: Date.now() });
  const backstage = await createBackstage({ wire, scenario, host, pass: (ms) => host.pass(ms) });
  const honoursKeys = !(scenario.without ?? []).includes('idempotency-keys');
  const device = createDevice({ wire, url: backstage.url, storage: memory(), honoursKeys, seed });
  finished(async () => {
    let isDisposed = false;
    const disposing = device.dispose().finally(() => (isDisposed = true));
    // Handlers that are at work have 5 s.
    while (!isDisposed) {
      await breathe();
      await device.host.pass(100);
    }
    await disposing;
    await backstage.close();
  });
  return { device, backstage, breathe, mayTell: ['clock'] };
}

/** One turn of the event loop, with whatever the sockets have to say in it. */
const breathe = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 1));
