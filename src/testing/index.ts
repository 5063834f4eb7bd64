// What tests need: a device whose time stands still, a server and a network in memory, and suites that show that an adapter
// of your own keeps what its seam promises.

export { createFakeHost, seededRandom, type FakeHost, type FakeHostOptions } from './fake-host.ts';
export {
  createMemoryHttp,
  type MemoryHttp,
  type MemoryHttpOptions,
  type MemoryOutcome,
  type ServedRequest,
  type Weather,
} from './memory-http.ts';
export {
  createMemoryTransport,
  type MemoryTransport,
  type MemoryTransportOptions,
  type ServerSocket,
} from './memory-transport.ts';
export { eventLogConformance, type EventLogUnderTest } from './event-log-conformance.ts';
export { storeConformance, type StoreUnderTest, type TestFramework } from './store-conformance.ts';
export {
  failAt,
  failingStore,
  type FailingStore,
  type FailPlan,
  type Failure,
  type StoreOperation,
} from './failing-store.ts';
export {
  transportConformance,
  type ServerEnd,
  type TransportUnderTest,
  type WireEvent,
} from './transport-conformance.ts';
export { playScenario, type Played } from './scenarios/play.ts';
export {
  words as scenarioWords,
  type Ending,
  type Moment,
  type Outcome,
  type Scenario,
  type Step,
  type Traffic,
} from './scenarios/scenario.ts';
export type {
  BackstageStep,
  DeviceView,
  ScenarioBackstage,
  ScenarioDevice,
  ScenarioStage,
  Strike,
  ToldEvent,
} from './scenarios/stage.ts';
