// What every device has around its screen: a name, a status, its Wi-Fi, and what happened to it in numbers.
import type { AnyDevice } from '../device.ts';
import { button, element } from '../element.ts';
import type { Counts } from '../tally.ts';
import { texts } from '../texts.ts';

const shown = [
  'received',
  'swallowed',
  'healed',
  'queued',
  'sent',
  'parked',
] as const satisfies readonly (keyof Counts)[];

export function frameOf({ role, client, wifi, tally }: AnyDevice, ...screen: readonly HTMLElement[]): HTMLElement {
  const word = element('span', { class: 'word' });
  const cut = button('', () => wifi.set(!wifi.isUp), { class: 'wifi', role: 'switch', label: texts.wifi.label(role) });
  const figures = shown.map((name) => ({ name, figure: element('dd', { data: { figure: name } }, '0') }));

  const showStatus = (): void => {
    const status = client.status.get();
    word.dataset['word'] = status.word;
    word.textContent = texts.status(status);
    word.title = status.reason ?? '';
  };
  const showWifi = (): void => {
    cut.textContent = wifi.isUp ? texts.wifi.up : texts.wifi.cut;
    cut.ariaChecked = String(wifi.isUp);
  };
  const showCounts = (): void => {
    for (const { name, figure } of figures) {
      figure.textContent = String(tally.counts[name]);
      figure.classList.toggle('some', tally.counts[name] > 0);
    }
  };
  client.status.subscribe(showStatus);
  wifi.onChange(showWifi);
  tally.onChange(showCounts);
  showStatus();
  showWifi();
  showCounts();

  const counters = element('dl', { class: 'counters' });
  counters.append(
    ...figures.map(({ name, figure }) => element('div', {}, element('dt', {}, texts.counters[name]), figure)),
  );
  return element(
    'section',
    { class: 'device', label: texts.device(role), data: { device: role } },
    element('header', {}, element('h2', {}, texts.device(role)), word, cut),
    element('div', { class: 'screen' }, ...screen),
    element('footer', {}, counters),
  );
}
