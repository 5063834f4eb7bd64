// What the gateway's process, the file that is its server's log, and the test that kills it have in common.

/** A line of the server's log: the server asks for a print. */
export interface Asked {
  readonly seq: number;
  readonly job: number;
  /** How often it was tried, as the server counts. */
  readonly attempts: number;
  readonly printer: number;
}

/** A line that the printer has printed. */
export interface Printed {
  readonly job: number;
  readonly attempt: number;
  readonly printer: number;
  readonly redelivered: boolean;
}

/** The last one may not be whole yet. */
const whole = (text: string): readonly string[] => text.split('\n').slice(0, -1);

export const readAsked = (text: string): readonly Asked[] => whole(text).map((line) => JSON.parse(line) as Asked);
export const readPrinted = (text: string): readonly Printed[] => whole(text).map((line) => JSON.parse(line) as Printed);
