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
  /** An option contradicts itself, is out of its range or would be unsafe. Thrown where it is given. */
  | 'options-invalid'
  /** The HTTP adapter did not answer as its seam promises. */
  | 'http-failed'
  /** The command line was not understood. */
  | 'usage'
  /** What was waited for did not come in the time that was given. */
  | 'timeout'
  /** The app ended it with its own `AbortSignal`, whose reason is the `cause`. */
  | 'aborted'
  /** A loop over events fell behind by more than its buffer, and events are missing at this place. */
  | 'too-slow'
  /** The client was disposed, and nothing will come any more. */
  | 'disposed'
  /** A message goes now or not at all, and there is no connection. */
  | 'not-connected'
  /** The client has to be started first. */
  | 'not-started'
  /** A hook of React is used where no `Provider` is around it. */
  | 'no-provider'
  /** Somebody signs out while something was not sent or not done: the app has to ask what is to become of it. */
  | 'unfinished'
  /** Another process or tab has what this device remembers. */
  | 'storage-locked'
  /** An event is larger than what gets through to devices. The message has both sizes. */
  | 'message-too-large'
  /** An event could not be put into its log, and so nobody was told. The log's own error is the `cause`. */
  | 'log-failed'
  /** The event server refused what a backend published; the same again would be refused again. */
  | 'publish-refused'
  /** The event server could not be reached, and the event is in no log. */
  | 'publish-failed'
  /** More messages than the server allows a device. */
  | 'too-many'
  /** The server did not answer a query, or not with what the contract promises; the cause says which. */
  | 'query-failed';

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
