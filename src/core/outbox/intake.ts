import type { CollectionDefinition } from '../../contract/collection.ts';
import type { MutationContext, MutationDefinition, Refusal } from '../../contract/mutation.ts';
import { validate, type Mismatch } from '../../contract/schema.ts';
import { HeardError, type ErrorCode } from '../../errors.ts';
import { faultOfValue } from '../../lib/json.ts';
import type { StoredValue } from '../../storage/store.ts';
import { copyOf, requestOf } from './contract-functions.ts';
import { parentsOf, withReferences } from './reference.ts';

/** What the device knows of a row; `undefined` where it knows nothing. */
export type RowLookup = (collection: CollectionDefinition, key: string) => unknown;

interface Intake {
  readonly name: string;
  readonly definition: MutationDefinition;
  readonly context: MutationContext;
  readonly row: RowLookup | undefined;
  /** Nothing of the lane waits, and nothing was answered a moment ago: the row shows all of it. */
  isQuiet(lane: string): boolean;
  readonly maxLength: number;
  /** Replaces references to answered parents; undefined when an answer lacks the value. */
  resolve(input: StoredValue): StoredValue | undefined;
  isKnown(parentId: string): boolean;
}

interface Accepted {
  readonly input: StoredValue;
  readonly lane: string;
}

/** O2: everything that can be known to be wrong is said to whoever asks, and not to whoever looks at parked items later. */
export function accept(intake: Intake, given: unknown): Accepted {
  const { name, definition, context, maxLength } = intake;
  const fault = faultOfValue(given, { maxLength, maxDepth: 64 });
  if (fault !== undefined) throw invalid(name, [{ path: '', because: faultTexts[fault] ?? 'is no plain data' }]);
  const copied = attempt(
    () => copyOf(given),
    () => invalid(name, [{ path: '', because: 'is no plain data' }]),
  );
  const unknown = parentsOf(copied).find((id) => !intake.isKnown(id));
  if (unknown !== undefined) {
    throw refusal('input-invalid', {
      message: `"${name}" refers to the mutation ${unknown.slice(0, 40)}, which this outbox does not know.`,
      remediation: 'Refer to a mutation by the id that `mutate` gave, within a day of its answer.',
    });
  }
  const resolved = intake.resolve(copied);
  if (resolved === undefined) {
    throw refusal('input-invalid', {
      message: `"${name}" refers to a value that the answer of the other mutation does not have.`,
      remediation: "Say where it is: `{ $ref, path: 'data.order_id' }`.",
    });
  }
  const { value, stored, isComplete } = fitting(name, definition, resolved);
  refuseByRule(intake, value);
  attempt(
    () => requestOf(definition, value, context, maxLength),
    (cause) => unsendable(name, cause),
  );
  // References stand as the ids of their parents, so that a child queues where its parent does.
  const named = isComplete ? value : withReferences(resolved, ({ $ref }) => $ref);
  const lane = attempt(
    () => definition.lane(named, context),
    (cause) => unsendable(name, cause),
  );
  if (isComplete) refuseByRow(intake, value, lane);
  return { input: stored, lane };
}

const faultTexts: Readonly<Record<string, string>> = { 'too-large': 'is too large', 'too-deep': 'is nested too deep' };

function attempt<Result>(call: () => Result, otherwise: (cause: unknown) => HeardError): Result {
  try {
    return call();
  } catch (cause) {
    throw cause instanceof HeardError ? cause : otherwise(cause);
  }
}

interface Fitting {
  /** As the schema made it; with references, as one that stands for what will come. */
  readonly value: unknown;
  readonly stored: StoredValue;
  readonly isComplete: boolean;
}

/** What a reference will be is a number or a text, and nobody knows yet which: either will do. */
const placeholders: readonly ((id: string) => StoredValue)[] = [() => 1, (id) => id];

function fitting(name: string, definition: MutationDefinition, input: StoredValue): Fitting {
  if (parentsOf(input).length === 0) {
    const checked = validate<unknown>(definition.input, input);
    if (!checked.ok) throw invalid(name, checked.mismatches);
    const stored = attempt(
      () => copyOf(checked.value),
      () => invalid(name, [{ path: '', because: 'is no plain data' }]),
    );
    return { value: checked.value, stored, isComplete: true };
  }
  let mismatches: readonly Mismatch[] = [];
  for (const placeholder of placeholders) {
    const checked = validate<unknown>(
      definition.input,
      withReferences(input, ({ $ref }) => placeholder($ref)),
    );
    if (checked.ok) return { value: checked.value, stored: input, isComplete: false };
    mismatches = checked.mismatches;
  }
  throw invalid(name, mismatches);
}

function refuseByRule({ name, definition }: Intake, value: unknown): void {
  const said = attempt(
    () => definition.refuse?.(value),
    (cause) => ruleFailed(name, cause),
  );
  if (said !== undefined) throw refusal('input-invalid', said);
}

/** A second tap would be refused for what the first one has changed, were the row asked that does not show it yet. */
function refuseByRow({ name, definition: { legal }, row, isQuiet }: Intake, value: unknown, lane: string): void {
  if (legal === undefined || row === undefined || !isQuiet(lane)) return;
  const forbidden = attempt(
    () => legal.refuse(value, row(legal.collection, legal.key(value))),
    (cause) => ruleFailed(name, cause),
  );
  if (forbidden !== undefined) throw refusal('illegal-transition', forbidden);
}

const refusal = (code: ErrorCode, { message, remediation }: Refusal): HeardError =>
  new HeardError(code, message, { remediation });

const invalid = (name: string, mismatches: readonly Mismatch[]): HeardError => {
  const places = mismatches.map(({ path, because }) => (path === '' ? because : `${path}: ${because}`));
  return new HeardError('input-invalid', `The input of "${name}" does not fit: ${places.join('; ')}.`, {
    remediation: 'Give what the contract describes; nothing was queued.',
  });
};

const unsendable = (name: string, cause: unknown): HeardError =>
  new HeardError('input-invalid', `No request can be made of the input of "${name}".`, {
    remediation: 'Look at the cause; nothing was queued.',
    cause,
  });

const ruleFailed = (name: string, cause: unknown): HeardError =>
  new HeardError('input-invalid', `A rule of the contract about "${name}" failed at this input.`, {
    remediation: 'Mend the rule in the contract; nothing was queued.',
    cause,
  });
