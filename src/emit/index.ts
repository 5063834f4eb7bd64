export {
  createEmitter,
  type ChannelToEmit,
  type Emitted,
  type EmittedFacts,
  type EmitProblem,
  type Emitter,
  type EmitterOptions,
  type EventToEmit,
} from './emitter.ts';
export type { EventLog, LogBorders, LoggedEvent, LoggedFacts, LogPage, Placed, Retention } from './event-log.ts';
export { memoryLog, type MemoryLogOptions } from './memory-log.ts';
export type { Publication, Publisher } from './publisher.ts';
export type { ServerTime } from './server-time.ts';
export {
  pusherPublisher,
  type PusherLibrary,
  type PusherPublisherOptions,
  type PusherReply,
} from './pusher-publisher.ts';
export { socketIoPublisher, type SocketIoNamespace, type SocketIoServer } from './socket-io-publisher.ts';
export { webSocketPublisher, type WebSocketHub } from './websocket-publisher.ts';
export { whoMayHear, type AskedChannel, type Caller, type FindCaller, type Permission } from './caller.ts';
export type { Handler, HandlerOptions } from './http/handler.ts';
export { replayHandler, type ReplayHandlerOptions } from './http/replay-handler.ts';
export { broadcastingAuthHandler, type BroadcastingAuthOptions } from './http/broadcasting-auth-handler.ts';
export { idempotent, type IdempotencyOptions } from './http/idempotent.ts';
export type { Attempt, Begun, IdempotencyStore, StoredAnswer } from './idempotency-store.ts';
export { memoryIdempotency, type MemoryIdempotency, type MemoryIdempotencyOptions } from './memory-idempotency.ts';
