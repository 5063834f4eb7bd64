/** The room that the server joins a user's sockets to; a dish is announced to its waiter's room alone. */
export const userRoom = (userId: string | number): string => `user:${userId}`;

/**
 * What the backend's tokens call each role; the server checks every mutation against it. Settled: the kitchen's word,
 * which no endpoint asks for.
 */
export const tokenRoles = {
  waiter: 'serveur',
  cashier: 'caissier',
  kitchen: 'kitchen',
  admin: 'admin',
} as const;
