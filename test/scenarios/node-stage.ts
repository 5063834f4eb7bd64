import { memory } from '../../src/storage/memory.ts';
import { createFakeHost } from '../../src/testing/fake-host.ts';
import type { Scenario } from '../../src/testing/scenarios/scenario.ts';
import type { ScenarioStage } from '../../src/testing/scenarios/stage.ts';
import { playScenario } from '../../src/testing/scenarios/play.ts';
import { createBackstage } from './backstage.ts';
import type { Play } from './played-over.ts';
import { createDevice, disposed } from './device.ts';
import type { Wire } from './house.ts';

const seed = 1;

/** For as long as one test: a till, a network and a server in this process, whose times move together. */
async function nodeStage(
  scenario: Scenario,
  wire: Wire,
  finished: (clean: () => Promise<void>) => void,
): Promise<ScenarioStage> {
  const host = createFakeHost({ seed, wallMs: Date.now() });
  const time = { now: () => host.clock.wallMs(), schedule: host.schedule };
  const backstage = await createBackstage({ wire, scenario, network: host, time, pass: (ms) => host.pass(ms) });
  const honoursKeys = !(scenario.without ?? []).includes('idempotency-keys');
  const device = createDevice({ wire, url: backstage.url, storage: memory(), honoursKeys, seed });
  finished(async () => {
    await disposed(device, breathe);
    await backstage.close();
  });
  return { device, backstage, breathe, mayTell: ['clock'] };
}

/** One turn of the event loop, with whatever the sockets have to say in it. */
const breathe = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 1));

export const playInNode: Play = async (scenario, wire, finished) =>
  playScenario(scenario, await nodeStage(scenario, wire, finished));
