// One line for each thing that happens on the development server, for people or for programs.
import type { Traffic } from '../dev-server/index.ts';

export interface TrafficTextOptions {
  readonly colours: boolean;
}

type Colour = 'dim' | 'green' | 'yellow' | 'red' | 'cyan';
const codes: Readonly<Record<Colour, number>> = { dim: 2, green: 32, yellow: 33, red: 31, cyan: 36 };

/** What devices say ends up in a terminal, which obeys control characters; also those that reorder text. */
// eslint-disable-next-line no-control-regex -- control characters are what is taken out
const controls = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const longest = 300;

const clean = (text: string): string => {
  const harmless = text.replace(controls, '�');
  return harmless.length > longest ? `${harmless.slice(0, longest)}…` : harmless;
};

export function trafficText({ colours }: TrafficTextOptions): (entry: Traffic, at: Date) => string {
  const paint = (colour: Colour, text: string): string => (colours ? `\u001B[${codes[colour]}m${text}\u001B[0m` : text);

  return (entry, at) => {
    const time = paint('dim', at.toISOString().slice(11, 23));
    const payload = 'payload' in entry && entry.payload !== undefined ? ` ${clean(JSON.stringify(entry.payload))}` : '';
    return `${time} ${lineOf(entry)}${paint('dim', payload)}`;
  };

  function lineOf(entry: Traffic): string {
    switch (entry.kind) {
      case 'request': {
        const { method, path, status, tookMs, bytes } = entry;
        const colour = status === 'none' || status >= 500 ? 'red' : status >= 400 ? 'yellow' : 'green';
        return `http        ${paint(colour, String(status))} ${clean(method)} ${clean(path)} ${paint('dim', `${Math.round(tookMs)} ms, ${bytes} B`)}`;
      }
      case 'frame': {
        const { wire, connection, to, type, channel, name, bytes } = entry;
        const words = [type, channel, name].filter((word) => word !== undefined).join(' ');
        return `${wire.padEnd(11)} ${to === 'server' ? '→' : '←'} ${paint('dim', clean(connection))} ${clean(words)} ${paint('dim', `${bytes} B`)}`;
      }
      case 'event': {
        const { wire, channel, name, devices, bytes } = entry;
        const to = devices === undefined ? '' : ` to ${devices} ${devices === 1 ? 'device' : 'devices'}`;
        return `${wire.padEnd(11)} ${paint('cyan', `⇇ ${clean(name)}`)} on ${clean(channel)}${to} ${paint('dim', `${bytes} B`)}`;
      }
      case 'connection': {
        const { wire, connection, what, because } = entry;
        const line = `${clean(wire).padEnd(11)} ${what} ${paint('dim', clean(connection))}${because === undefined ? '' : ` ${clean(because)}`}`;
        return what === 'refused' || what === 'cut' ? paint('yellow', line) : line;
      }
      case 'fault':
      case 'cors':
        return paint('yellow', `${entry.kind.padEnd(11)} ${clean(entry.what)}`);
      case 'trouble':
    }
    return paint('red', `trouble     ${clean(entry.what)}`);
  }
}

/** The same as JSON, one object to a line. */
export const trafficJson = (entry: Traffic, at: Date): string =>
  JSON.stringify({ at: at.toISOString(), ...entry }).replace(controls, '');
