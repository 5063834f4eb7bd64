/** Every way in which heard refuses or fails. Decide by the code; the message is for people and may change. */
export type ErrorCode =
  /** A contract contradicts itself or uses what heard does not support. Thrown by `defineContract`. */
  | 'contract-invalid'
  /** The scope lacks a value, or a value has the wrong form. */
  | 'scope-invalid'
  /** What was given to a mutation, message, query or emitter does not fit its schema. */
  | 'input-invalid'
  /** The contract has nothing of that name. */
  | 'unknown-name'
  /** A domain rule forbids the step, for example an illegal kitchen status. */
  | 'illegal-transition'
  /** A schema cannot be said in JSON Schema. */
  | 'schema-opaque'
  /** The command line was not understood. */
  | 'usage';

/** What went wrong, and what to do next. */
export class HeardError extends Error {
  override readonly name = 'HeardError';
  readonly code: ErrorCode;
  /** The next step for whoever reads this: a developer, or an operator in a kitchen. */
  readonly remediation: string;

  constructor(code: ErrorCode, message: string, options: { readonly remediation: string; readonly cause?: unknown }) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.remediation = options.remediation;
  }
}

/** Tells a {@link HeardError} from anything else, also one that another copy of the package made. */
export const isHeardError = (value: unknown): value is HeardError =>
  value instanceof Error && value.name === 'HeardError' && 'code' in value && 'remediation' in value;
