// From what an app asks for to a record that is durable on this device.
import { HeardError } from '../../errors.ts';
import type { MutationPriority } from '../../contract/mutation.ts';
import type { Host } from '../../host/host.ts';
import type { StoredValue, StoreFault } from '../../storage/store.ts';
import type { Changes } from './changes.ts';
import { contextOf, type Mutations } from './contract-functions.ts';
import type { Handles, MutationHandle } from './handles.ts';
import { accept, type RowLookup } from './intake.ts';
import { countWaiting, parentState } from './lanes.ts';
import { createMutationId, type RandomBytes } from './mutation-id.ts';
import { answerTo } from './parents.ts';
import { recordVersion, type OutboxRecord } from './record.ts';
import { referredValue, withReferences, type Reference } from './reference.ts';
import { notStored } from './refusals.ts';
import type { OutboxSettings } from './settings.ts';
import type { OutboxInput, OutboxState } from './state.ts';
import type { Writing } from './writing.ts';

/** The last places are for what a restaurant lives on: a queue of heartbeats must not refuse a payment. */
const roomFor: Readonly<Record<MutationPriority, number>> = { payment: 1.01, order: 1, status: 0.95, telemetry: 0.8 };

interface TakingInOptions {
  readonly host: Host;
  readonly mutations: Mutations;
  readonly scope: object;
  readonly principal: string;
  readonly settings: OutboxSettings;
  readonly randomBytes: RandomBytes;
  serverNowMs(): number;
  readonly row: RowLookup | undefined;
  isQuiet(lane: string): boolean;
  readonly state: () => OutboxState;
  readonly dispatch: (input: OutboxInput) => void;
  readonly writing: Writing;
  readonly handles: Handles;
  readonly changes: Changes;
}

interface TakingIn {
  /** Throws what is wrong with it before anything is stored. */
  enqueue(name: string, given: unknown, as: TakenInAs): Promise<MutationHandle>;
  /** What becomes of the one that is being taken in under this id. */
  underWay(id: string): Promise<MutationHandle> | undefined;
  /** The machine says that it is stored … */
  added(id: string): void;
  /** … or that it is not. */
  notAdded(id: string, fault: StoreFault): void;
  /** It was refused. A store that gave up in the middle may hold it for all that, and it is nobody's. */
  isRefused(id: string): boolean;
}

interface TakenInAs {
  /** The parked one whose place it takes. */
  readonly former?: OutboxRecord | undefined;
  /** Chosen by whoever asks. */
  readonly id?: string | undefined;
}

interface Waiting {
  readonly former: OutboxRecord | undefined;
  resolve(handle: MutationHandle): void;
  reject(error: unknown): void;
}

export function createTakingIn(options: TakingInOptions): TakingIn {
  const { host, mutations, scope, settings, state, writing, handles, changes } = options;
  const waiting = new Map<string, Waiting>();
  const underWay = new Map<string, Promise<MutationHandle>>();
  const refused = new Set<string>();

  function recordOf(name: string, given: unknown, { former, id = newId() }: TakenInAs): OutboxRecord {
    const definition = mutations.get(name);
    if (definition === undefined) throw unknownName(name);
    requireRoom(definition.priority);
    const createdAt = options.serverNowMs();
    const { lane, input } = accept(
      {
        name,
        definition,
        context: contextOf({ id, createdAt }, scope),
        row: options.row,
        isQuiet: options.isQuiet,
        maxLength: settings.maxRequestLength,
        resolve: (references) => withReferences(references, answered),
        isKnown: (parent) => parentState(state(), parent) !== 'gone',
      },
      given,
    );
    return {
      version: recordVersion,
      id,
      name,
      ...(former !== undefined && { formerly: [...(former.formerly ?? []), former.id] }),
      principal: options.principal,
      // By time, so that mutations of several tabs keep their order, too; and growing, even if the clock is set back. Who
      // takes another's place has it: what refers to it stands behind it.
      order: former?.order ?? Math.max(state().lastOrder + 1, host.clock.wallMs()),
      lane,
      input,
      createdAt,
      expiresAt: createdAt + settings.maxAgeMs,
      attempts: 0,
      failures: 0,
      nextAttemptAt: 0,
      state: 'pending',
    };
  }

  function requireRoom(priority: MutationPriority): void {
    const most = Math.ceil(settings.maxItems * roomFor[priority]);
    if (countWaiting(state()) >= most) throw tooMany(most);
  }

  /** Some replacements of `crypto` give the same bytes every time, and two orders under one key would be one. */
  function newId(): string {
    const id = createMutationId(options.randomBytes);
    if (parentState(state(), id) === 'gone') return id;
    throw new HeardError('options-invalid', 'The random numbers of this device repeat themselves.', {
      remediation: 'Give random bytes from a secure source, such as crypto.getRandomValues; nothing was queued.',
    });
  }

  function answered(reference: Reference): StoredValue | undefined {
    return parentState(state(), reference.$ref) === 'answered'
      ? referredValue(reference, answerTo(state(), reference.$ref))
      : { ...reference };
  }

  /** Until it is, whoever asks for it again is refused with it: taken in anew, it would be taken back. */
  async function takeBack(id: string, fault: StoreFault, error: unknown): Promise<void> {
    const asked = waiting.get(id);
    const replaced = (): OutboxRecord | undefined => {
      const former = state().items.get(asked?.former?.id ?? '');
      return former?.phase.name === 'parked' ? former.record : undefined;
    };
    await writing.takeBack(id, fault, replaced);
    over(id);
    asked?.reject(error);
  }

  function over(id: string): void {
    waiting.delete(id);
    underWay.delete(id);
  }

  return {
    enqueue(name, given, as) {
      const { former } = as;
      const record = recordOf(name, given, as);
      const taken = new Promise<MutationHandle>((resolve, reject) => {
        waiting.set(record.id, { former, resolve, reject });
      });
      underWay.set(record.id, taken);
      options.dispatch({ kind: 'add', record, replaces: former?.id });
      return taken;
    },
    underWay: (id) => underWay.get(id),
    added(id) {
      waiting.get(id)?.resolve(handles.of(id));
      over(id);
    },
    notAdded(id, fault) {
      refused.add(id);
      handles.drop(id);
      changes.withdraw(id);
      void takeBack(id, fault, notStored(fault, writing.errorOf(id)));
    },
    isRefused: (id) => refused.has(id),
  };
}

const unknownName = (name: string): HeardError =>
  new HeardError('unknown-name', `There is no mutation "${name.slice(0, 80)}" for this role.`, {
    remediation: 'Use one of the mutations that the contract gives this role.',
  });

const tooMany = (most: number): HeardError =>
  new HeardError('too-many', `${most} mutations wait to be sent already.`, {
    remediation: 'Stop taking in more until the server was reached, and say so to whoever works with this device.',
  });
