/** Hosts that are near, by their names alone. They are given as `URL#hostname` spells them. */

/** This machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);

const privateV4 = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)\d+(?:\.\d+){1,2}$/;
/** Unique local (fc00::/7) and link-local (fe80::/10). */
const privateV6 = /^\[f(?:[cd][0-9a-f]{2}|e[89ab][0-9a-f]):/;
const localName = /^[^.:]+$|\.(?:local|lan|internal|home\.arpa)$/;

/** A network that is not the internet: private addresses, names without dots, `.local` and its like. */
export const isOnLan = (host: string): boolean => privateV4.test(host) || privateV6.test(host) || localName.test(host);
