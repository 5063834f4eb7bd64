import type { ListAnswer } from '../../contract/list-page.ts';
import type {
  DeviceNotification,
  Device,
  DeviceStatusChanged,
  Heartbeat,
  KdsTicket,
  KdsTicketCreated,
  KdsTicketUpdated,
  LaravelPosScope,
  ListParams,
  MediaUpdated,
  NotificationRow,
  One,
  Order,
  OrderCreated,
  OrderInput,
  OrderStatusChanged,
  OrderStep,
  OrderUpdated,
  PrintCompletion,
  PrintFailure,
  PrintJob,
  PrintJobCompleted,
  PrintJobFailed,
  PrintJobQueued,
  PrintJobRef,
  PrintJobRow,
  RowParams,
  TicketRow,
  TicketStep,
} from './schemas.ts';

/** The contract as a table: who hears what, who sends what. */
export interface LaravelPos {
  readonly scope: LaravelPosScope;
  readonly events: {
    readonly OrderCreated: OrderCreated;
    readonly OrderUpdated: OrderUpdated;
    readonly OrderStatusChanged: OrderStatusChanged;
    readonly KdsTicketCreated: KdsTicketCreated;
    readonly KdsTicketUpdated: KdsTicketUpdated;
    readonly PrintJobQueued: PrintJobQueued;
    readonly PrintJobCompleted: PrintJobCompleted;
    readonly PrintJobFailed: PrintJobFailed;
    readonly DeviceStatusChanged: DeviceStatusChanged;
    readonly DeviceNotification: DeviceNotification;
    readonly MediaUpdated: MediaUpdated;
  };
  readonly channels: {
    readonly orders: {
      readonly events: 'OrderCreated' | 'OrderUpdated' | 'OrderStatusChanged';
      readonly params: NoParams;
    };
    readonly kds: { readonly events: 'KdsTicketCreated' | 'KdsTicketUpdated'; readonly params: NoParams };
    readonly printing: {
      readonly events: 'PrintJobQueued' | 'PrintJobCompleted' | 'PrintJobFailed';
      readonly params: NoParams;
    };
    readonly devices: { readonly events: 'DeviceStatusChanged'; readonly params: NoParams };
    readonly notifications: { readonly events: 'DeviceNotification' | 'MediaUpdated'; readonly params: NoParams };
    readonly presence: { readonly events: never; readonly params: NoParams; readonly presence: true };
    readonly station: {
      readonly events: 'KdsTicketCreated' | 'KdsTicketUpdated';
      readonly params: { readonly station: string | number };
    };
  };
  readonly mutations: {
    readonly 'order.create': { readonly input: OrderInput; readonly answer: One<Order> };
    readonly 'order.setStatus': { readonly input: OrderStep; readonly answer: One<Order> };
    readonly 'kds.bump': {
      readonly input: TicketStep<'ready' | 'served' | 'delivered'>;
      readonly answer: One<KdsTicket>;
    };
    readonly 'kds.undo': { readonly input: TicketStep<'in_preparation'>; readonly answer: One<KdsTicket> };
    readonly 'print.retry': { readonly input: PrintJobRef; readonly answer: One<PrintJob> };
    readonly 'print.claim': { readonly input: PrintJobRef; readonly answer: One<PrintJob> };
    readonly 'print.complete': { readonly input: PrintCompletion; readonly answer: One<PrintJob> };
    readonly 'print.fail': { readonly input: PrintFailure; readonly answer: One<PrintJob> };
    readonly 'device.heartbeat': { readonly input: Heartbeat; readonly answer: undefined };
  };
  readonly messages: NoParams;
  readonly queries: {
    readonly order: { readonly params: RowParams; readonly answer: One<Order> };
    readonly orders: { readonly params: ListParams; readonly answer: ListAnswer<Order> };
    readonly tickets: { readonly params: ListParams; readonly answer: ListAnswer<KdsTicket> };
    readonly printJobs: { readonly params: ListParams; readonly answer: ListAnswer<PrintJob> };
    readonly devices: { readonly params: ListParams; readonly answer: ListAnswer<Device> };
  };
  readonly collections: {
    readonly orders: Order;
    readonly tickets: TicketRow;
    readonly printJobs: PrintJobRow;
    readonly devices: Device;
    readonly notifications: NotificationRow;
  };
  readonly roles: {
    readonly pos: {
      readonly channels: 'orders' | 'printing' | 'notifications';
      readonly mutations: 'order.create' | 'order.setStatus' | 'print.retry' | 'device.heartbeat';
      readonly messages: never;
    };
    readonly kiosk: {
      readonly channels: 'orders' | 'notifications';
      readonly mutations: 'order.create' | 'device.heartbeat';
      readonly messages: never;
    };
    readonly kds: {
      readonly channels: 'kds' | 'station' | 'notifications' | 'presence';
      readonly mutations: 'kds.bump' | 'kds.undo' | 'device.heartbeat';
      readonly messages: never;
    };
    readonly 'printer-gateway': {
      readonly channels: 'printing' | 'notifications';
      readonly mutations: 'print.claim' | 'print.complete' | 'print.fail' | 'device.heartbeat';
      readonly messages: never;
    };
    readonly 'back-office': {
      readonly channels: 'devices' | 'orders' | 'kds' | 'presence';
      readonly mutations: never;
      readonly messages: never;
    };
  };
}

type NoParams = Readonly<Record<never, never>>;
