// Which namespace a channel is, and which channel a namespace: its own name, with a slash in front where it has none. So
// channels that a contract names for another wire (`private-store.A.orders`) are heard over Socket.IO, too.
import { withLeadingSlash } from '../../lib/leading-slash.ts';

export interface ChannelNames {
  /** The namespace to join. Undefined for a name that is none, and while another channel is the same namespace. */
  take(channel: string): string | undefined;
  /** The namespace of a channel that was taken. */
  namespaceOf(channel: string): string | undefined;
  channelOf(namespace: string): string;
  giveUp(channel: string): void;
}

export function createChannelNames(): ChannelNames {
  const channels = new Map<string, string>();

  function namespaceOf(channel: string): string | undefined {
    const namespace = withLeadingSlash(channel);
    return channels.get(namespace) === channel ? namespace : undefined;
  }

  return {
    take(channel) {
      const namespace = withLeadingSlash(channel);
      if (channel === '' || (channels.get(namespace) ?? channel) !== channel) return undefined;
      channels.set(namespace, channel);
      return namespace;
    },
    namespaceOf,
    channelOf: (namespace) => channels.get(namespace) ?? namespace,
    giveUp(channel) {
      const namespace = namespaceOf(channel);
      if (namespace !== undefined) channels.delete(namespace);
    },
  };
}
