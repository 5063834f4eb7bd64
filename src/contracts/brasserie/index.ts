export { brasserie } from './contract.ts';
export type { Brasserie } from './spec.ts';
export { tokenRoles, userRoom } from './access.ts';
export { calendarDay } from './daily-close.ts';
export { acknowledgementOf, dishMoment, type DayReference } from './dish-ready.ts';
export { erpDishReady, type ErpDishReady, type ErpNotified } from './erp.ts';
export { isMenuStale, menuFreshForMs, suggestWine } from './menu.ts';
export {
  drainSentence,
  orderMutation,
  syncLatencyMs,
  syncState,
  tableConflict,
  type SyncState,
} from './offline-orders.ts';
export { openCovers, readRemaining } from './split-bill.ts';
export type {
  Bill,
  BillParams,
  BillSettled,
  BillUpdated,
  BrasserieScope,
  DayClosed,
  DayToClose,
  Decimal,
  DishLine,
  DishReady,
  ItemStatus,
  MenuItem,
  MenuParams,
  NewOrder,
  OfflineOrder,
  Order,
  OrderItem,
  OrderLine,
  OrderListParams,
  OrderRef,
  OrderStatus,
  OrderSynced,
  OrderTaken,
  OrderUpdated,
  Payment,
  PaymentMethod,
  PaymentStatus,
  Share,
  ShareAnswer,
  ShareTaken,
  Table,
  TableListParams,
  TableUpdated,
  Wine,
  WineLine,
} from './schemas.ts';
