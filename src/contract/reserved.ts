/**
 * Names that belong to the Pusher protocol. An application's event may not use them: whoever could make one look like
 * protocol, or a client's event look like the server's, could lie to a kitchen.
 */
export const isProtocolName = (name: string): boolean =>
  name.startsWith('pusher:') || name.startsWith('pusher_internal:');

export const isClientEventName = (name: string): boolean => name.startsWith('client-');

export const isReservedName = (name: string): boolean => isProtocolName(name) || isClientEventName(name);
