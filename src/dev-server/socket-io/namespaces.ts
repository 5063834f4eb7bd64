// Which namespaces there are, and which channel each of them is. Most are there from the start; those whose names nobody can list
// (one for each store) come with the first device that is let in and go with the last.
import type { Namespace, Server } from 'socket.io';
import { longestChannelName, placeholdersOf } from '../../contract/channel.ts';
import type { ContractData } from '../../contract/contract.ts';
import { createRouter, type Route } from '../../contract/routing.ts';

/** A channel as its contract spells it, however its namespace is spelt. */
export interface NamedChannel {
  readonly wire: string;
  readonly route: Route;
}

export type ChannelOf = (namespace: string) => NamedChannel | undefined;

/** What `createNamespaces` needs of the server: that whoever is refused leaves no namespace behind. */
export const namespaceOptions = { cleanupEmptyChildNamespaces: true } as const;

/** `open` decides who comes in, and is called before anybody can. */
export function createNamespaces(
  io: Server,
  contract: ContractData,
  open: (namespace: Namespace, channelOf: ChannelOf) => void,
): void {
  const routeOf = createRouter(contract);
  const channelOf: ChannelOf = (namespace) => {
    for (const wire of [namespace, namespace.slice(1)]) {
      const route = wire.length > longestChannelName ? undefined : routeOf(wire);
      if (route !== undefined) return { wire, route };
    }
    return undefined;
  };
  // Names for another wire are the own ones of no namespace: whoever has `/orders` keeps it.
  const isOwn = contract.connection.transports.includes('socket-io');
  const wires = [...contract.channels.values()].map(({ wire }) => wire);
  const listed = wires.filter((wire) => isOwn && placeholdersOf(wire).length === 0);
  for (const wire of listed) open(io.of(wire), channelOf);
  if (listed.length === wires.length) return;
  const others = io.of((name, _auth, next) => next(null, channelOf(name) !== undefined));
  open(others, channelOf);
}
