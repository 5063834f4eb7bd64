// Every word of the page, in one place.
import type { Status } from 'heard';
import type { Difference } from './agreement.ts';
import type { Mishap } from './chaos.ts';
import type { Role, TableName } from './roster.ts';

const several = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`;
const listed = new Intl.ListFormat('en', { type: 'conjunction' });
const dinars = new Intl.NumberFormat('en', { style: 'currency', currency: 'DZD', maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat('en', { timeStyle: 'short', hour12: false });

const names: Readonly<Record<Role, string>> = {
  pos: 'POS',
  kiosk: 'Kiosk',
  kds: 'Kitchen',
  'printer-gateway': 'Printer',
  'back-office': 'Back office',
};

const things: Readonly<Record<TableName, readonly [one: string, more: string]>> = {
  orders: ['order', 'orders'],
  tickets: ['ticket', 'tickets'],
  printJobs: ['print job', 'print jobs'],
  devices: ['device', 'devices'],
};

const statusWords: Readonly<Record<Status['word'], string>> = {
  offline: 'Offline',
  connecting: 'Connecting',
  catchingUp: 'Catching up',
  live: 'Live',
  blocked: 'Blocked',
};

const stepWords: Readonly<Record<string, string>> = {
  accepted: 'accepted',
  in_preparation: 'in preparation',
  ready: 'ready',
  served: 'served',
  delivered: 'delivered',
  cancelled: 'cancelled',
};

const intentions: Readonly<Record<string, string>> = {
  'order.create': 'an order',
  'kds.bump': 'a step of a ticket',
  'kds.undo': 'a step back',
  'print.retry': 'a reprint',
  'print.claim': 'taking a print job',
  'print.complete': 'word of a printed receipt',
};

function amountsOf({ table, missing, ahead, different }: Difference): string {
  const [one, more] = things[table];
  const parts = [
    missing > 0 ? `${several(missing, one, more)} missing` : '',
    ahead > 0 ? `${several(ahead, one, more)} ahead` : '',
    different > 0 ? `${several(different, one, more)} different` : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

export const texts = {
  title: 'heard',
  device: (role: Role): string => names[role],

  agreement: {
    looking: 'Comparing five screens with the server…',
    yes: 'All five screens agree with the server',
    no: (roles: readonly Role[]): string => {
      const who = roles.map((role) => names[role]);
      return `${listed.format(who)} ${who.length === 1 ? 'does' : 'do'} not agree with the server`;
    },
    on: (role: Role, differences: readonly Difference[]): string =>
      `${names[role]}: ${differences.map(amountsOf).join(', ')}`,
    over: (orders: number, tickets: number, printJobs: number): string =>
      `${several(orders, 'order')}, ${several(tickets, 'ticket')} and ${several(printJobs, 'print job')}, the same everywhere`,
    unknown: 'Nobody can ask the server: is the demo still running?',
  },

  status: ({ word }: Status): string => statusWords[word],
  wifi: { up: 'Wi-Fi', cut: 'Wi-Fi cut', label: (role: Role): string => `Wi-Fi of ${names[role]}` },
  counters: {
    label: (role: Role): string => `What happened to ${names[role]}`,
    received: 'received',
    swallowed: 'duplicates',
    healed: 'gaps healed',
    queued: 'queued',
    sent: 'sent',
    parked: 'parked',
  } as const,

  money: (cents: number | null | undefined): string => dinars.format((cents ?? 0) / 100),
  time: (ms: number): string => clock.format(ms),
  step: (status: string | null | undefined): string => stepWords[status ?? ''] ?? 'on its way',
  onItsWay: 'on its way',

  pos: {
    menu: 'Menu',
    basket: 'This order',
    emptyBasket: 'Touch a dish to begin',
    line: (count: number, name: string): string => `${count} × ${name}`,
    send: 'Send to the kitchen',
    orders: 'Orders',
    noOrders: 'No orders yet',
    unnumbered: 'New order',
    reprint: (number: string): string => `Print again: ${number}`,
    reprintShort: 'Print again',
  },
  kiosk: {
    choose: 'What would you like?',
    numbers: 'Your numbers',
    none: 'Touch a meal to order it',
    waiting: 'kept, sent soon',
  },
  kitchen: {
    tickets: 'Tickets',
    none: 'Nothing to cook',
    ticket: (number: number): string => `#${number}`,
    steps: { ready: 'Ready', served: 'Served', in_preparation: 'Not yet' },
    does: (step: string, number: number): string => `${step}, ticket ${number}`,
    minutes: (minutes: number): string => `${minutes} min`,
    keeping: 'being kept…',
    refused: 'refused by the server, taken back',
  },
  printer: {
    paper: 'Paper',
    none: 'Nothing printed yet',
    receipt: 'Receipt',
    order: (id: number | undefined): string => (id === undefined ? 'Order' : `Order ${id}`),
    job: (id: number, time: string): string => `job ${id} · ${time}`,
    copies: { no: '', 'asked-for': 'Copy, asked for', perhaps: 'Perhaps a copy' },
  },
  office: {
    today: 'Today',
    orders: 'orders',
    turnover: 'turnover',
    cooking: 'open tickets',
    screens: (others: readonly (Role | undefined)[] | undefined, isCurrent: boolean): string => {
      if (others === undefined) return 'Kitchen screens: nobody knows yet';
      const who =
        others.length === 0 ? 'none' : listed.format(others.map((role) => (role ? names[role] : 'another one')));
      return `Kitchen screens ${isCurrent ? 'on' : 'on at last'}: ${who}`;
    },
    statuses: 'Orders by status',
    person: 'Waits for a person',
    nothing: 'Nothing was refused',
    parked: (role: Role, name: string): string => `${names[role]}: ${intentions[name] ?? name}`,
    because: (status: number | undefined, mayHaveHappened: boolean): string =>
      mayHaveHappened ? 'it may have happened' : `refused by the server${status === undefined ? '' : `, ${status}`}`,
    retry: 'Try again',
    discard: 'Discard',
  },

  chaos: {
    title: 'Break something',
    mend: 'Mend everything',
    server: 'The server',
    stop: 'Stop it',
    start: 'Start it again',
    restore: 'Restore old data',
    events: 'The next events',
    next: 'The next request',
    mishaps: {
      double: 'Double',
      lose: 'Lose',
      swap: 'Reorder',
      expire: 'Expire token',
      'refuse-order': 'Refuse order',
      'refuse-bump': 'Refuse bump',
    } as Readonly<Record<Mishap, string>>,
    armed: (count: number): string => `×${count}`,
    wire: 'Transport',
    wires: { pusher: 'Pusher', 'socket-io': 'Socket.IO', websocket: 'WebSocket' },
  },

  diary: {
    title: 'What happened',
    none: 'Nothing yet',
    wifiCut: 'Wi-Fi cut',
    wifiBack: 'Wi-Fi back',
    renewed: 'asked for another token',
    caughtUp: (count: number): string => `caught up with ${several(count, 'missed event')}`,
    resync: 'read everything anew: the server is not where it was',
    parked: 'was refused; a person decides',
    drained: (sent: number): string => `sent what had waited: ${sent}`,
    lost: 'knows that something is missing for good',
    deadLetter: 'could not print, and kept it',
    otherTab: 'is open in another tab, which now keeps its memory',
  },
} as const;
