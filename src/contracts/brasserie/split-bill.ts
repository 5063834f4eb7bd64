import { isRecord } from '../../lib/json.ts';
import { toMinorUnits } from '../../contract/money.ts';
import type { AnswerMeaning, Refusal } from '../../contract/mutation.ts';
import type { Maybe } from '../shapes.ts';
import type { Bill, Decimal, Payment, Share } from './schemas.ts';

/**
 * The covers that nobody has paid yet, in order; undefined when the bill does not tell its payments. None left means that
 * the order is `paid_complete`.
 */
export function openCovers(bill: Bill): readonly number[] | undefined {
  if (bill.payments == null) return undefined;
  const paid = new Set(bill.payments.filter(isPaid).map(({ cover_number }) => cover_number));
  return Array.from({ length: bill.covers }, (_, index) => index + 1).filter((cover) => !paid.has(cover));
}

/** `"3/4"` → three of four covers are open. */
export function readRemaining(
  remaining: Maybe<string>,
): { readonly open: number; readonly covers: number } | undefined {
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(remaining ?? '');
  if (match === null) return undefined;
  const [open, covers] = [Number(match[1]), Number(match[2])];
  return open <= covers ? { open, covers } : undefined;
}

/**
 * 402 is one answer for two things in the document: the card was declined, or the terminal did not answer, and then nobody
 * knows whether it was charged. Settled: a server tells them apart by `reason: "declined"` and `"terminal_timeout"`. Where it
 * does not, nothing is known: the bill is asked, and what it cannot tell waits for a person.
 */
export const meaningOf402 = (body: unknown): AnswerMeaning => (reasonOf(body) === 'declined' ? 'declined' : 'unclear');

const reasonOf = (body: unknown): unknown => (isRecord(body) ? body['reason'] : undefined);

/**
 * Whether this very payment is on the bill. A cover that was paid otherwise was paid by somebody else. That it is not on the
 * bill says nothing: the server forgets a payment whose terminal did not answer in time, a failed one may have been an
 * earlier attempt, and either card may have been charged. Nor does a bill that keeps amounts to itself tell anything.
 */
export function isOnBill(share: Share, bill: Bill): boolean | undefined {
  const paid = (bill.payments ?? []).filter(
    (payment) => isPaid(payment) && payment.cover_number === share.cover_number,
  );
  if (paid.length === 0) return undefined;
  const alike = paid.filter((payment) => couldBe(share, payment));
  if (alike.length === 0) return false;
  return alike.some(({ amount }) => told(amount) !== undefined) ? true : undefined;
}

const isPaid = ({ status }: Payment): boolean => status === 'paid';

const couldBe = (share: Share, { amount, method }: Payment): boolean =>
  [undefined, cents(share.amount)].includes(told(amount)) && (method == null || method === share.method);

const told = (amount: Maybe<Decimal>): number | undefined => (amount == null ? undefined : cents(amount));

/** Undefined for what is no amount; no share is. */
function cents(amount: Decimal): number | undefined {
  try {
    return toMinorUnits(amount);
  } catch {
    return undefined;
  }
}

/** Nobody can pay a fraction of a cent; a share that has one was not split by `splitEvenly`. */
export const refuseAmount = ({ amount }: Share): Refusal | undefined =>
  cents(amount) === undefined
    ? {
        message: `${amount} cannot be paid to the cent.`,
        remediation: 'Split the bill with `splitEvenly`, or round the amount to the cent.',
      }
    : undefined;

/** What an app that holds the bill knows of it spares the guest a second card slip. The client itself is shown no bills by events. */
export function refuseShare({ cover_number }: Share, bill: Bill): Refusal | undefined {
  if (cover_number > bill.covers) {
    return {
      message: `The bill has ${bill.covers} covers; there is no cover ${cover_number}.`,
      remediation: `Choose a cover from 1 to ${bill.covers}.`,
    };
  }
  const open = openCovers(bill);
  return open === undefined || open.includes(cover_number) ? undefined : alreadyPaid(cover_number, open);
}

const alreadyPaid = (cover: number, open: readonly number[]): Refusal => ({
  message: `Cover ${cover} is paid already.`,
  remediation: open.length === 0 ? 'Every cover of this bill is paid.' : `Still open: ${open.join(', ')}.`,
});

/** The server's refusal of a share, naming the cover. */
export function explainShare({ cover_number }: Share, status: number, body: unknown): Refusal | undefined {
  if (status === 409) {
    return {
      message: `The server says that cover ${cover_number} is paid already.`,
      remediation: 'Read the bill before anything is paid again; when it is right, discard this payment.',
    };
  }
  if (status !== 402) return undefined;
  if (meaningOf402(body) === 'declined') {
    return {
      message: `The card was declined for cover ${cover_number}.`,
      remediation: 'Discard this payment, and take another card or another way to pay.',
    };
  }
  return {
    message:
      reasonOf(body) === 'terminal_timeout'
        ? `The card terminal did not answer for cover ${cover_number}: nobody knows yet whether the card was charged.`
        : `The card was declined for cover ${cover_number}, or the terminal did not answer: the server does not say which.`,
    remediation: 'Look at the terminal and at the bill before another attempt: the card may have been charged.',
  };
}

/** Whether two readings of an order's payments show the same. */
export function samePayments(left: Maybe<readonly Payment[]>, right: Maybe<readonly Payment[]>): boolean {
  const shown = (payments: Maybe<readonly Payment[]>): string =>
    (payments ?? [])
      .map(({ cover_number, status }) => `${cover_number} ${status}`)
      .sort()
      .join();
  return shown(left) === shown(right);
}
