import { HeardError } from '../errors.ts';

/**
 * Money as servers send it: decimals. `5.1 * 100` is 509.99999999999994 in every language with binary fractions, so the
 * decimal text is read digit by digit and no amount ever passes through a multiplication.
 */

const decimalText = /^(-?)(\d+)(?:\.(\d+))?$/;
const exponentText = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/;

/** The shortest decimal text of a number, without an exponent. */
function plainText(amount: number): string {
  const text = String(amount);
  const match = exponentText.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponentDigits = '0'] = match;
  const exponent = Number(exponentDigits);
  const digits = whole + fraction;
  const point = 1 + exponent;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0').slice(0, point)}.${digits.slice(point) || '0'}`;
}

const maxQuoted = 40;

const refused = (amount: unknown, because: string): HeardError =>
  new HeardError('input-invalid', `${String(amount).slice(0, maxQuoted)} is not an amount of money: ${because}.`, {
    remediation: 'Give a decimal number or text such as 14.10, with no more decimals than the currency has.',
  });

/** No currency has more than 4; beyond 15 no amount would be exact. */
function refuseStrangeDecimals(decimals: number): void {
  if (Number.isInteger(decimals) && decimals >= 0 && decimals <= 15) return;
  throw new HeardError('input-invalid', `A currency cannot have ${decimals} decimals.`, {
    remediation: 'Give a whole number from 0 to 15: 2 for most currencies, 0 for yen, 3 for dinars.',
  });
}

function numberOf(units: number, decimals: number): number {
  const digits = String(Math.abs(units)).padStart(decimals + 1, '0');
  const text = `${digits.slice(0, digits.length - decimals)}.${digits.slice(digits.length - decimals) || '0'}`;
  return units < 0 ? -Number(text) : Number(text);
}

/** From some 10^13 on, a cent more or less is the same binary fraction: such a number does not say which was meant. */
function refuseBlurred(units: number, decimals: number): void {
  const exact = numberOf(units, decimals);
  if (exact !== numberOf(units - 1, decimals) && exact !== numberOf(units + 1, decimals)) return;
  throw refused(exact, 'as a number it is too large to be exact');
}

/**
 * `14.1` → `1410`, exactly. `decimals` is the currency's: 2 for most, 0 for yen, 3 for dinars of Tunisia or Kuwait. An
 * amount with more decimals than that is refused rather than rounded.
 */
export function toMinorUnits(amount: number | string, decimals = 2): number {
  refuseStrangeDecimals(decimals);
  const match = decimalText.exec(typeof amount === 'number' ? plainText(amount) : amount);
  if (match === null) throw refused(amount, 'it is not a plain decimal');
  const [, sign = '', whole = '', fraction = ''] = match;
  if (/[1-9]/.test(fraction.slice(decimals))) throw refused(amount, `it has more than ${decimals} decimals`);
  const units = Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  if (!Number.isSafeInteger(units)) throw refused(amount, 'it is too large to be exact');
  if (typeof amount === 'number') refuseBlurred(units, decimals);
  return sign === '-' && units !== 0 ? -units : units;
}

/** `1410` → `14.1`: the number whose shortest decimal text is the amount. */
export function fromMinorUnits(units: number, decimals = 2): number {
  refuseStrangeDecimals(decimals);
  if (!Number.isSafeInteger(units)) throw refused(units, 'minor units are whole');
  refuseBlurred(units, decimals);
  return numberOf(units, decimals);
}

/**
 * Equal shares of a bill, to the cent; what does not divide goes to the first. `splitEvenly(100, 3)` is
 * `[33.34, 33.33, 33.33]`.
 */
export function splitEvenly(total: number | string, covers: number, decimals = 2): number[] {
  if (!Number.isSafeInteger(covers) || covers < 1 || covers > 10_000) {
    throw refused(covers, 'a bill is split between 1 and 10 000 covers');
  }
  const units = toMinorUnits(total, decimals);
  if (units < 0) throw refused(total, 'a bill is not negative');
  const share = Math.floor(units / covers);
  const first = units - share * (covers - 1);
  return Array.from({ length: covers }, (_, index) => fromMinorUnits(index === 0 ? first : share, decimals));
}
