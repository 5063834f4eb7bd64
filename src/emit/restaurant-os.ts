// What a Strapi backend of restaurant-os calls from its lifecycle hooks, under the names that its document has for it.
import { env as processEnv, stderr } from 'node:process';
import type { EventData, EventName } from '../contract/contract.ts';
import { createRouter } from '../contract/routing.ts';
import { validate } from '../contract/schema.ts';
import {
  destinations,
  freePlan,
  pusherCredentials,
  restaurantOs,
  type PusherCredentials,
  type RestaurantOs,
  type ServerEnv,
} from '../contracts/restaurant-os/index.ts';
import { HeardError, isHeardError } from '../errors.ts';
import { createEmitter, type ChannelToEmit, type Emitter } from './emitter.ts';
import type { Publisher } from './publisher.ts';
import { pusherPublisher, type PusherLibrary } from './pusher-publisher.ts';
import type { ServerTime } from './server-time.ts';

export { CHANNELS, PUSHER_EVENTS } from '../contracts/restaurant-os/index.ts';

export interface RestaurantOsOptions {
  /** Where `PUSHER_APP_ID`, `PUSHER_KEY`, `PUSHER_SECRET` and `PUSHER_CLUSTER` are; default the process’s. Read when they are needed. */
  readonly env?: ServerEnv;
  /** Default: lines on the standard error, each beginning with "Pusher". */
  readonly logger?: RestaurantOsLogger;
  /** In place of Pusher: a server of plain WebSockets while you develop. Then no credentials are needed. */
  readonly publisher?: Publisher;
  /** Default: the package `pusher`, imported when the first event is sent. */
  readonly library?: () => Promise<PusherConstructor>;
  readonly time?: ServerTime;
}

export interface RestaurantOsLogger {
  info(message: string): void;
  error(message: string, error: unknown): void;
}

/** The class that the official library exports. */
export type PusherConstructor = new (options: PusherCredentials & { readonly useTLS: true }) => PusherLibrary;

/** What became of an event. */
export interface Sent {
  /** `false`: nobody heard it, and the log says why. Devices learn of it when they read their lists. */
  readonly published: boolean;
  /** The `event_id` of all its copies; none where Pusher is not configured. */
  readonly id?: string;
}

type Data<Name extends EventName<RestaurantOs>> = EventData<RestaurantOs, Name>;

/**
 * Each resolves with what became of it, and rejects only for what the caller can mend: data that does not fit the contract, more than
 * 10 KB, a channel that does not carry the event, `pusher` not installed. That Pusher does not answer must not undo an order
 * that was just taken: it is tried again, then logged.
 */
export interface RestaurantOsEmitter {
  /** Whether there are credentials. Without them nothing is sent, and that is no fault. */
  isPusherEnabled(): boolean;
  /** Says it on exactly these channels, named as on the wire: `orders`, `table-5`. */
  trigger<Name extends EventName<RestaurantOs>>(
    channels: string | readonly string[],
    event: Name,
    payload: Data<Name>,
  ): Promise<Sent>;
  emitOrderCreated(order: Data<'order.created'>): Promise<Sent>;
  emitOrderUpdated(order: Data<'order.updated'>): Promise<Sent>;
  emitOrderCancelled(order: Data<'order.cancelled'>): Promise<Sent>;
  emitOrderItemStatusChanged(item: Data<'order.item_status_changed'>): Promise<Sent>;
  emitTicketCreated(ticket: Data<'ticket.created'>): Promise<Sent>;
  emitTicketStatusChanged(ticket: Data<'ticket.status_changed'>): Promise<Sent>;
  emitLowStock(stock: Data<'storage.low_stock'>): Promise<Sent>;
  emitBatchReceived(batch: Data<'storage.batch_received'>): Promise<Sent>;
  emitTableStatusChanged(table: Data<'table.status_changed'>): Promise<Sent>;
  emitSlaWarning(warning: Data<'timer.sla_warning'>): Promise<Sent>;
}

const notConfigured =
  'Pusher is not configured: nothing is sent. Set PUSHER_APP_ID, PUSHER_KEY, PUSHER_SECRET and PUSHER_CLUSTER.';

export function createRestaurantOsEmitter(options: RestaurantOsOptions = {}): RestaurantOsEmitter {
  const { env = processEnv, logger = lines, library = official, publisher, time } = options;
  const routeOf = createRouter(restaurantOs);
  const of = (found: Publisher): Emitter<RestaurantOs> =>
    createEmitter(restaurantOs, { publisher: found, ...(time !== undefined && { time }) });
  const given = publisher && of(publisher);
  /** Says nothing to anybody, and refuses what the real one would refuse: mistakes show while one develops. */
  const silent = of({ mostBytes: freePlan.eventBytes, publish: () => Promise.resolve() });
  let emitter: Promise<Emitter<RestaurantOs>> | undefined;
  let isTold = false;

  /** Nothing where Pusher is not configured. Made once, so that events go out in the order in which they were emitted. */
  async function emitterNow(): Promise<Emitter<RestaurantOs> | undefined> {
    const credentials = pusherCredentials(env);
    if (given !== undefined || credentials === undefined) return given;
    emitter ??= library().then((Pusher) => of(pusherPublisher(new Pusher({ ...credentials, useTLS: true }))));
    // What is installed later is found later.
    emitter.catch(() => (emitter = undefined));
    return emitter;
  }

  async function send<Name extends EventName<RestaurantOs>>(
    event: Name,
    data: Data<Name>,
    channels: Channels<Name> | undefined,
  ): Promise<Sent> {
    const id = crypto.randomUUID();
    const told = { scope: {}, data, id, ...(channels !== undefined && { channels }) };
    const found = await emitterNow();
    if (found === undefined) {
      await silent.emit(event, told);
      if (!isTold) logger.info(notConfigured);
      isTold = true;
      return { published: false };
    }
    try {
      await found.emit(event, told);
      return { published: true, id };
    } catch (error) {
      if (!isHeardError(error) || !isOutage(error)) throw error;
      logger.error(`Pusher did not take ${event}: ${reasonOf(error)}`, error);
      return { published: false, id };
    }
  }

  /** As the contract has it: an order to `orders` and to its table. What does not fit is refused by the emitter. */
  const emit =
    <Name extends EventName<RestaurantOs>>(event: Name): ((data: Data<Name>) => Promise<Sent>) =>
    async (data) => {
      const schema = restaurantOs.events.get(event)?.data;
      const fits = schema !== undefined && validate(schema, data).ok;
      return send(event, data, fits ? (destinations(event, data) as Channels<Name>) : undefined);
    };

  return {
    isPusherEnabled: () => pusherCredentials(env) !== undefined,
    async trigger(channels, event, payload) {
      const wires = typeof channels === 'string' ? [channels] : channels;
      const named = wires.map((wire) => {
        const route = routeOf(wire);
        if (route === undefined) throw unknownChannel(wire);
        return { channel: route.name, params: route.params };
      });
      return send(event, payload, named as readonly unknown[] as Channels<typeof event>);
    },
    emitOrderCreated: emit('order.created'),
    emitOrderUpdated: emit('order.updated'),
    emitOrderCancelled: emit('order.cancelled'),
    emitOrderItemStatusChanged: emit('order.item_status_changed'),
    emitTicketCreated: emit('ticket.created'),
    emitTicketStatusChanged: emit('ticket.status_changed'),
    emitLowStock: emit('storage.low_stock'),
    emitBatchReceived: emit('storage.batch_received'),
    emitTableStatusChanged: emit('table.status_changed'),
    emitSlaWarning: emit('timer.sla_warning'),
  };
}

/** Whether the contract lets them carry the event is for the encoder to say. */
type Channels<Name extends EventName<RestaurantOs>> = readonly ChannelToEmit<RestaurantOs, Name>[];

const isOutage = ({ code }: HeardError): boolean => code === 'publish-failed' || code === 'too-many';

const reasonOf = ({ cause, message }: HeardError): string =>
  isHeardError(cause) ? `${cause.message} ${cause.remediation}` : cause instanceof Error ? cause.message : message;

const unknownChannel = (wire: string): HeardError =>
  new HeardError('unknown-name', `The contract "restaurant-os" has no channel "${wire}".`, {
    remediation: 'Use one of CHANNELS, "table-5" or "station-grill".',
  });

const lines: RestaurantOsLogger = {
  info: (message) => void stderr.write(`${message}\n`),
  error: (message) => void stderr.write(`${message}\n`),
};

async function official(): Promise<PusherConstructor> {
  try {
    return (await import('pusher')).default;
  } catch (cause) {
    throw new HeardError('options-invalid', 'The package "pusher" is not installed, and Pusher is configured.', {
      remediation: 'Run "npm install pusher", or take the PUSHER_ variables away.',
      cause,
    });
  }
}

const own = createRestaurantOsEmitter();

// With the credentials of the process: what the document's `utils/pusher` offers.
export const isPusherEnabled: RestaurantOsEmitter['isPusherEnabled'] = own.isPusherEnabled;
export const trigger: RestaurantOsEmitter['trigger'] = own.trigger;
export const emitOrderCreated: RestaurantOsEmitter['emitOrderCreated'] = own.emitOrderCreated;
export const emitOrderUpdated: RestaurantOsEmitter['emitOrderUpdated'] = own.emitOrderUpdated;
export const emitOrderCancelled: RestaurantOsEmitter['emitOrderCancelled'] = own.emitOrderCancelled;
export const emitOrderItemStatusChanged: RestaurantOsEmitter['emitOrderItemStatusChanged'] =
  own.emitOrderItemStatusChanged;
export const emitTicketCreated: RestaurantOsEmitter['emitTicketCreated'] = own.emitTicketCreated;
export const emitTicketStatusChanged: RestaurantOsEmitter['emitTicketStatusChanged'] = own.emitTicketStatusChanged;
export const emitLowStock: RestaurantOsEmitter['emitLowStock'] = own.emitLowStock;
export const emitBatchReceived: RestaurantOsEmitter['emitBatchReceived'] = own.emitBatchReceived;
export const emitTableStatusChanged: RestaurantOsEmitter['emitTableStatusChanged'] = own.emitTableStatusChanged;
export const emitSlaWarning: RestaurantOsEmitter['emitSlaWarning'] = own.emitSlaWarning;
