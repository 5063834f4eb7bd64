/** What a line of the log may hold: names, ids and numbers. There is no field for a payload, a token or an address. */
export interface LogFields {
  /** The event's or the mutation's; otherwise the run's own, the same from `start` to `stop`. */
  readonly correlationId: string;
  readonly channel?: string | undefined;
  readonly event?: string | undefined;
  readonly eventId?: string | undefined;
  readonly seq?: number | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly count?: number | undefined;
  readonly bytes?: number | undefined;
  readonly ms?: number | undefined;
  readonly status?: string | undefined;
  readonly reason?: string | undefined;
  readonly code?: number | undefined;
  readonly digest?: string | undefined;
  /** The class of what was thrown; its message may quote what it failed on. */
  readonly error?: string | undefined;
}

type Line = (fields: LogFields, message: string) => void;

/** A pino logger is one, and so are a few lines over `console`. */
export interface Logger {
  debug: Line;
  info: Line;
  warn: Line;
  error: Line;
}

export type LogLevel = keyof Logger;

/** Writes with the run's correlation id where a line has none of its own. A logger that throws is not asked twice for a line. */
export type Log = (level: LogLevel, message: string, fields?: Partial<LogFields>) => void;

export function createLog(logger: Logger | undefined, correlationId: string): Log {
  if (logger === undefined) return () => undefined;
  return (level, message, fields = {}) => {
    try {
      logger[level]({ ...fields, correlationId: fields.correlationId ?? correlationId }, message);
    } catch {
      // There is nobody left to tell.
    }
  };
}

/** The class of an error, when it is one that a platform or heard gives; a name of its own may say anything. */
export const errorName = (error: unknown): string =>
  error instanceof Error && /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : typeof error;
