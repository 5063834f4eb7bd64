import { event, type EventDefinition } from '../../contract/event.ts';
import * as shape from './schemas.ts';

// `meta.event_id` tells one occurrence from the next. A frame without it has no identity at all: nothing in an event's
// data says which occurrence it is, and a fact that is shown twice is better than one that is not shown.

const order = (id: string) => ({ type: 'Order', id });
const product = (id: string) => ({ type: 'Product', id });
const employee = (id: string) => ({ type: 'Employee', id });

export const orderCreated: EventDefinition<shape.OrderCreated> = event({
  data: shape.orderCreated,
  subject: (data) => order(data.order.id),
});
export const orderStatusChanged: EventDefinition<shape.OrderStatusChanged> = event({
  data: shape.orderStatusChanged,
  subject: (data) => order(data.order_id),
});
export const orderReady: EventDefinition<shape.OrderReady> = event({
  data: shape.orderReady,
  subject: (data) => order(data.order_id),
});
export const orderCancelled: EventDefinition<shape.OrderCancelled> = event({
  data: shape.orderCancelled,
  subject: (data) => order(data.order_id),
});
export const orderAssignedCounter: EventDefinition<shape.OrderAssignedCounter> = event({
  data: shape.orderAssignedCounter,
  subject: (data) => order(data.order_id),
});

// A payment is about its order: whoever handles both does so in order. Settled: how one ends goes first under backlog,
// because a guest is standing at the till.

export const paymentProcessing: EventDefinition<shape.PaymentProcessing> = event({
  data: shape.paymentProcessing,
  subject: (data) => order(data.order_id),
});
export const paymentCompleted: EventDefinition<shape.PaymentCompleted> = event({
  data: shape.paymentCompleted,
  priority: 'critical',
  subject: (data) => order(data.order_id),
});
export const paymentFailed: EventDefinition<shape.PaymentFailed> = event({
  data: shape.paymentFailed,
  priority: 'critical',
  subject: (data) => order(data.order_id),
});
export const qrGenerated: EventDefinition<shape.QrGenerated> = event({
  data: shape.qrGenerated,
  subject: (data) => order(data.order_id),
});

export const stockUpdated: EventDefinition<shape.StockUpdated> = event({
  data: shape.stockUpdated,
  subject: (data) => product(data.product_id),
});
export const lowStock: EventDefinition<shape.LowStock> = event({
  data: shape.lowStock,
  subject: (data) => product(data.product_id),
});
export const outOfStock: EventDefinition<shape.OutOfStock> = event({
  data: shape.outOfStock,
  subject: (data) => product(data.product_id),
});

export const employeeClockedIn: EventDefinition<shape.EmployeeClockedIn> = event({
  data: shape.employeeClockedIn,
  priority: 'background',
  subject: (data) => employee(data.user_id),
});
export const employeeClockedOut: EventDefinition<shape.EmployeeClockedOut> = event({
  data: shape.employeeClockedOut,
  priority: 'background',
  subject: (data) => employee(data.user_id),
});
export const employeeDrinkConsumed: EventDefinition<shape.EmployeeDrinkConsumed> = event({
  data: shape.employeeDrinkConsumed,
  priority: 'background',
  subject: (data) => employee(data.user_id),
});

export const counterStatusChanged: EventDefinition<shape.CounterStatusChanged> = event({
  data: shape.counterStatusChanged,
  subject: (data) => ({ type: 'Counter', id: data.counter_name }),
});
export const cafeSettingsUpdated: EventDefinition<shape.CafeSettingsUpdated> = event({
  data: shape.cafeSettingsUpdated,
  priority: 'background',
});
