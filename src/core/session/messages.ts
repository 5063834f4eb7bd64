// What is said to the server now or not at all: greetings, rooms, acknowledgements. Nothing is queued; what joins a room is
// said again on every new connection.
import type { ContractData } from '../../contract/contract.ts';
import type { MessageDefinition } from '../../contract/message.ts';
import type { RoleDefinition } from '../../contract/role.ts';
import { validate } from '../../contract/schema.ts';
import { HeardError } from '../../errors.ts';
import type { Host, Release } from '../../host/host.ts';
import type { Link } from '../connection/supervisor.ts';

export interface Messages {
  /** Says it now. Throws where it cannot be said. */
  send(name: string, input: unknown): void;
  /** The connection of that channel stands: greets, and joins its rooms again. */
  joined(channel: string): void;
  /** It does not any more. */
  left(channel: string): void;
  linkUp(link: Link): void;
  linkDown(): void;
  dispose(): void;
}

export interface MessagesOptions {
  readonly host: Host;
  readonly contract: ContractData;
  readonly roleName: string;
  readonly role: RoleDefinition;
  readonly scope: Readonly<Record<string, unknown>>;
  /** The wire name of a channel of this device. */
  readonly wireOf: (channel: string) => string;
  readonly report: (error: unknown) => void;
}

interface Said {
  readonly name: string;
  readonly input: unknown;
}

/** Where a contract says nothing of limits. */
const usualLimit = { count: 30, perMs: 10_000 };

export function createMessages(options: MessagesOptions): Messages {
  const { host, contract, role, roleName, scope, wireOf, report } = options;
  const limit = contract.connection.limits?.messages ?? usualLimit;
  let link: Link | undefined;
  const standing = new Set<string>();
  /** Rooms, in the order in which they were joined. */
  const remembered = new Map<string, Said>();
  const coalescing = new Map<string, { readonly name: string; input: unknown; readonly release: Release }>();
  /** What is to be said again on this connection. */
  let repeats: readonly Said[] = [];
  let refill: Release | undefined;
  let tokens = limit.count;
  let filledAtMs = host.clock.monotonicMs();

  function hasToken(): boolean {
    const nowMs = host.clock.monotonicMs();
    tokens = Math.min(limit.count, tokens + ((nowMs - filledAtMs) * limit.count) / limit.perMs);
    filledAtMs = nowMs;
    return tokens >= 1;
  }

  function take(): boolean {
    if (!hasToken()) return false;
    tokens -= 1;
    return true;
  }

  function definitionOf(name: string): MessageDefinition {
    const definition = contract.messages.get(name);
    if (definition === undefined || !(role.messages ?? []).includes(name)) {
      throw new HeardError('unknown-name', `The role "${roleName}" has no message "${name}".`, {
        remediation: `Its messages are: ${(role.messages ?? []).join(', ') || 'none'}.`,
      });
    }
    return definition;
  }

  function checked(name: string, definition: MessageDefinition, input: unknown): unknown {
    const result = validate(definition.input, input);
    if (result.ok) return result.value;
    const [first] = result.mismatches;
    throw new HeardError(
      'input-invalid',
      `The message "${name}" does not fit: ${first?.path ?? ''} ${first?.because ?? ''}`,
      {
        remediation: 'Give what the contract describes for this message.',
      },
    );
  }

  function say(name: string, { channel, message }: MessageDefinition, input: unknown): void {
    if (link === undefined || !standing.has(channel)) {
      throw new HeardError('not-connected', `The message "${name}" was not sent: there is no connection.`, {
        remediation: 'Messages go now or not at all. Try again when the status is live, or use a mutation.',
      });
    }
    if (!take()) {
      throw new HeardError(
        'too-many',
        `The message "${name}" was not sent: the server allows ${limit.count} in ${limit.perMs} ms.`,
        {
          remediation: 'Send fewer, or declare in the contract how they may be put together ("coalesce").',
        },
      );
    }
    if (!link.send({ channel: wireOf(channel), name: message, payload: input })) {
      throw new HeardError('not-connected', `The message "${name}" was not sent: the socket is closing.`, {
        remediation: 'Try again when the status is live.',
      });
    }
  }

  function remember(name: string, definition: MessageDefinition, input: unknown): void {
    if (definition.remembered !== undefined) {
      remembered.set(`${name}\n${definition.remembered.key(input)}`, { name, input });
    }
    for (const [key, room] of remembered) {
      const rule = contract.messages.get(room.name)?.remembered;
      if (rule?.undoneBy === name && rule.key(room.input) === rule.key(input)) remembered.delete(key);
    }
  }

  /** The first goes at once; those that follow soon go as one. */
  function coalesce(name: string, definition: MessageDefinition, input: unknown): boolean {
    const { coalesce: rule } = definition;
    if (rule === undefined) return false;
    const key = `${name}\n${rule.key(input)}`;
    const waiting = coalescing.get(key);
    if (waiting !== undefined) {
      waiting.input = waiting.input === undefined ? input : rule.merge(waiting.input, input);
      return true;
    }
    const release = host.schedule(rule.everyMs, () => {
      const due = coalescing.get(key);
      coalescing.delete(key);
      if (due?.input === undefined) return;
      try {
        send(name, due.input);
      } catch (error) {
        report(error);
      }
    });
    coalescing.set(key, { name, input: undefined, release });
    return false;
  }

  function send(name: string, given: unknown): void {
    const definition = definitionOf(name);
    const input = checked(name, definition, given);
    if (coalesce(name, definition, input)) return;
    say(name, definition, input);
    remember(name, definition, input);
  }

  /** A device greets with what its role may say. */
  function greetings(): readonly Said[] {
    try {
      return (contract.connection.greets?.(scope) ?? [])
        .filter(({ message }) => (role.messages ?? []).includes(message))
        .map(({ message, input }) => ({ name: message, input }));
    } catch (error) {
      // A contract's own functions may have faults: the channel is heard all the same.
      report(error);
      return [];
    }
  }

  /** Rooms are joined again as fast as the server allows, and none is left out. */
  function repeat(): void {
    for (let next = repeats[0]; next !== undefined && hasToken(); next = repeats[0]) {
      repeats = repeats.slice(1);
      try {
        say(next.name, definitionOf(next.name), next.input);
      } catch (error) {
        report(error);
      }
    }
    if (repeats.length === 0 || refill !== undefined) return;
    refill = host.schedule(limit.perMs / limit.count, () => {
      refill = undefined;
      repeat();
    });
  }

  return {
    send,
    joined(channel) {
      standing.add(channel);
      for (const said of [...greetings(), ...remembered.values()]) {
        if (contract.messages.get(said.name)?.channel === channel) repeats = [...repeats, said];
      }
      repeat();
    },
    left(channel) {
      standing.delete(channel);
      repeats = repeats.filter(({ name }) => contract.messages.get(name)?.channel !== channel);
    },
    linkUp(up) {
      link = up;
      standing.clear();
    },
    linkDown() {
      link = undefined;
      standing.clear();
      repeats = [];
    },
    dispose() {
      link = undefined;
      repeats = [];
      refill?.();
      refill = undefined;
      for (const { release } of coalescing.values()) release();
      coalescing.clear();
    },
  };
}
