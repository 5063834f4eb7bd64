export { serviceFloor } from './contract.ts';
export type { ServiceFloor } from './spec.ts';
export { isFinished, isHandled, orderStage, tableStage, type OrderStage, type TableStage } from './status.ts';
export type {
  AllMessagesDeleted,
  Decimal,
  Id,
  ListParams,
  MenuCreated,
  MenuItem,
  Message,
  Moment,
  Order,
  OrderItem,
  OrderStatus,
  Ref,
  ServiceCall,
  ServiceCallStatus,
  ServiceFloorScope,
  Table,
  TableRef,
  TableStatus,
  User,
  UserCreated,
} from './schemas.ts';
