// What a device that may be killed at any moment and the server that outlives it say to each other, and nothing that runs.

/** The server asks for a print. */
export interface Job {
  readonly kind: 'job';
  readonly seq: number;
  readonly job: number;
  /** How often it was tried, as the server counts. */
  readonly attempts: number;
  readonly printer: number;
}

/** A line of the server's log: a job, or a note that is only to be heard. */
export type Line = Job | { readonly kind: 'note'; readonly seq: number };

/** The paper is out. */
export interface Printed {
  readonly job: number;
  readonly attempt: number;
  readonly printer: number;
  readonly redelivered: boolean;
  /** The device says that something before it may be missing. */
  readonly unproven: boolean;
}

export interface HeardNote {
  readonly seq: number;
  readonly redelivered: boolean;
}

/** What somebody wanted: which life of the device, which waiter, and the how manyeth of theirs. */
export interface Intent {
  readonly what: 'receipt' | 'order';
  readonly life: number;
  readonly waiter: number;
  readonly number: number;
}

export const spellIntent = ({ what, life, waiter, number }: Intent): string => `${what} ${life}.${waiter}.${number}`;

export function readIntent(text: string): Intent {
  const [what, numbers = ''] = text.split(' ');
  const [life = 0, waiter = 0, number = 0] = numbers.split('.').map(Number);
  return { what: what === 'order' ? 'order' : 'receipt', life, waiter, number };
}

/** What the device tells. The server has written it down before it answers, and the device goes on when it is answered. */
export type Told =
  | { readonly kind: 'begin' | 'end'; readonly job: number }
  | ({ readonly kind: 'print' } & Printed)
  | ({ readonly kind: 'heard' } & HeardNote)
  /** `mutate()` has resolved. */
  | { readonly kind: 'accepted'; readonly intent: string }
  | { readonly kind: 'settled'; readonly intent: string; readonly outcome: string }
  | { readonly kind: 'deadLetter'; readonly eventId: string; readonly mayHaveRun: boolean }
  /** What should not happen. */
  | { readonly kind: 'surprise'; readonly what: string }
  /** `undone` is what will still be done; `parked` are the intents that wait for a person. */
  | { readonly kind: 'state'; readonly front: number; readonly undone: number; readonly parked: readonly string[] }
  | { readonly kind: 'stopped' };
