// The curated surface of `heard`. Left out on purpose: the parts of dialects, the router and everything else that only
// the core needs; what one backend says lives under `heard/contracts/<name>`.

export { HeardError, isHeardError, type ErrorCode } from './errors.ts';

export { createClient } from './client.ts';
export { guardUnload, type Unsent } from './unload-guard.ts';
export type { ClientOptions } from './options.ts';
export type { Collection } from './core/collections/collection.ts';
export type { Question } from './core/collections/question.ts';
export type { Client, ListenOptions, Listening, OpenedChannel, OutboxSurface, Readable, ToldEvent } from './surface.ts';
export type { Unsubscribe } from './core/consume/consumers.ts';
export type { DeliveredEvent } from './core/consume/delivered-event.ts';
export type { EventIterator } from './core/consume/event-queue.ts';
export type { EventObservable, EventObserver, EventSubscription } from './core/consume/observable.ts';
export type { DrainOptions, DrainReport } from './core/outbox/drain.ts';
export type { OutboxChange } from './core/outbox/changes.ts';
export type { ConflictDecision, ConflictHook } from './core/outbox/conflict.ts';
export type { MutationHandle, Settled } from './core/outbox/handles.ts';
export type { OutboxCounts } from './core/outbox/outbox.ts';
export type { ParkedMutation } from './core/outbox/parked-mutation.ts';
export type { UnfinishedMutation } from './core/outbox/unfinished.ts';
export type { OutboxSettings } from './core/outbox/settings.ts';
export type { UntouchedRecord } from './core/outbox/stored-records.ts';
export type { WorkContext } from './core/inbox/inbox.ts';
export type { DeadLetter, UnfinishedWork } from './core/inbox/unfinished.ts';
export type { ChannelPresence } from './core/presence/followed.ts';
export type { Presence } from './core/presence/presence.ts';
export type { ChannelHealth, Health } from './core/session/health.ts';
export type { Retention } from './core/session/forgetting.ts';
export type { LogFields, Logger } from './core/session/log.ts';
export type { Unfinished } from './core/session/unfinished.ts';
export type { ChannelWord, Status, StatusWord } from './core/session/status.ts';
export type { Signal, SignalKind, SignalOf, Signals } from './core/signals.ts';
export type { TokenAnswer, TokenCallback, TokenReason } from './core/connection/credentials.ts';
export type { ConnectionSettings } from './core/connection/settings.ts';
export type { StreamSettings } from './core/stream/settings.ts';
export type { HeaderNames, HeaderQuestion, HeadersHook } from './core/api/request-headers.ts';
export { fetchHttp, type FetchHttpOptions } from './http/fetch-http.ts';
export type { Http, HttpAnswer, HttpFailure, HttpReply, HttpRequest } from './http/http.ts';
export type { Host, HostEvent, Release } from './host/host.ts';
export { platformHost } from './host/platform.ts';
export {
  StoreError,
  storeTables,
  type Commit,
  type Database,
  type KeyRange,
  type Store,
  type StoredRecord,
  type StoredValue,
  type StoreFault,
  type StoreTable,
  type Write,
} from './storage/store.ts';
export type { Explanation, Meaning } from './transports/explanation.ts';
export type {
  Closing,
  ConnectAttempt,
  Everybody,
  Failure,
  FailureKind,
  JoinCredential,
  Member,
  MemberId,
  OpenDetails,
  OutgoingMessage,
  PresenceNews,
  Transport,
  TransportCapabilities,
  TransportConnection,
  TransportHandlers,
} from './transports/transport.ts';

export { defineContract, type ContractDefinition, type InferredSpec } from './contract/define-contract.ts';
export { extendContract, type ContractExtension, type ExtendedSpec, type Grant } from './contract/extend-contract.ts';
export type {
  ChannelParams,
  ChannelSpec,
  CollectionRow,
  ConnectionDefinition,
  Contract,
  ContractData,
  ContractSpec,
  ControlFrame,
  EventData,
  EventName,
  EventOf,
  MessageInput,
  MutationAnswer,
  MutationInput,
  MutationSpec,
  QueryAnswer,
  QueryParams,
  QuerySpec,
  RoleChannel,
  RoleEvent,
  RoleMessage,
  RoleMutation,
  RoleName,
  RolePresence,
  RoleSpec,
  SpecOf,
} from './contract/contract.ts';

export { channel, type ChannelAccess, type ChannelDefinition, type Position } from './contract/channel.ts';
export {
  event,
  type EventDefinition,
  type EventId,
  type HeardEvent,
  type Priority,
  type Sender,
  type Subject,
  type WorkRule,
} from './contract/event.ts';
export { role, type RoleDefinition } from './contract/role.ts';
export {
  legalBy,
  mutation,
  ownNumber,
  showBy,
  mutationRequest,
  verifyBy,
  type AnswerMeaning,
  type Confirmation,
  type HttpCarrier,
  type Legality,
  type MutationContext,
  type MutationDefinition,
  type MutationPriority,
  type Refusal,
  type Repeat,
  type SocketCarrier,
  type Verification,
  type WaitingMutation,
  type Showing,
} from './contract/mutation.ts';
export { message, type CoalescedMessage, type MessageDefinition, type RememberedMessage } from './contract/message.ts';
export { query, queryRequest, type QueryDefinition } from './contract/query.ts';
export { listPage, rowsOf, type ListAnswer } from './contract/list-page.ts';
export type { RequestPlan, SearchValues } from './contract/request.ts';
export {
  derived,
  resource,
  type DerivedEvent,
  type ReplayDefinition,
  type ReplayPage,
  type ReplayQuestion,
  type ResourceDefinition,
  type SnapshotPage,
  type SnapshotQuestion,
} from './contract/resource.ts';
export {
  clear,
  collection,
  feed,
  patch,
  put,
  remove,
  type Change,
  type CollectionDefinition,
} from './contract/collection.ts';
export type {
  BrokenEnvelope,
  Dialect,
  Envelope,
  Frame,
  JsonSchema,
  LegibleParts,
  NewerEnvelope,
  OutgoingEvent,
} from './contract/dialect.ts';
export { barePayload, type BarePayloadOptions } from './contract/dialects/bare-payload.ts';
export { laravelEnvelope } from './contract/dialects/laravel-envelope.ts';
export { metaEnvelope, type MetaEnvelopeOptions } from './contract/dialects/meta-envelope.ts';
export { payloadEnvelope } from './contract/dialects/payload-envelope.ts';
export type { Mismatch, Output, Schema, SchemaIssue, SchemaResult } from './contract/schema.ts';

export {
  createDecoder,
  type BrokenEvent,
  type Decoded,
  type DecodedControl,
  type DecodedEvent,
  type DecodedInvalid,
  type DecodedUnknown,
  type Decoder,
} from './contract/decode.ts';
export { encodeEvent, type EventToEncode } from './contract/encode.ts';
export { foreignTo, joinedAtStart, wireName, type ForeignEvent } from './contract/routing.ts';
export { contractJsonSchema, type SchemaDescriber } from './contract/json-schema.ts';
export { fromMinorUnits, splitEvenly, toMinorUnits } from './contract/money.ts';
export type { JsonFault, JsonLimits } from './lib/json.ts';
