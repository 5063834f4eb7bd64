// What goes wrong between two things that happen: with the connection, the server, the network and the device.
import type { FakeHost } from '../../../src/testing/fake-host.ts';
import type { Backend } from './backends.ts';
import type { Device } from './device.ts';
import type { WholeFault } from './faults.ts';
import type { Network } from './network.ts';
import type { Office } from './office.ts';
import type { WholeScenario } from './scenario.ts';

export interface DisturbancesOptions {
  readonly world: FakeHost;
  readonly scenario: WholeScenario;
  readonly backend: Backend;
  readonly office: Office;
  readonly network: Network;
  readonly device: Device;
  readonly fires: (fault: WholeFault) => boolean;
  readonly between: (fromMs: number, toMs: number) => number;
  readonly isHealthy: () => boolean;
  readonly trace: (line: () => string) => void;
  /** The server went back in time. */
  readonly restored: () => void;
  /** Somebody has set the device's clock. */
  readonly clockMoved: () => void;
  readonly crash: () => void;
  readonly restart: () => void;
}

export interface Disturbances {
  /** Whatever the seed says goes wrong now. */
  disturb(): void;
  /** Ends what lasts. */
  end(): void;
}

export function createDisturbances(options: DisturbancesOptions): Disturbances {
  const { world, scenario, backend, office, network, device, fires, between, isHealthy, trace } = options;
  const { restored, clockMoved, crash, restart } = options;
  const { random } = scenario;
  let until: (() => void)[] = [];
  /** Lasts a while, and at the latest until everything is healed. */
  function forAWhile(ms: number, end: () => void): void {
    let isOver = false;
    const finish = (): void => {
      if (isOver) return;
      isOver = true;
      end();
    };
    until.push(finish);
    world.schedule(ms, finish);
  }

  function disturb(): void {
    if (fires('socket-reset')) network.close({ code: undefined });
    if (fires('close-1006')) network.close({ code: 1006 });
    if (fires('close-4200')) network.close({ code: 4200 });
    if (fires('close-4001')) {
      network.door = 'unknown-app';
      network.close({ code: 4001 });
      forAWhile(between(500, 30_000), () => (network.door = 'open'));
    }
    if (fires('server-restart')) {
      network.door = 'unreachable';
      network.close({ code: random() < 0.5 ? 1012 : 1006 });
      network.http.weather = 'down';
      forAWhile(between(500, 8_000), () => {
        network.door = 'open';
        network.http.weather = 'clear';
      });
    }
    if (fires('outage')) {
      network.door = 'unreachable';
      network.http.weather = random() < 0.4 ? 'down' : random() < 0.5 ? 'hang' : 'drop-replies';
      if (random() < 0.5) network.close({ code: 1006 });
      else network.stall('half-open');
      forAWhile(between(500, 25_000), () => {
        network.door = 'open';
        network.http.weather = 'clear';
        network.release();
        if (scenario.tellsOnline) device.emit({ kind: 'online' });
      });
    }
    if (fires('captive-portal')) {
      network.http.weather = 'captive-portal';
      forAWhile(between(500, 20_000), () => (network.http.weather = 'clear'));
    }
    for (const kind of ['half-open', 'one-way'] as const) {
      if (fires(kind) && network.stall(kind)) forAWhile(between(2_000, 60_000), () => network.release());
    }
    if (fires('flapping')) {
      for (let atMs = 500; atMs < 20_000; atMs += between(500, 2_000)) {
        world.schedule(atMs, () => {
          if (!isHealthy()) network.close({ code: 1006 });
        });
      }
    }
    if (fires('thrown-out')) network.throwOut();
    if (fires('token-expired')) network.expireToken();
    if (fires('frame-foreign')) network.forge('foreign');
    if (fires('frame-client-event')) network.forge('client-event');
    if (fires('frame-unknown-event')) network.forge('unknown-event');
    if (fires('row-deleted')) office.deleteSomething();
    if (scenario.tellsEpoch && fires('epoch-changed')) restore(true);
    if (backend.log !== undefined && fires('restored')) restore(false);
    disturbDevice();
  }

  function restore(renames: boolean): void {
    trace(() => `restored${renames ? ', another epoch' : ''}`);
    office.restore(renames);
    restored();
    network.close({ code: 1012 });
  }

  function disturbDevice(): void {
    if (fires('wall-clock-jump')) {
      clockMoved();
      device.moveWall(between(-86_400_000, 86_400_000));
    }
    if (fires('sleep') && !device.isAsleep) {
      device.sleep(random() < 0.5 ? 'runs' : 'stops');
      forAWhile(between(3_000, 180_000), () => {
        device.wake();
        if (random() < 0.7) device.emit({ kind: random() < 0.5 ? 'resume' : 'visible' });
      });
    }
    if (fires('throttled') && !device.isThrottled) {
      device.emit({ kind: 'hidden' });
      device.throttle(random() < 0.5 ? 1_000 : 60_000);
      forAWhile(between(5_000, 150_000), () => {
        device.throttle(0);
        device.emit({ kind: 'visible' });
      });
    }
    if (fires('crash')) crash();
    else if (fires('clean-restart')) restart();
  }

  return {
    disturb,
    end() {
      for (const end of until) end();
      until = [];
      network.door = 'open';
      network.http.weather = 'clear';
      network.release();
    },
  };
}
