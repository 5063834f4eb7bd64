import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useMemo,
  useState,
  type FunctionComponent,
  type ReactNode,
} from 'react';
import type { Contract, ContractData, ContractSpec, RoleName } from '../contract/contract.ts';
import type { Question } from '../core/collections/question.ts';
import type { DeliveredEvent } from '../core/consume/delivered-event.ts';
import type { Presence } from '../core/presence/presence.ts';
import type { ChannelWord, Status } from '../core/session/status.ts';
import type { Signal } from '../core/signals.ts';
import { HeardError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { platformHost } from '../host/platform.ts';
import { holdClient, type HeldClient } from './held-client.ts';
import type { Hooks, MountedChannel } from './hooks.ts';
import { knownNames } from './known-names.ts';
import { emptyOutbox } from './outbox-view.ts';
import { ownClient } from './own-client.ts';
import type { Names, PlainChannel, PlainClient } from './plain-client.ts';
import { lazily, useLatest, useReadable, useSelected } from './readable.ts';
import { keyOf } from './sameness.ts';
import { useMutationOf } from './use-mutation.ts';
import { useTicketTimerOf, type Moment, type TimerOptions } from './use-ticket-timer.ts';

interface Props {
  readonly children?: ReactNode;
  readonly host?: Host;
  readonly client?: PlainClient;
  readonly create?: () => PlainClient;
}

interface AskedRows extends Question<never> {
  readonly select?: (rows: readonly object[]) => unknown;
}

const atServer: Status = { word: 'offline', reason: 'stopped' };
const nobodyKnows: Presence = { members: undefined, me: undefined, current: false };
const noRows: readonly object[] = [];
const everyRow = (rows: readonly object[]): unknown => rows;
const noClient = (): never => {
  throw new HeardError('options-invalid', 'The Provider has no client.', {
    remediation: 'Give it `client` or `create`.',
  });
};
const nothing = { get: () => undefined, subscribe: () => () => undefined };

/**
 * The hooks of one contract. With a role, what that role does not hear or send is a type error; without, the hooks are for
 * screens of any role.
 *
 * @example
 * ```tsx
 * const { Provider, useCollection, useMutation } = createHooks(laravelPos, 'kds')
 * ```
 */
export function createHooks<Spec extends ContractSpec, const Role extends RoleName<Spec> = RoleName<Spec>>(
  contract: Contract<Spec>,
  role?: Role,
): Hooks<Spec, Role> {
  const data: ContractData = contract;
  const requireKnown = knownNames(data, role);
  const Context = createContext<HeldClient | undefined>(undefined);

  const Provider: FunctionComponent<Props> = ({ client, create = noClient, host, children }) => {
    const [own] = useState(() => ownClient(create, data.name));
    const [failure, setFailure] = useState<{ readonly error: unknown }>();
    const used = client === undefined ? own : undefined;
    const held = useMemo(
      () => holdClient(client === undefined ? own.client : () => client, host ?? platformHost()),
      [own, client, host],
    );
    useEffect(() => used?.use((error) => setFailure({ error })), [used]);
    // For the error boundary: a client that could not start is nothing to go on with.
    if (failure !== undefined) throw failure.error;
    return createElement(Context.Provider, { value: held }, children);
  };

  function useHeld(hook: string): HeldClient {
    const held = useContext(Context);
    if (held !== undefined) return held;
    throw new HeardError('no-provider', `${hook} is used outside of its Provider.`, {
      remediation: 'Put the Provider of the same createHooks around the component.',
    });
  }

  function useStatus(): Status {
    const held = useHeld('useStatus');
    return useReadable(
      useMemo(() => lazily(() => held.client().status), [held]),
      atServer,
    );
  }

  function useEvent(
    names: Names,
    handler: (event: DeliveredEvent) => unknown,
    on?: Pick<MountedChannel<string>, 'name' | 'params'>,
  ): void {
    const held = useHeld('useEvent');
    requireKnown('event', names);
    const latest = useLatest(handler);
    const key = keyOf([names, on?.name, on?.params]);
    useEffect(() => {
      const tell = (event: DeliveredEvent): unknown => latest.current(event);
      if (on === undefined) return held.client().on(names, tell);
      const opened = held.client().channel(on.name, on.params);
      const end = opened.on(names, tell);
      return () => {
        end();
        leave(opened);
      };
      // The names and the channel are what `key` says.
      // oxlint-disable-next-line react/exhaustive-deps
    }, [held, latest, key]);
  }

  function useChannel(name: string, params: object = {}): MountedChannel<string> {
    const held = useHeld('useChannel');
    requireKnown('channel', name);
    const key = keyOf(params);
    const channel = useMemo(
      () => statusOfChannel(held, name, params),
      // oxlint-disable-next-line react/exhaustive-deps
      [held, name, key],
    );
    const status = useReadable(channel, 'offline');
    // oxlint-disable-next-line react/exhaustive-deps
    return useMemo(() => ({ name, params, status }), [name, key, status]);
  }

  function usePresence(name: string, params: object = {}): Presence {
    const held = useHeld('usePresence');
    return useReadable(
      // oxlint-disable-next-line react/exhaustive-deps
      useMemo(() => lazily(() => held.client().presence(name, params)), [held, name, keyOf(params)]),
      nobodyKnows,
    );
  }

  function useCollection(name: string, question: AskedRows = {}): unknown {
    const held = useHeld('useCollection');
    const { where, orderBy, limit, select = everyRow } = question;
    const rows = useMemo(
      () =>
        lazily(() =>
          held
            .client()
            .collection(name)
            .query(question as Question<object>),
        ),
      // oxlint-disable-next-line react/exhaustive-deps
      [held, name, keyOf(where), keyOf(orderBy), limit],
    );
    return useSelected(rows, select, noRows);
  }

  function useRow(name: string, key: string | number | undefined): object | undefined {
    const held = useHeld('useRow');
    const row = useMemo(
      () => (key === undefined ? nothing : lazily(() => held.client().collection(name).watch(key))),
      [held, name, key],
    );
    return useReadable<object | undefined>(row, undefined);
  }

  function useOutbox() {
    const held = useHeld('useOutbox');
    const view = useReadable(held.outbox, emptyOutbox);
    return useMemo(
      () => ({
        ...view,
        retry: (id: string) => held.client().outbox.retry(id),
        discard: (id: string) => held.client().outbox.discard(id),
      }),
      [held, view],
    );
  }

  function useSignals(
    ...[first, second]: [handler: (signal: Signal) => unknown] | [kinds: Names, handler: (signal: Signal) => unknown]
  ): void {
    const held = useHeld('useSignals');
    const [kinds, handler] = typeof first === 'function' ? (['*', first] as const) : [first, second];
    const latest = useLatest(handler);
    const key = keyOf(kinds);
    useEffect(
      () => held.client().signals.on(kinds, (signal) => void latest.current?.(signal)),
      // oxlint-disable-next-line react/exhaustive-deps
      [held, latest, key],
    );
  }

  const hooks = {
    Provider,
    useClient: () => useHeld('useClient').client(),
    useStatus,
    useEvent,
    useChannel,
    usePresence,
    useCollection,
    useRow,
    useMutation(name: string) {
      const held = useHeld('useMutation');
      requireKnown('mutation', name);
      return useMutationOf(held, name);
    },
    useOutbox,
    useSignals,
    useTicketTimer: (since: Moment, options: TimerOptions = {}) =>
      useTicketTimerOf(useHeld('useTicketTimer'), since, options),
  };
  // The one place where names become types; what is behind it checks them at run time.
  return hooks as unknown as Hooks<Spec, Role>;
}

/** Opens it for as long as somebody follows its word. */
function statusOfChannel(held: HeldClient, name: string, params: object) {
  let opened: PlainChannel | undefined;
  return {
    get: (): ChannelWord => opened?.status() ?? 'offline',
    subscribe(listener: () => void) {
      const own = held.client().channel(name, params);
      opened = own;
      const end = own.onStatus(listener);
      return () => {
        if (opened === own) opened = undefined;
        end();
        leave(own);
      };
    },
  };
}

/** After whoever opens it in the same task, so that a screen which takes another's place finds it open. */
const leave = (channel: PlainChannel): void => queueMicrotask(() => channel.dispose());
