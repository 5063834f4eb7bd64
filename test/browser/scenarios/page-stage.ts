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
  // Its IndexedDB answers in real time while virtual time is moved on: an answer that takes more than 5 s of that is told, and is no fault.
  return playScenario(scenario, { device, backstage, breathe, mayTell: ['clock', 'storage'] });
};

/** The other process is asked whether it gets on, by everybody at once: what it answers to takes longer when it is busy. */
const socket = new WebSocket(inject('sockets'));
let beat: Promise<void> | undefined;

async function breathe(): Promise<void> {
  await new Promise((resolve) => void setTimeout(resolve, 4));
  beat ??= asked().finally(() => (beat = undefined));
  await beat;
}

const asked = (): Promise<void> =>
  new Promise((resolve) => {
    const ask = (): void => socket.send('{"type":"ping"}');
    socket.addEventListener('message', () => resolve(), { once: true });
    if (socket.readyState === WebSocket.OPEN) ask();
    else socket.addEventListener('open', ask, { once: true });
  });
