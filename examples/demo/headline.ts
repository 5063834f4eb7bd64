// The big line: whether what five screens show is what the server has.
import type { Verdict } from './agreement.ts';
import { element } from './element.ts';
import { texts } from './texts.ts';

const said = texts.agreement;

export interface Headline {
  readonly line: HTMLElement;
  show(verdict: Verdict): void;
}

export function createHeadline(): Headline {
  const words = element('strong', {}, said.looking);
  const details = element('span', { class: 'details' });
  // A screen reader is told when the verdict changes; how it came about is there for whoever looks.
  const line = element(
    'div',
    { class: 'agreement', data: { agrees: 'unknown', look: '0' } },
    element('p', { role: 'status' }, words),
    element('p', {}, details),
  );
  const say = (where: HTMLElement, text: string): void => {
    if (where.textContent !== text) where.textContent = text;
  };
  return {
    line,
    show({ differences, lists: { orders, tickets, printJobs }, look }) {
      const agrees = differences.length === 0;
      const roles = [...new Set(differences.map(({ role }) => role))];
      const reasons = roles
        .map((role) =>
          said.on(
            role,
            differences.filter((one) => one.role === role),
          ),
        )
        .join(' · ');
      say(words, agrees ? said.yes : said.no(roles));
      say(details, agrees ? said.over(orders.length, tickets.length, printJobs.length) : reasons);
      line.dataset['agrees'] = agrees ? 'yes' : 'no';
      line.dataset['look'] = String(look);
      line.dataset['orders'] = String(orders.length);
    },
  };
}
