import type {
  ChannelParams,
  Contract,
  ContractSpec,
  EventOf,
  MutationAnswer,
  MutationInput,
  RoleChannel,
  RoleEvent,
  RoleMessage,
  RoleMutation,
  RoleName,
} from 'heard';

/** What a client of one role lets its user write, as types alone. */
export interface Listening<Spec extends ContractSpec, Role extends RoleName<Spec>> {
  on<Name extends RoleEvent<Spec, Role>>(name: Name, handler: (event: EventOf<Spec, Name>) => void): void;
  mutate<Name extends RoleMutation<Spec, Role>>(
    name: Name,
    input: MutationInput<Spec, Name>,
  ): Promise<MutationAnswer<Spec, Name>>;
  send(name: RoleMessage<Spec, Role>): void;
  channel<Name extends RoleChannel<Spec, Role>>(name: Name, params: ChannelParams<Spec, Name>): void;
}

export declare function listen<Spec extends ContractSpec, const Role extends RoleName<Spec>>(
  contract: Contract<Spec>,
  options: { readonly role: Role; readonly scope: Spec['scope'] },
): Listening<Spec, Role>;
