export { createFaultProxy, type FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
export type { ActionKind, Direction, FaultAction, FaultMatch, FaultRule, Moment } from './rule.ts';
export type { FiredFault, StandingFault } from './rulebook.ts';
