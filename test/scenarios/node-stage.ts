import { onTestFinished } from 'vitest';
import { memory } from '../../src/storage/memory.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';
import type { Scenario } from '../../src/testing/scenarios/scenario.ts';
import type { ScenarioStage } from '../../src/testing/scenarios/stage.ts';
import { createBackstage } from './backstage.ts';
import { createDevice } from './device.ts';
import type { Wire } from './house.ts';

/** For as long as one test: a till, a network and a server in this process, whose times move together. */
export async function nodeStage(scenario: Scenario, wire: Wire, seed = 1): Promise<ScenarioStage> {
  const host = createFakeHost({ seed, wallMs: Date.now() });
  const backstage = await createBackstage({ wire, scenario, host, pass: (ms) => host.pass(ms) });
  onTestFinished(() => backstage.close());
  const honoursKeys = !(scenario.without ?? []).includes('idempotency-keys');
  const device = createDevice({ wire, url: backstage.url, storage: memory(), honoursKeys, seed });
  onTestFinished(() => device.dispose());
  return { device, backstage, breathe };
}

/** One turn of the event loop, with whatever the sockets have to say in it. */
const breathe = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 1));
