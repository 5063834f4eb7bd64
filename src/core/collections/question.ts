// What somebody wants to see of a table: which rows, in which order, how many.

type Plain = string | number | boolean | null | undefined;

/** The fields of a row that can be compared. */
type PlainField<Row> = {
  [Field in keyof Row]-?: Row[Field] extends Plain ? Field : never;
}[keyof Row] &
  string;

/** `{ status: ['queued', 'ready'], station: 'grill' }`: every field has the value, or one of the values. Or a function. */
type Where<Row> =
  | ((row: Row) => boolean)
  | { readonly [Field in PlainField<Row>]?: Row[Field] | readonly Row[Field][] };

/** `'created_at'`, or `'-created_at'` for the newest first. Or a function, as for sorting a list. */
type Order<Row> = PlainField<Row> | `-${PlainField<Row>}`;
type OrderBy<Row> = Order<Row> | readonly Order<Row>[] | ((left: Row, right: Row) => number);

export interface Question<Row> {
  /** Default: all rows. */
  readonly where?: Where<Row>;
  /** Default: by key. */
  readonly orderBy?: OrderBy<Row>;
  /** No more than so many. */
  readonly limit?: number;
}

type Fields = Readonly<Record<string, unknown>>;
export type Test = (row: object) => boolean;
export type Compare = (left: object, right: object) => number;

/** A field and the values that it may have: what an index answers. */
export interface Sought {
  readonly field: string;
  readonly values: readonly unknown[];
}

export function soughtBy(where: unknown): readonly Sought[] {
  if (typeof where !== 'object' || where === null) return [];
  return Object.entries(where).flatMap(([field, value]) =>
    value === undefined ? [] : [{ field, values: Array.isArray(value) ? (value as readonly unknown[]) : [value] }],
  );
}

export function testOf(where: unknown): Test {
  if (typeof where === 'function') return where as Test;
  const sought = soughtBy(where);
  return (row) => sought.every(({ field, values }) => values.includes((row as Fields)[field]));
}

/** Undefined: by key alone. */
export function compareOf(orderBy: unknown): Compare | undefined {
  if (orderBy === undefined) return undefined;
  if (typeof orderBy === 'function') return orderBy as Compare;
  const orders = (Array.isArray(orderBy) ? orderBy : [orderBy]).map((order) => {
    const text = String(order);
    return text.startsWith('-') ? { field: text.slice(1), sign: -1 } : { field: text, sign: 1 };
  });
  return (left, right) => {
    for (const { field, sign } of orders) {
      const difference = compareValues((left as Fields)[field], (right as Fields)[field], sign);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

/** What is missing stands last whichever way round, and before what cannot be compared at all. */
function compareValues(left: unknown, right: unknown, sign: number): number {
  if (left === right) return 0;
  const [rankLeft, rankRight] = [rankOf(left), rankOf(right)];
  if (rankLeft !== rankRight)
    return rankLeft >= missing || rankRight >= missing ? rankLeft - rankRight : sign * (rankLeft - rankRight);
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -sign : sign;
  return rankLeft >= missing ? 0 : sign * (Number(left) - Number(right));
}

const missing = 2;
const ranks: Readonly<Partial<Record<string, number>>> = { number: 0, boolean: 0, string: 1 };
const rankOf = (value: unknown): number =>
  value === null || value === undefined ? missing : (ranks[typeof value] ?? missing + 1);

const numberKey = /^-?\d{1,15}$/;

/** 9 before 10, and both before texts. */
export function compareKeys(left: string, right: string): number {
  const [isLeft, isRight] = [numberKey.test(left), numberKey.test(right)];
  if (isLeft && isRight) return Number(left) - Number(right);
  if (isLeft !== isRight) return isLeft ? -1 : 1;
  return left === right ? 0 : left < right ? -1 : 1;
}
