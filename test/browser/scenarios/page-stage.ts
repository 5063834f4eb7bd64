import { inject } from 'vitest';
import { indexedDb } from '../../../src/storage/indexed-db.ts';
import { playScenario } from '../../../src/testing/scenarios/play.ts';
import { createDevice, disposed } from '../../scenarios/device.ts';
import type { Play } from '../../scenarios/played-over.ts';
import { openBackstage } from '../../scenarios/remote-backstage.ts';

let devices = 0;

/** A till in this page, on real sockets and a real IndexedDB; its network and its server are in another process. */
export const playInPage: Play = async (scenario, wire, finished) => {
  const backstage = await openBackstage(inject('backstage'), wire, scenario);
  const honoursKeys = !(scenario.without ?? []).includes('idempotency-keys');
  devices += 1;
  // Of several at a time, each has a database of its own.
  const principal = `${Date.now()} ${devices}`;
  const { url } = backstage;
  const device = createDevice({ wire, url, storage: indexedDb(), honoursKeys, seed: 1, principal });
  finished(async () => {
    await disposed(device, breathe);
    await backstage.close();
  });
  return playScenario(scenario, { device, backstage, breathe, mayTell: ['clock'] });
};

const breathe = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 4));
