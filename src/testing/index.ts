// What a stranger needs to show that an adapter of their own keeps what its seam promises.

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
