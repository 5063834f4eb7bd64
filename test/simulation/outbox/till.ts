// The people at the till: what they want, what the device told them about it, and what has to be true of the two. Judges by
// what was said to them and by what took effect, and by what the outbox says in public.
import type { WaitingMutation } from '../../../src/contract/mutation.ts';
import type { OutboxChange } from '../../../src/core/outbox/changes.ts';
import type { MutationHandle, Settled } from '../../../src/core/outbox/handles.ts';
import type { ParkedMutation } from '../../../src/core/outbox/parked-mutation.ts';
import type { Intent } from './intents.ts';
import type { Input, Sent } from './mutations.ts';

/** The device in one life, as people see it. */
export interface TillDevice {
  enqueue(name: string, input: unknown): Promise<MutationHandle>;
  pending(): readonly WaitingMutation[];
  parked(): readonly ParkedMutation[];
  retry(id: string): unknown;
  rebase(id: string, input: unknown): Promise<unknown>;
}

export interface TillOptions {
  readonly intents: readonly Intent[];
  /** What is true at the counter. */
  readonly counter: { readonly effects: ReadonlyMap<number, number>; orderOf(n: number): number };
  readonly violate: (what: string) => void;
  readonly say: (line: string) => void;
  /** What stands in the way of the three promises, apart from faults that they hold against. */
  readonly excuses: (item: ParkedMutation, intent: Intent) => boolean;
}

type Told = 'waiting' | 'done' | 'parked' | 'rejected' | 'unknown';

export class Till {
  private readonly options: TillOptions;
  private device: TillDevice | undefined;
  private readonly told = new Map<number, Told>();
  private readonly ids = new Map<number, string>();
  /** Sent again by a person, so that order in its lane is the person's. */
  private readonly byPerson = new Set<number>();
  /** Accepted in this life, and not told how they ended. */
  private readonly unsettled = new Set<number>();
  /** By mutation: bytes and key of every attempt. */
  private readonly attempts = new Map<string, Set<string>>();
  /** What the device held when it said that it remembers nothing any more. */
  private readonly forgotten = new Set<number>();
  /** What was being stored when the store was lost: nobody knows whether it is in there. */
  private readonly halfStored = new Set<number>();

  constructor(options: TillOptions) {
    this.options = options;
  }

  /** A life begins with what the store gave back. */
  begins(device: TillDevice): void {
    this.device = device;
    this.unsettled.clear();
    for (const { id, input } of [...device.pending(), ...device.parked()]) {
      const { n, version } = input as Input;
      const told = this.told.get(n);
      const isBack = this.forgotten.has(n);
      if (told === 'done' && !isBack) this.options.violate(`${n} was told to be done, and waits again`);
      // It was stored, and the crash came before anybody could be told: from now on it must not be lost.
      if (told === 'unknown' || isBack) this.told.set(n, 'waiting');
      if (version === 0) this.ids.set(n, id);
    }
  }

  ends(): void {
    this.device = undefined;
  }

  /** The device says that it remembers nothing beyond this life: whatever it holds then may be lost or come back. */
  remembersNothing(): void {
    for (const n of this.told.keys()) this.forgotten.add(n);
  }

  storeLost(): void {
    for (const [n, told] of this.told) if (told === 'unknown') this.halfStored.add(n);
  }

  /** Somebody asks for it, if the device is on and knows what it is about. True when it was asked for. */
  want({ n, kind, parent, lane }: Intent): boolean {
    const { device } = this;
    const parentId = parent === undefined ? undefined : this.ids.get(parent);
    if (device === undefined || (parent !== undefined && parentId === undefined)) return false;
    const isParent = this.options.intents.some((other) => other.parent === n);
    const input: Input = {
      n,
      version: 0,
      lane: isParent ? 'own' : lane,
      ...(parentId !== undefined && { order: { $ref: parentId } }),
    };
    this.told.set(n, 'unknown');
    this.options.say(`wanted ${n} ${kind} ${JSON.stringify({ ...input, ...(parent !== undefined && { parent }) })}`);
    void this.ask(device, kind, input);
    return true;
  }

  private async ask(device: TillDevice, kind: string, input: Input): Promise<void> {
    const { n } = input;
    try {
      const { id, settled } = await device.enqueue(kind, input);
      if (this.device !== device) return;
      this.options.say(`accepted ${n}`);
      this.ids.set(n, id);
      if (this.told.get(n) === 'unknown') this.told.set(n, 'waiting');
      this.unsettled.add(n);
      void this.follow(device, n, settled);
    } catch (error) {
      if (this.device !== device) return;
      this.options.say(`rejected ${n}: ${String(error)}`);
      // A reference to what was answered by a read has no value to stand for.
      this.told.set(n, 'rejected');
    }
  }

  private async follow(device: TillDevice, n: number, settled: Promise<Settled>): Promise<void> {
    const { outcome } = await settled;
    if (this.device === device) this.unsettled.delete(n);
    if (outcome === 'discarded') this.options.violate(`${n} was discarded by nobody`);
  }

  /** The device tells how something stands. */
  heard({ id, state }: Pick<OutboxChange, 'id' | 'state'>): void {
    const n = [...this.ids].find(([, known]) => known === id)?.[0];
    this.options.say(`${n ?? '?'} is ${state}`);
    if (n === undefined) return;
    if (state === 'acked') this.told.set(n, 'done');
    else if (state === 'parked') this.told.set(n, 'parked');
    else if (this.told.get(n) === 'done') this.options.violate(`${n} was told to be done, and is ${state}`);
    if (state === 'discarded') this.options.violate(`${n} was discarded by nobody`);
  }

  /** A request leaves the device. `id`: what the server could know its attempts by; `form`: all that must stay the same. */
  sent({ n, order }: Sent, id: string, form: string): void {
    const { intents, counter, violate, say } = this.options;
    say(`sent ${n}`);
    const forms = this.attempts.get(id) ?? new Set();
    this.attempts.set(id, forms.add(form));
    const intent = intents[n];
    if (this.device === undefined || intent === undefined) return;
    const waiting = this.device.pending().map(({ input, state }) => ({ ...(input as Input), state }));
    const own = waiting.find((other) => other.n === n);
    if (own?.state !== 'inflight') violate(`${n} is sent while it is ${own?.state ?? 'not there'}`);
    if (intent.parent !== undefined && order !== counter.orderOf(intent.parent)) {
      violate(`${n} is sent about the order ${String(order)}`);
    }
    if (this.byPerson.has(n) || intent.parent !== undefined) return;
    for (const other of waiting) {
      const isBefore = other.n < n && other.order === undefined && !this.byPerson.has(other.n) && other.version === 0;
      if (isBefore && other.lane === own?.lane && other.lane !== 'own')
        violate(`${n} overtakes ${other.n} in ${other.lane}`);
    }
  }

  /** Somebody looks at what is parked. True when there was something to do. */
  decide(): boolean {
    let isBusy = false;
    for (const { id, input, code } of this.device?.parked() ?? []) {
      const given = input as Input;
      this.byPerson.add(given.n);
      // Another card; and what a hook could not store.
      if (code === 'declined') this.device?.retry(id);
      if (code === 'conflict') void this.device?.rebase(id, { ...given, version: 1 });
      isBusy ||= code === 'declined' || code === 'conflict';
    }
    return isBusy;
  }

  /** What neither was answered nor waits for a person, itself or through what it is about. */
  get open(): readonly number[] {
    const parked = new Set(this.device?.parked().map(({ input }) => (input as Input).n));
    const open: number[] = [];
    for (const { input } of this.device?.pending() ?? []) {
      const { n } = input as Input;
      const parent = this.options.intents[n]?.parent;
      if (parent === undefined || !parked.has(parent)) open.push(n);
    }
    return open;
  }

  /** Everything is healed, and had its time. */
  check(): void {
    const { device } = this;
    const { intents, violate } = this.options;
    if (device === undefined) return;
    const parked = new Map<number, ParkedMutation>();
    for (const item of device.parked()) parked.set((item.input as Input).n, item);
    const open = new Set(this.open);
    const waiting = new Set<number>();
    for (const { input, state } of device.pending()) {
      const { n } = input as Input;
      waiting.add(n);
      if (open.has(n)) violate(`${n} is still ${state}`);
      else this.told.set(n, 'parked');
    }
    for (const intent of intents) this.checkIntent(intent, parked, waiting);
    for (const n of this.unsettled) if (!waiting.has(n)) violate(`nobody was told how ${n} ended`);
    for (const forms of this.attempts.values()) {
      if (forms.size > 1) violate(`one mutation was sent in ${forms.size} forms: ${[...forms].join(' | ')}`);
    }
  }

  private checkIntent(intent: Intent, parked: ReadonlyMap<number, ParkedMutation>, waiting: ReadonlySet<number>): void {
    const { n, kind, parent } = intent;
    const { counter, violate, excuses } = this.options;
    const effects = counter.effects.get(n) ?? 0;
    const told = this.told.get(n);
    const item = parked.get(n);
    const isForgotten = this.forgotten.has(n);
    const mayBeTwice = kind === 'none' && isForgotten && this.halfStored.has(n);
    if (effects > 1 && !mayBeTwice) violate(`${n} (${kind}) took effect ${effects} times`);
    if (told === 'rejected' && effects > 0) violate(`${n} was rejected, and took effect`);
    if (told === 'rejected' && item !== undefined) violate(`${n} was rejected, and is kept`);
    if (told === undefined || told === 'rejected' || told === 'unknown') return;
    const isHeld = parent !== undefined && parked.has(parent);
    if (item !== undefined) {
      if (effects > 0 && !item.mayHaveHappened) violate(`${n} took effect, and is parked as ${item.code}`);
      if (item.code === 'parent-gone' && isHeld) violate(`${n} was given up while ${parent} waits`);
      // The three promises, where nothing but faults stands in the way.
      if (kind !== 'none' && !excuses(item, intent)) violate(`${n} (${kind}) is parked as ${item.code}`);
      return;
    }
    if (isForgotten) return;
    if (effects === 0 && !isHeld) violate(`${n} (${kind}) is lost in silence (${told})`);
    // Told in a life that crashed before it could be heard, it waits no more.
    if (effects > 0 && told !== 'done' && waiting.has(n)) violate(`${n} took effect, and nobody was told (${told})`);
  }

  /** By how people were told. */
  count(...words: readonly Told[]): number {
    return [...this.told.values()].filter((word) => words.includes(word)).length;
  }
}
