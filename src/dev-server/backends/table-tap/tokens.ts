import type { Caller } from '../../backend.ts';

/** The café that the development server plays. */
export const cafeId = 'cafe-central';

/** Tokens of the people who work there, for development: they never expire and are no secret. */
export const tokens = {
  /** Stands at a counter. */
  jane: 'dev-jane',
  barista: 'dev-mike',
  cashier: 'dev-lee',
  manager: 'dev-sarah',
  /** Reads everything and changes nothing. */
  backOffice: 'dev-back-office',
} as const;

type Word = keyof typeof tokens;

export interface Employee {
  readonly id: string;
  readonly name: string;
  /** What the server calls it. */
  readonly role: 'employee' | 'manager';
}

const people: Readonly<Record<Word, Employee>> = {
  jane: { id: 'user-jane', name: 'Jane Employee', role: 'employee' },
  barista: { id: 'user-mike', name: 'Mike Barista', role: 'employee' },
  cashier: { id: 'user-lee', name: 'Lee Cashier', role: 'employee' },
  manager: { id: 'user-sarah', name: 'Manager Sarah', role: 'manager' },
  backOffice: { id: 'user-office', name: 'Back Office', role: 'manager' },
};

export const employees: ReadonlyMap<string, Employee> = new Map(Object.values(people).map((one) => [one.id, one]));

/** What a person may do. Settled: the document knows roles and one word for their absence, PERMISSION_DENIED. */
const abilities: Readonly<Record<Word, readonly string[]>> = {
  jane: ['employee', 'order.update'],
  barista: ['employee', 'order.update', 'inventory.update'],
  cashier: ['employee', 'order.update', 'payment.take'],
  manager: ['employee', 'manager', 'order.update', 'inventory.update', 'payment.take', 'cafe.manage'],
  backOffice: ['employee', 'manager'],
};

const callers: ReadonlyMap<string, Caller> = new Map(
  (Object.keys(tokens) as Word[]).map((word) => [
    tokens[word],
    { id: people[word].id, abilities: abilities[word], scope: { cafeId, userId: people[word].id } },
  ]),
);

export const callerOf = (token: string | undefined): Caller | undefined => callers.get(token ?? '');
