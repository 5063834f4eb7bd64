// What the devices noticed, in words, the newest first.
import type { Signal } from 'heard';
import type { AnyDevice } from './device.ts';
import { element, scrolling } from './element.ts';
import { texts } from './texts.ts';

const said = texts.diary;
const longest = 30;

export function diaryOf(devices: readonly AnyDevice[]): HTMLElement {
  const list = scrolling(element('ol', { label: said.title }, element('li', { class: 'none' }, said.none)));

  function write(device: AnyDevice, text: string): void {
    list.querySelector('.none')?.remove();
    const at = element('time', {}, texts.time(Date.now()));
    list.prepend(element('li', {}, at, element('strong', {}, texts.device(device.role)), ` ${text}`));
    while (list.childElementCount > longest) list.lastElementChild?.remove();
  }

  for (const device of devices) {
    const { client, wifi } = device;
    wifi.onChange(() => write(device, wifi.isUp ? said.wifiBack : said.wifiCut));
    device.onRenewal(() => write(device, said.renewed));
    client.signals.on('*', (signal) => {
      const text = wordsFor(signal);
      if (text !== undefined) write(device, text);
    });
  }
  return element('section', { class: 'diary', label: said.title }, element('h2', {}, said.title), list);
}

/** What a person wants to know of it; the rest is in `health()` and in the log. */
function wordsFor(signal: Signal): string | undefined {
  if (signal.kind === 'continuity') return signal.replayed > 0 ? said.caughtUp(signal.replayed) : undefined;
  if (signal.kind === 'gap') return signal.as === 'lost' ? said.lost : undefined;
  if (signal.kind === 'drained') return signal.sent > 0 ? said.drained(signal.sent) : undefined;
  if (signal.kind === 'resync') return said.resync;
  if (signal.kind === 'parked') return said.parked;
  if (signal.kind === 'deadLetter') return said.deadLetter;
  return signal.kind === 'storage' && signal.fault === 'fenced' ? said.otherTab : undefined;
}
