// Five real clients on one page, and the question whether they agree.
import { watchAgreement, type Lists } from './agreement.ts';
import { createChaos } from './chaos.ts';
import { chaosPanel } from './chaos-panel.ts';
import { createDevice } from './device.ts';
import { diaryOf } from './diary.ts';
import { element } from './element.ts';
import { createHeadline } from './headline.ts';
import { kioskScreen } from './screens/kiosk.ts';
import { kitchenScreen } from './screens/kitchen.ts';
import { officeScreen } from './screens/office.ts';
import { posScreen } from './screens/pos.ts';
import { printerScreen } from './screens/printer.ts';
import { texts } from './texts.ts';
import { chosenWire } from './wires.ts';

const wire = chosenWire();
const pos = createDevice('pos', wire);
const kiosk = createDevice('kiosk', wire);
const kds = createDevice('kds', wire);
const printer = createDevice('printer-gateway', wire);
const office = createDevice('back-office', wire);
const devices = [pos, kiosk, kds, printer, office];

const headline = createHeadline();
const screens = [
  posScreen(pos),
  kioskScreen(kiosk),
  kitchenScreen(kds),
  printerScreen(printer),
  officeScreen(office, devices),
];
document.title = texts.title;
document.body.replaceChildren(
  element('header', { class: 'top' }, element('h1', {}, texts.title), headline.line),
  element('main', {}, element('div', { class: 'devices' }, ...screens)),
  element('footer', { class: 'bottom' }, chaosPanel({ chaos: createChaos(), devices, wire }), diaryOf(devices)),
);

/** What a device remembers is on its screen before the server has answered. */
await Promise.all(devices.map(({ client }) => client.start()));

const readLists = async (): Promise<Lists> => (await (await fetch('lists')).json()) as Lists;
watchAgreement(devices, readLists, headline.show);
