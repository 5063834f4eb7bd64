export { createDevServer, type DevServer, type DevServerOptions } from './dev-server.ts';
export type { Backend, BackendSeams, Caller, Connection, CreateBackend, KnownDevice } from './backend.ts';
export { backends } from './backends/index.ts';
export { contractBackend, developmentToken } from './contract-backend.ts';
export type { Fault, FaultMatch, FaultReport, StandingFault, SuddenFault } from './faults/fault.ts';
export type { CorsOptions } from './http/cors.ts';
export type { CreatePart, Part, PartAddress, PartRequest, PartSeams, PartStream } from './part.ts';
export { developmentApp, type AppKeys } from './signature.ts';
export type { Traffic, TrafficLog } from './traffic.ts';
