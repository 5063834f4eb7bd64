// The seam to the app that a scenario is played against: a device on one side, and behind it a network and a server that do
// as they are told.
import type { SignalKind } from '../../core/signals.ts';
import type { Status } from '../../core/session/status.ts';
import type { StoreFault } from '../../storage/store.ts';
import type { FakeHost } from '../fake-host.ts';
import type { Step } from './scenario.ts';

/** An event as the app's handler was given it, by the label that it was published under. */
export interface ToldEvent {
  readonly label: string;
  /** The device said of it that a run before may have handled it. */
  readonly redelivered: boolean;
}

/** What can be seen of a device from the outside. */
export interface DeviceView {
  readonly status: Status['word'];
  readonly told: readonly ToldEvent[];
  /** Mutations without an end, and those that wait for a person. */
  readonly waiting: number;
  readonly parked: number;
  /** What was told about trouble, in order. */
  readonly signals: readonly SignalKind[];
  /** Sockets that were asked for, those that have ended, and requests: of all lives of the device. */
  readonly sockets: number;
  readonly ended: number;
  readonly requests: number;
  /** Changes with everything that the device says or hears. While it does, time passes slowly. */
  readonly activity: number;
  /** Requests, questions to the server and calls of the store that were not answered: real ones, which take real time. */
  readonly underWay: number;
}

/** A fault that was asked for, and how often it has happened. */
export interface Strike {
  readonly fault: string;
  readonly wanted: number;
  readonly fired: number;
}

/** The app under test, on a host whose time the player moves. */
export interface ScenarioDevice {
  /** Of the life that the device is in. */
  readonly host: FakeHost;
  start(): Promise<void>;
  restart(how: 'in-order' | 'killed' | 'emptied'): Promise<void>;
  /** Resolves when the device has taken it in; rejects when it has not. */
  mutate(label: string): Promise<void>;
  retryParked(): void;
  /** The handler does this with its next events. */
  misbehave(does: 'throws' | 'takes-its-time', times: number): void;
  /** The next commits fail like this: any of them, or those of mutations. */
  spoilStorage(fault: StoreFault | 'silent', times: number, of: 'mutations' | 'anything'): void;
  /** How often that has happened. */
  strikes(): readonly Strike[];
  look(): DeviceView;
  dispose(): Promise<void>;
}

/** What happens on the other side of the device. */
export type BackstageStep = Extract<
  Step,
  {
    readonly do:
      | 'cut'
      | 'half-open'
      | 'heal'
      | 'spoil'
      | 'inject'
      | 'server-down'
      | 'server-up'
      | 'restart-server'
      | 'expire-token'
      | 'reset-epoch'
      | 'restore-database';
  }
>;

/** The network and the server. Everything is data, so that a page can ask for it over HTTP. */
export interface ScenarioBackstage {
  /** The server accepts events under these labels, in this order. */
  publish(labels: readonly string[]): Promise<void>;
  /** The labels of the mutations that have taken effect, once for each time. */
  effects(): Promise<readonly string[]>;
  act(step: BackstageStep): Promise<void>;
  /** Of everything that `act` was asked for. */
  strikes(): Promise<readonly Strike[]>;
  /** Time passes there, too, where it does not by itself. */
  pass(ms: number): Promise<void>;
}

export interface ScenarioStage {
  readonly device: ScenarioDevice;
  readonly backstage: ScenarioBackstage;
  /** What the stage itself causes: a server whose clock is the real one finds that of a fast device wrong. */
  readonly mayTell?: readonly SignalKind[];
  /** Lets real sockets get on with it: one turn of the event loop, or a few milliseconds. */
  breathe(): Promise<void>;
}
