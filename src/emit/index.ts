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
