// What a channel is, its name says; and the server reads it less strictly than people write it.

/** Its members know of each other. */
export const isPresence = (channel: string): boolean => channel.startsWith('presence-');

/** Needs a signature. The words count anywhere in the name, not only in front. */
export const isGuarded = (channel: string): boolean => channel.includes('private-') || channel.includes('presence-');

/** Tells newcomers its last event; the word counts anywhere, too. */
export const isCaching = (channel: string): boolean => channel.includes('cache-');

export const isLegal = (channel: string): boolean => /^#?[-a-zA-Z0-9_=@,.;]+$/.test(channel);

const prefixOfUser = '#server-to-user-';

/** Whom an event is for that the backend sends to one user rather than to a channel. */
export const userOf = (channel: string): string | undefined =>
  channel.startsWith(prefixOfUser) ? channel.split(prefixOfUser).at(-1) : undefined;
