// The channels that the app has opened in this tab beside those of its role: heard by its own session while it leads, else by the leader's.
import { fillChannel } from '../../contract/channel.ts';
import type { Consumers } from '../consume/consumers.ts';
import type { DeliveredEvent } from '../consume/delivered-event.ts';
import type { OpenChannel } from '../session/heard-channels.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import type { Following } from './following.ts';
import type { Wanted } from './messages.ts';
import type { Succession } from './succession.ts';

export interface ChannelsHereOptions extends Pick<SessionOptions, 'contract' | 'scope'> {
  readonly succession: Succession;
  readonly following: Following;
  /** To the tab that leads, which hears what the others want. */
  readonly sayHello: () => void;
}

export interface ChannelsHere {
  open(channel: string, params: object, consumers: Consumers): OpenChannel;
  isOpen(wire: string): boolean;
  wanted(): readonly Wanted[];
  /** To those who listen to its channel, if there are any and `isNews` says so. */
  deliver(event: DeliveredEvent, isNews: (event: DeliveredEvent) => boolean): void;
  /** By this session, now that the tab leads; by that of another tab where there is none. */
  hear(session: Session | undefined): void;
}

interface Opened extends Wanted {
  readonly wire: string;
  readonly consumers: Consumers;
  /** While this tab leads. */
  open: OpenChannel | undefined;
}

export function createChannelsHere(options: ChannelsHereOptions): ChannelsHere {
  const { contract, scope, succession, following, sayHello } = options;
  const channels = new Set<Opened>();

  function wantedChanged(): void {
    if (succession.leading === undefined && !succession.isOver) sayHello();
  }

  const wireOf = (channel: string, params: object): string =>
    fillChannel(contract.channels.get(channel)?.wire ?? channel, { ...scope, ...params });

  return {
    open(channel, params, consumers) {
      const wire = wireOf(channel, params);
      const opened: Opened = {
        channel,
        params,
        wire,
        consumers,
        open: succession.leading?.session.open(channel, params, consumers),
      };
      channels.add(opened);
      wantedChanged();
      return {
        word() {
          if (opened.open !== undefined) return opened.open.word();
          const shown = following.view?.health.channels.find((one) => wireOf(one.channel, one.params) === wire);
          return shown?.word ?? 'offline';
        },
        close() {
          if (!channels.delete(opened)) return;
          opened.open?.close();
          opened.open = undefined;
          wantedChanged();
        },
      };
    },
    isOpen: (wire) => [...channels].some((opened) => opened.wire === wire),
    wanted: () => [...channels].map(({ channel, params }) => ({ channel, params })),
    deliver(event, isNews) {
      const wire = wireOf(event.channel, event.params);
      const hearing = [...channels].filter((opened) => opened.wire === wire);
      if (hearing.length > 0 && isNews(event)) for (const { consumers } of hearing) void consumers.deliver(event);
    },
    hear(session) {
      for (const opened of channels) opened.open = session?.open(opened.channel, opened.params, opened.consumers);
    },
  };
}
