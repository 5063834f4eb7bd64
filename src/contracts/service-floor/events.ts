import { event, type EventDefinition, type Subject } from '../../contract/event.ts';
import { revision } from './revision.ts';
import * as shape from './schemas.ts';
import type { Id, Ref, TableRef } from './schemas.ts';

const about =
  (type: string) =>
  ({ id }: { readonly id: Id }): Subject => ({ type, id });

const aboutTable = ({ tableNumber }: TableRef): Subject => ({ type: 'Table', id: tableNumber });

const orderEvent: EventDefinition<shape.Order> = event({
  data: shape.order,
  subject: about('Order'),
  identity: revision,
});
export const orderCreated: EventDefinition<shape.Order> = orderEvent;
export const orderServed: EventDefinition<shape.Order> = orderEvent;
export const orderCompleted: EventDefinition<shape.Order> = orderEvent;
export const orderCancelled: EventDefinition<shape.Order> = orderEvent;

/** A table is activated many times a day in the same words: nothing here tells a repeat from the next time. */
const tableEvent: EventDefinition<TableRef> = event({ data: shape.tableRef, subject: aboutTable });
export const tableActivated: EventDefinition<TableRef> = tableEvent;
export const tableCheckoutStarted: EventDefinition<TableRef> = tableEvent;
export const tableCheckoutCompleted: EventDefinition<TableRef> = tableEvent;
export const tableForceReset: EventDefinition<TableRef> = tableEvent;

// Settled: what an office does to menu and staff waits behind what guests do.

export const menuCreated: EventDefinition<shape.MenuCreated> = event({
  data: shape.menuCreated,
  priority: 'background',
  subject: about('MenuItem'),
});
const menuEvent: EventDefinition<Ref> = event({ data: shape.ref, priority: 'background', subject: about('MenuItem') });
export const menuUpdated: EventDefinition<Ref> = menuEvent;
export const menuDeleted: EventDefinition<Ref> = menuEvent;

export const userCreated: EventDefinition<shape.UserCreated> = event({
  data: shape.userCreated,
  priority: 'background',
  subject: about('User'),
});
export const userDeleted: EventDefinition<Ref> = event({
  data: shape.ref,
  priority: 'background',
  subject: about('User'),
});

const messageEvent: EventDefinition<shape.Message> = event({
  data: shape.message,
  subject: about('Message'),
  identity: revision,
});
export const newMessage: EventDefinition<shape.Message> = messageEvent;
export const messageUpdated: EventDefinition<shape.Message> = messageEvent;
/** Pinned or unpinned: `data.pinned` says which. */
export const messagePinned: EventDefinition<shape.Message> = messageEvent;
export const messageDeleted: EventDefinition<Ref> = event({ data: shape.ref, subject: about('Message') });
export const allMessagesDeleted: EventDefinition<shape.AllMessagesDeleted> = event({ data: shape.allMessagesDeleted });

const serviceCallEvent: EventDefinition<shape.ServiceCall> = event({
  data: shape.serviceCall,
  subject: about('ServiceCall'),
  identity: revision,
});
export const serviceCall: EventDefinition<shape.ServiceCall> = serviceCallEvent;
export const serviceCallHandled: EventDefinition<shape.ServiceCall> = serviceCallEvent;
