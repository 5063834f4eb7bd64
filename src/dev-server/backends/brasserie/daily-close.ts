// The closing of a day: a chain of hashes, each signed, none of which can be changed afterwards.
import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { calendarDay, tokenRoles } from '../../../contracts/brasserie/index.ts';
import { toMinorUnits } from '../../../contract/money.ts';
import { dayToClose } from '../../../contracts/brasserie/schemas.ts';
import { readInput } from '../rest/input.ts';
import { json, Refused } from '../rest/problem.ts';
import type { KnownCall, Route } from '../rest/routes.ts';
import type { Brasserie } from './brasserie.ts';

export function dailyCloseRoute(house: Brasserie): Route {
  let key: string | undefined;

  /** A certificate of this run alone, made when it is first needed: it takes a moment. */
  function sign(text: string): string {
    key ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    return createSign('RSA-SHA256').update(text).sign(key, 'base64');
  }

  function close({ body }: KnownCall): Response {
    const { date } = readInput(dayToClose, body);
    const closings = house.closings.get();
    const earlier = closings.find((closing) => closing.date === date);
    if (earlier !== undefined) {
      const details = { audit_log_id: earlier.audit_log_id };
      throw new Refused(409, 'already-closed', `Le ${date} est déjà clôturé`, { details });
    }
    const totals = totalsOf(house, date);
    const cents = totals.reduce((sum, total) => sum + total.cents, 0);
    const previous = closings.at(-1)?.hash ?? '0'.repeat(64);
    const hash = createHash('sha256')
      .update(`${date}${euros(cents)}${previous}`)
      .digest('hex');
    const signature = sign(hash);
    const audit_log_id = house.counters.audit.next();
    house.closings.set([...closings, { audit_log_id, date, hash }]);
    const ticket = [
      `TICKET Z ${date}`,
      ...totals.map(({ method, cents }) => `${method}: ${euros(cents)}`),
      `Total TTC: ${euros(cents)}`,
      `Hash: ${hash.slice(0, 8)}…`,
      `Sign: ${signature.slice(0, 8)}…`,
    ].join('\n');
    return json(200, { audit_log_id, ticket, hash, signature });
  }

  return {
    method: 'POST',
    path: '/api/nf525/close',
    to: [tokenRoles.cashier, tokenRoles.admin],
    answer: close,
  };
}

interface Total {
  readonly method: string;
  readonly cents: number;
}

function totalsOf({ orders }: Brasserie, date: string): readonly Total[] {
  const byMethod = new Map<string, number>();
  for (const { method, amount, paid_at } of orders.rows().flatMap(({ payments }) => payments)) {
    if (paid_at == null || calendarDay(Date.parse(paid_at)) !== date) continue;
    const name = method ?? 'CB';
    byMethod.set(name, (byMethod.get(name) ?? 0) + toMinorUnits(amount ?? 0));
  }
  return [...byMethod].map(([method, cents]) => ({ method, cents }));
}

const euros = (cents: number): string => (cents / 100).toFixed(2);
