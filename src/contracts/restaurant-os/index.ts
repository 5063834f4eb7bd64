export { restaurantOs } from './contract.ts';
export type { RestaurantOs } from './spec.ts';
export { CHANNELS, PUSHER_EVENTS } from './wire-names.ts';
export { chooseConnection, isPusherEnabled, type ClientEnv, type ConnectionChoice } from './choose-connection.ts';
export { restaurantOsTransport, type TransportFactories } from './restaurant-os-transport.ts';
export { broadcastCodec, type BroadcastCodec } from './broadcast-codec.ts';
export { pusherCredentials, type PusherCredentials, type ServerEnv } from './pusher-credentials.ts';
export { freePlan } from './free-plan.ts';
export { destinations, type Destination } from './destinations.ts';
export { isOpenOrder, tableNumberOf } from './order.ts';
export { isOpenTicket, isWaitingTicket } from './ticket.ts';
export { concernsIngredient, isLowStock } from './stock.ts';
export type {
  BatchReceived,
  Ingredient,
  List,
  ListParams,
  LowStock,
  Order,
  OrderCancelled,
  OrderFacts,
  OrderItemStatusChanged,
  OrderRow,
  OrderStatus,
  OrderUpdated,
  Pagination,
  RestaurantOsScope,
  SlaWarning,
  StockLevel,
  Table,
  TableNumber,
  TableStatus,
  TableStatusChanged,
  Ticket,
  TicketFacts,
  TicketItem,
  TicketStatus,
  TicketStatusChanged,
} from './schemas.ts';
