import fc from 'fast-check';
import { fromMinorUnits, isHeardError, splitEvenly, toMinorUnits } from 'heard';
import { describe, expect, it } from 'vitest';

/** The decimal text of minor units, by whole numbers of any size: nothing here can round. */
function decimalText(units: bigint, decimals: number): string {
  const size = units < 0n ? -units : units;
  const scale = 10n ** BigInt(decimals);
  const fraction = decimals === 0 ? '' : `.${String(size % scale).padStart(decimals, '0')}`;
  return `${units < 0n ? '-' : ''}${size / scale}${fraction}`;
}

/** The inverse, for texts that have no exponent. */
function unitsOf(text: string, decimals: number): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const size = BigInt(whole + fraction.padEnd(decimals, '0'));
  return text.startsWith('-') ? -size : size;
}

/** What is thrown, if it is ours. */
function refusal(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (isHeardError(error) && error.code === 'input-invalid') return error.message;
    throw error;
  }
}

const largest = BigInt(Number.MAX_SAFE_INTEGER);
const decimals = fc.integer({ min: 0, max: 4 });
const exact = fc.bigInt({ min: -largest, max: largest });
/** 15 digits are what every binary fraction keeps. */
const plain = fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n });
const cents = fc.bigInt({ min: 0n, max: 10n ** 12n });

describe('an amount as text', () => {
  it('is read exactly, as far as whole numbers are exact', () => {
    fc.assert(
      fc.property(exact, decimals, (units, places) => {
        expect(toMinorUnits(decimalText(units, places), places)).toBe(Number(units));
      }),
    );
  });

  it('may have zeros before and behind that say nothing', () => {
    fc.assert(
      fc.property(plain, decimals, fc.nat(30), fc.nat(30), (units, places, before, behind) => {
        const [whole = '', fraction = ''] = decimalText(units < 0n ? -units : units, places).split('.');
        const text = `${'0'.repeat(before)}${whole}.${fraction}0${'0'.repeat(behind)}`;
        expect(toMinorUnits(text, places)).toBe(Number(units < 0n ? -units : units));
        expect(toMinorUnits(`-${text}`, places)).toBe(units === 0n ? 0 : -Number(units < 0n ? -units : units));
      }),
    );
  });

  it('may have fewer decimals than the currency', () => {
    expect(toMinorUnits('14')).toBe(1400);
    expect(toMinorUnits('14.1')).toBe(1410);
    expect(toMinorUnits('14.1', 3)).toBe(14_100);
  });

  it('is refused when it has more decimals than the currency', () => {
    fc.assert(
      fc.property(plain, decimals, fc.nat(20), fc.integer({ min: 1, max: 9 }), (units, places, zeros, digit) => {
        const point = places === 0 ? '.' : '';
        const text = `${decimalText(units, places)}${point}${'0'.repeat(zeros)}${digit}`;
        expect(refusal(() => toMinorUnits(text, places))).toContain(`more than ${places} decimals`);
      }),
    );
  });

  it('is refused when no whole number can count it', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: largest + 1n, max: 10n ** 60n }),
        decimals,
        fc.boolean(),
        (units, places, negative) => {
          const text = decimalText(negative ? -units : units, places);
          expect(refusal(() => toMinorUnits(text, places))).toContain('too large');
        },
      ),
    );
    expect(toMinorUnits('90071992547409.91')).toBe(Number.MAX_SAFE_INTEGER);
    expect(refusal(() => toMinorUnits('90071992547409.92'))).toContain('too large');
  });

  it.each([
    '',
    ' ',
    '-',
    '.',
    '5.',
    '.5',
    ' 5',
    '5\n',
    '+5',
    '--5',
    '1,50',
    '1 000',
    '1_000',
    '1.2.3',
    '€5',
    '0x10',
    '1e3',
    '1e+2',
    '1.5e-1',
    'NaN',
    'Infinity',
    'null',
    '٥',
  ])('is refused when it is %j', (text) => {
    expect(refusal(() => toMinorUnits(text))).toContain('not a plain decimal');
  });

  it.each([
    ['a long tail of zeros', `0.${'0'.repeat(300_000)}1`],
    ['a million digits', '9'.repeat(1_000_000)],
    ['an exponent that asks for a gigabyte', '1e+999999999'],
    ['an exponent that asks for a gigabyte of zeros', '1e-999999999'],
  ])('cannot stall or flood with %s', (_, text) => {
    expect(refusal(() => toMinorUnits(text))?.length).toBeLessThan(200);
  });
});

describe('an amount as a number', () => {
  it('is read by its shortest text', () => {
    fc.assert(
      fc.property(plain, decimals, (units, places) => {
        expect(toMinorUnits(Number(decimalText(units, places)), places)).toBe(Number(units));
      }),
    );
  });

  it('is read where multiplying would go wrong', () => {
    expect([5.1, 1.15, 4.35, 8.2, 1.005].map((amount) => amount * 1000)).not.toEqual([5100, 1150, 4350, 8200, 1005]);
    expect([5.1, 1.15, 4.35, 8.2, 1.005].map((amount) => toMinorUnits(amount, 3))).toEqual([
      5100, 1150, 4350, 8200, 1005,
    ]);
    expect(refusal(() => toMinorUnits(0.1 + 0.2))).toContain('more than 2 decimals');
  });

  it.each([
    [1e-7, 7, 1],
    [1.25e-7, 9, 125],
    [-3e-7, 7, -3],
    [2e-7, 8, 20],
    [1e15, 0, 1_000_000_000_000_000],
  ])('%d may be so small or large that it is written with an exponent', (amount, places, units) => {
    expect(toMinorUnits(amount, places)).toBe(units);
  });

  it.each([
    [1e-7, 'more than 2 decimals'],
    [5e-324, 'more than 2 decimals'],
    [1e21, 'too large'],
    [-1.5e300, 'too large'],
    [Number.NaN, 'not a plain decimal'],
    [Number.POSITIVE_INFINITY, 'not a plain decimal'],
  ])('%d is refused', (amount, because) => {
    expect(refusal(() => toMinorUnits(amount))).toContain(because);
  });

  it('is either refused, or the amount and no other', () => {
    fc.assert(
      fc.property(fc.double(), decimals, (amount, places) => {
        if (refusal(() => toMinorUnits(amount, places)) !== undefined) return;
        expect(fromMinorUnits(toMinorUnits(amount, places), places)).toBe(amount === 0 ? 0 : amount);
      }),
    );
  });

  it('is refused where it is the same number as the next cent', () => {
    const [cent, next] = [90_071_992_547_409.9, 90_071_992_547_409.91];
    expect(cent).toBe(next);
    expect(refusal(() => toMinorUnits(cent))).toContain('as a number');
    expect(toMinorUnits('90071992547409.90')).toBe(9_007_199_254_740_990);
    expect(toMinorUnits(Number.MAX_SAFE_INTEGER, 0)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is zero without a sign', () => {
    for (const zero of [0, -0, '0', '-0', '-0.00']) expect(toMinorUnits(zero)).toBe(0);
    expect(fromMinorUnits(-0)).toBe(0);
  });
});

describe('minor units', () => {
  it('become the number that is written like the amount', () => {
    fc.assert(
      fc.property(plain, decimals, (units, places) => {
        expect(fromMinorUnits(Number(units), places)).toBe(Number(decimalText(units, places)));
      }),
    );
  });

  it('come back as they were, or are refused', () => {
    fc.assert(
      fc.property(exact, decimals, (units, places) => {
        fc.pre(refusal(() => fromMinorUnits(Number(units), places)) === undefined);
        const amount = fromMinorUnits(Number(units), places);
        expect(unitsOf(String(amount), places)).toBe(units);
        expect(toMinorUnits(amount, places)).toBe(Number(units));
      }),
    );
  });

  it('are not refused for being large before a cent can be mistaken', () => {
    fc.assert(
      fc.property(exact, decimals, (units, places) => {
        const text = decimalText(units, places);
        fc.pre([units - 1n, units + 1n].every((other) => Number(decimalText(other, places)) !== Number(text)));
        expect(fromMinorUnits(Number(units), places)).toBe(Number(text));
      }),
    );
  });

  it('are refused where they would share a number with their neighbours', () => {
    expect(refusal(() => fromMinorUnits(Number.MAX_SAFE_INTEGER))).toContain('as a number');
    expect(refusal(() => fromMinorUnits(Number.MIN_SAFE_INTEGER))).toContain('as a number');
    expect(fromMinorUnits(Number.MAX_SAFE_INTEGER, 0)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('are refused when they are %d', (units) => {
    expect(refusal(() => fromMinorUnits(units))).toContain('whole');
  });
});

describe('a currency', () => {
  it.each([-1, 0.5, 16, Number.NaN, Number.POSITIVE_INFINITY])('cannot have %d decimals', (places) => {
    expect(refusal(() => toMinorUnits('1.23', places))).toContain('decimals');
    expect(refusal(() => fromMinorUnits(123, places))).toContain('decimals');
    expect(refusal(() => splitEvenly('1.23', 2, places))).toContain('decimals');
  });

  it('has two decimals unless told otherwise', () => {
    expect([toMinorUnits(14.1), fromMinorUnits(1410)]).toEqual([1410, 14.1]);
    expect([toMinorUnits(1410, 0), fromMinorUnits(1410, 0)]).toEqual([1410, 1410]);
    expect([toMinorUnits(1.41, 3), fromMinorUnits(1410, 3)]).toEqual([1410, 1.41]);
  });
});

describe('a bill', () => {
  const covers = fc.integer({ min: 1, max: 200 });

  it('is split into shares that sum to it exactly', () => {
    fc.assert(
      fc.property(cents, covers, decimals, (total, people, places) => {
        const shares = splitEvenly(decimalText(total, places), people, places);
        expect(shares).toHaveLength(people);
        expect(shares.reduce((sum, share) => sum + unitsOf(String(share), places), 0n)).toBe(total);
      }),
    );
  });

  it('is split evenly, and the first takes what does not divide', () => {
    fc.assert(
      fc.property(cents, covers, decimals, (total, people, places) => {
        const [first = 0n, ...others] = splitEvenly(decimalText(total, places), people, places).map((share) =>
          unitsOf(String(share), places),
        );
        const share = total / BigInt(people);
        expect(others).toEqual(others.map(() => share));
        expect(first).toBe(share + (total % BigInt(people)));
      }),
    );
  });

  it.each([
    [100, 3, [33.34, 33.33, 33.33]],
    ['0.05', 3, [0.03, 0.01, 0.01]],
    [0.01, 2, [0.01, 0]],
    [0, 2, [0, 0]],
    ['47.80', 1, [47.8]],
  ])('of %s among %d', (total, people, shares) => {
    expect(splitEvenly(total, people)).toEqual(shares);
  });

  it('is split in the smallest coin of its currency', () => {
    expect(splitEvenly(1000, 3, 0)).toEqual([334, 333, 333]);
    expect(splitEvenly('1.000', 3, 3)).toEqual([0.334, 0.333, 0.333]);
  });

  it('is refused when it is negative, or not to be split', () => {
    expect(refusal(() => splitEvenly(-1, 2))).toContain('negative');
    expect(refusal(() => splitEvenly('1.005', 2))).toContain('more than 2 decimals');
    for (const people of [0, -1, 1.5, 10_001, Number.NaN]) {
      expect(refusal(() => splitEvenly(10, people))).toContain('between 1 and 10 000');
    }
  });

  it('is refused when a share could not be told from the next cent', () => {
    expect(refusal(() => splitEvenly('90071992547409.91', 1))).toContain('as a number');
    expect(splitEvenly('90071992547409.91', 100)[1]).toBe(900_719_925_474.09);
  });
});
