/** Which channels a kind of client hears, and what it may send. Data, not a subclass. */
export interface RoleDefinition<
  Scope = never,
  Channel extends string = string,
  EventName extends string = string,
  Mutation extends string = string,
  Message extends string = string,
> {
  /** Every channel it may hear, also those that are only opened on request. */
  readonly channels: readonly Channel[];
  /**
   * The channels it joins when it starts. Default: all of `channels` whose names the scope completes, except presence
   * channels.
   */
  joins?(scope: Scope): readonly Channel[];
  /** What can arrive, where the server's rooms narrow it further than the channels do. Default: all their events. */
  readonly events?: readonly EventName[];
  readonly mutations?: readonly Mutation[];
  readonly messages?: readonly Message[];
  /** What the server is told about this role when it connects: `{ user_role: 'manager' }`. */
  readonly handshake?: Readonly<Record<string, string>>;
}

/** Describes a role: `role({ channels: ['kds', 'notifications'], mutations: ['kds.bump'] })`. */
// `Joined` keeps the words that `joins` returns from widening to string.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export const role = <const Role extends RoleDefinition, const Joined extends string = never>(
  definition: Role & { joins?(scope: never): readonly Joined[] },
): Role => definition;
