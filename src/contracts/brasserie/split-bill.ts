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
 * 402 covers two things in the document: the card was declined, or the terminal did not answer. Of the second nobody
 * knows whether the card was charged. Settled: the server tells it by `reason: "terminal_timeout"`.
 */
export const meaningOf402 = (body: unknown): AnswerMeaning =>
  isRecord(body) && body['reason'] === 'terminal_timeout' ? 'unclear' : 'declined';

/**
 * Whether this very payment is on the bill. A cover that was paid otherwise was paid by somebody else; one that is
 * pending waits for the terminal, and a bill that keeps amounts to itself tells nothing.
 */
export function isOnBill(share: Share, bill: Bill): boolean | undefined {
  if (bill.payments == null) return undefined;
  const ofCover = bill.payments.filter(({ cover_number }) => cover_number === share.cover_number);
  const paid = ofCover.filter(isPaid);
  if (paid.length === 0) return ofCover.every(({ status }) => status === 'failed') ? false : undefined;
  const alike = paid.filter((payment) => couldBe(share, payment));
  if (alike.length === 0) return false;
  return alike.some(({ amount }) => amount != null) ? true : undefined;
}

const isPaid = ({ status }: Payment): boolean => status === 'paid';

const couldBe = (share: Share, { amount, method }: Payment): boolean =>
  (amount == null || cents(amount) === cents(share.amount)) && (method == null || method === share.method);

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

/** What the device knows of a bill spares the guest a second card slip. */
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
  return meaningOf402(body) === 'unclear'
    ? {
        message: `The card terminal did not answer for cover ${cover_number}: nobody knows yet whether the card was charged.`,
        remediation: 'Look at the terminal and at the bill before the card is used again.',
      }
    : {
        message: `The card was declined for cover ${cover_number}.`,
        remediation: 'Discard this payment, and take another card or another way to pay.',
      };
}

/** Whether two readings of an order's payments show the same. */
export function samePayments(left: Maybe<readonly Payment[]>, right: Maybe<readonly Payment[]>): boolean {
  const told = (payments: Maybe<readonly Payment[]>): string =>
    (payments ?? [])
      .map(({ cover_number, status }) => `${cover_number} ${status}`)
      .sort()
      .join();
  return told(left) === told(right);
}
