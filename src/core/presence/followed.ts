// Who is in a channel, as an app follows it.
import { createListeners, type Listeners } from '../../lib/listeners.ts';
import { untilAborted } from '../../lib/until-aborted.ts';
import type { Member } from '../../transports/transport.ts';
import { movement, nobodyKnows, type Presence } from './presence.ts';

interface ListenOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Who is in a presence channel. The channel is joined for as long as somebody follows it here. */
export interface ChannelPresence {
  /** The same object until it has changed. */
  get(): Presence;
  subscribe(listener: (presence: Presence) => void, options?: ListenOptions): () => void;
  /** Each who comes. Who was there when this device came is in `get().members`. */
  onJoin(listener: (member: Member) => void, options?: ListenOptions): () => void;
  onLeave(listener: (member: Member) => void, options?: ListenOptions): () => void;
  /** Ends all that listens here. */
  dispose(): void;
}

/** What somebody follows. */
export interface Followed {
  /** Something may have changed. */
  look(): void;
  dispose(): void;
}

export interface FollowedOptions {
  readonly read: () => Presence;
  /** Joins the channel; what is returned leaves it. */
  readonly join: () => () => void;
  readonly followed: Set<Followed>;
  readonly report: (error: unknown) => void;
}

export function createFollowed({ read, join, followed, report }: FollowedOptions): ChannelPresence {
  const changes = createListeners<Presence>(report);
  const joins = createListeners<Member>(report);
  const leaves = createListeners<Member>(report);
  let told = nobodyKnows;
  let leave: (() => void) | undefined;
  let isOver = false;

  function look(): void {
    const before = told;
    const now = read();
    if (now === before) return;
    // First: a listener may look again.
    told = now;
    changes.tell(now);
    const { came, went } = movement(before, now);
    for (const member of went) leaves.tell(member);
    for (const member of came) joins.tell(member);
  }

  function end(): void {
    if (!(changes.isEmpty && joins.isEmpty && leaves.isEmpty)) return;
    followed.delete(own);
    leave?.();
    leave = undefined;
  }

  function dispose(): void {
    isOver = true;
    for (const listeners of [changes, joins, leaves]) listeners.end();
    end();
  }

  const own = { look, dispose };

  const follow = <Value>(
    listeners: Listeners<Value>,
    listener: (value: Value) => void,
    { signal }: ListenOptions = {},
  ): (() => void) =>
    untilAborted(signal, () => {
      if (leave === undefined && !isOver) {
        told = read();
        leave = join();
        followed.add(own);
      }
      const release = listeners.add(listener);
      return () => {
        release();
        end();
      };
    });

  return {
    get: read,
    subscribe: (listener, options) => follow(changes, listener, options),
    onJoin: (listener, options) => follow(joins, listener, options),
    onLeave: (listener, options) => follow(leaves, listener, options),
    dispose,
  };
}
