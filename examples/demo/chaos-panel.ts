// Where things are broken, and mended.
import type { Chaos, Mishap } from './chaos.ts';
import type { AnyDevice } from './device.ts';
import { button, element } from './element.ts';
import { texts } from './texts.ts';
import { choose, wires, type Wire } from './wires.ts';

const said = texts.chaos;
const lookEveryMs = 500;

export interface ChaosPanelOptions {
  readonly chaos: Chaos;
  readonly devices: readonly AnyDevice[];
  readonly wire: Wire;
}

export function chaosPanel({ chaos, devices, wire }: ChaosPanelOptions): HTMLElement {
  const armed = new Map<Mishap, { readonly press: HTMLButtonElement; readonly left: HTMLElement }>();
  let isStopped = false;

  const doing = (act: () => Promise<void>) => () => void act().then(look);
  const server = button(
    said.stop,
    doing(() => (isStopped ? chaos.startServer() : chaos.stopServer())),
    { data: { does: 'server' } },
  );

  function mishap(name: Mishap): HTMLButtonElement {
    const left = element('small', {});
    const press = button(
      said.mishaps[name],
      doing(() => chaos.arm(name)),
      { data: { does: name } },
    );
    press.append(left);
    armed.set(name, { press, left });
    return press;
  }

  async function mend(): Promise<void> {
    for (const { wifi } of devices) wifi.set(true);
    await chaos.mend();
  }

  async function look(): Promise<void> {
    const standing = await chaos.standing();
    ({ isStopped } = standing);
    server.textContent = isStopped ? said.start : said.stop;
    server.dataset['is'] = isStopped ? 'stopped' : 'running';
    for (const [name, { press, left }] of armed) {
      const count = standing.armed.get(name) ?? 0;
      left.textContent = count === 0 ? '' : ` ${said.armed(count)}`;
      press.dataset['is'] = count === 0 ? 'idle' : 'armed';
    }
  }

  const again = (): void => void setTimeout(() => void look().then(again, again), lookEveryMs);
  again();

  const group = (title: string, ...buttons: readonly HTMLElement[]): HTMLElement =>
    element('div', { class: 'group', role: 'group', label: title }, element('h3', {}, title), ...buttons);

  return element(
    'section',
    { class: 'chaos', label: said.title },
    element(
      'div',
      { class: 'lead' },
      element('h2', {}, said.title),
      button(said.mend, doing(mend), { class: 'primary', data: { does: 'mend' } }),
    ),
    group(said.server, server, button(said.restore, doing(chaos.restoreDatabase), { data: { does: 'restore' } })),
    group(said.events, mishap('double'), mishap('lose'), mishap('swap')),
    group(said.next, mishap('expire'), mishap('refuse-order'), mishap('refuse-bump')),
    group(said.wire, wireChoice(wire)),
  );
}

/** The page begins anew over the other wire, and finds everything as it was. */
function wireChoice(wire: Wire): HTMLElement {
  const choice = element('div', { class: 'wires' });
  for (const name of wires) {
    const press = button(said.wires[name], () => name !== wire && choose(name), { data: { wire: name } });
    press.ariaPressed = String(name === wire);
    choice.append(press);
  }
  return choice;
}
