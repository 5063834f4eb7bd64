// A backend's socket, step by step: does it open, is this device known, may it hear its channels, are events readable.
import { dial, type Heard, type Line } from './dial.ts';
import { shapesOf } from './events.ts';
import type { Chart } from './finding.ts';
import { troubleOf, type Trouble } from './network-trouble.ts';
import type { Channel, Patient } from './patient.ts';
import type { Rest } from './ask.ts';
import type { Place } from './places.ts';
import { signaturesOf } from './signing.ts';
import { socketIo } from './socket-io-wire.ts';
import { wireOf, type Told, type Wire } from './wires.ts';

/** Where channels are signed, if that was named; and it may have been and not be there. */
type Signer = Rest | 'out of reach' | undefined;

export async function examineSocket(
  { text, kind }: Place,
  signer: Signer,
  patient: Patient,
  chart: Chart,
): Promise<void> {
  const url = new URL(text);
  const wire = kind === 'websocket' ? wireOf(url, patient) : socketIo(url, patient);
  const dialled = await dial(wire.address(), patient);
  if (dialled.kind !== 'open') {
    const { what, remedy } = dialled.kind === 'none' ? troubleOf(dialled.code) : refusedWith(dialled.status, wire);
    return chart.problem('reachable', text, what, remedy);
  }
  chart.ok('reachable', text, `a WebSocket opens; it is addressed as ${wire.says}`);
  try {
    await converse({ at: text, line: dialled, wire, signer, patient }, chart);
  } finally {
    dialled.close();
  }
}

function refusedWith(status: number, { name }: Wire): Trouble {
  if (status === 403 || status === 401) {
    return {
      what: `the upgrade is refused (${status})`,
      remedy: 'Look at which origins the server lets in (--origin says from which page), and at its proxy.',
    };
  }
  if (status >= 500)
    return {
      what: `the server failed (${status})`,
      remedy: 'Look at the server’s log, and at the proxy in front of it.',
    };
  return {
    what: `it is answered in HTTP (${status}) and no WebSocket opens`,
    remedy: `Look at the path for ${name}, and whether the proxy passes "Upgrade" and "Connection" on.`,
  };
}

interface Conversation {
  readonly at: string;
  readonly line: Line;
  readonly wire: Wire;
  readonly signer: Signer;
  readonly patient: Patient;
}

async function converse({ at, line, wire, signer, patient }: Conversation, chart: Chart): Promise<void> {
  const { contract, channels, timeoutMs, listenMs } = patient;
  const shapes = contract === undefined ? undefined : shapesOf(contract);
  /** Waits for what is looked for, and notes the events that come meanwhile. */
  const until = (isIt: (told: Told) => boolean, withinMs: number): Promise<Heard<Told>> =>
    line.next((text) => {
      const reply = wire.reply?.(text);
      if (reply !== undefined) line.say(reply);
      const told = wire.read(text);
      if (told?.kind === 'event') shapes?.look(told.frame);
      return told !== undefined && isIt(told) ? told : undefined;
    }, withinMs);

  if (wire.greeting !== undefined) line.say(wire.greeting);
  const welcome = await until(({ kind }) => kind === 'welcome' || kind === 'failed', timeoutMs);
  if (welcome.kind === 'silence' && wire.mayGreetNobody === true) {
    chart.skipped(
      'key',
      at,
      'it greets nobody, so it does not speak docs/protocol.md',
      'If it sends everything to everybody, as restaurant-os does with { channel, event, data }, give the client a codec: broadcastCodec of heard/contracts/restaurant-os is that one. With --contract and --listen 30 its events are looked at.',
    );
    return listen();
  }
  if (welcome.kind !== 'heard' || welcome.meaning.kind !== 'welcome') {
    const { what, remedy } = unwelcome(welcome, wire);
    return chart.problem('key', at, what, remedy);
  }
  const { socketId } = welcome.meaning;
  chart.ok('key', at, wire.key === undefined ? 'this device is let in' : 'the app key is accepted');
  if (contract === undefined) {
    return chart.skipped('subscribe', at, 'no contract was named', 'Say which backend it is: --contract laravel-pos');
  }
  const sign = typeof signer === 'object' ? signaturesOf(signer, patient, chart, wire.key) : undefined;
  for (const channel of channels) {
    if (!channel.needsSignature || !wire.signs) await subscribe(channel, undefined);
    else if (sign === undefined) {
      chart.skipped(
        'subscribe',
        channel.wire,
        'nobody is there to sign it',
        signer === undefined
          ? 'Give the address of the API, too: it signs private channels.'
          : 'Mend the API first: it signs private channels.',
      );
    } else {
      const signature = await sign(channel, socketId);
      if (signature !== undefined) await subscribe(channel, signature);
    }
  }
  return listen();

  async function listen(): Promise<void> {
    if (listenMs === 0 || shapes === undefined) return;
    if (shapes.count === 0) await until(() => shapes.count > 0, listenMs);
    shapes.tell(at, chart);
  }

  async function subscribe(channel: Channel, signature: Parameters<Wire['subscribe']>[1]): Promise<void> {
    line.say(wire.subscribe(channel, signature));
    const heard = await until(
      (told) => told.kind === 'failed' || ('channel' in told && told.channel === channel.wire),
      timeoutMs,
    );
    if (heard.kind === 'heard' && heard.meaning.kind === 'joined')
      return chart.ok('subscribe', channel.wire, 'is heard');
    if (heard.kind === 'heard' && heard.meaning.kind === 'denied') {
      return chart.problem(
        'subscribe',
        channel.wire,
        `this channel is denied (${heard.meaning.because}); the others are not touched by it`,
        `Look whether the token may hear it, whether the scope is the device’s own, and ${wire.signs ? 'whether key and secret are of the same app on both servers' : 'what the middleware of this namespace asks for'}.`,
      );
    }
    const { what, remedy } = unwelcome(heard, wire);
    chart.problem('subscribe', channel.wire, what, remedy);
  }
}

/** What else was heard than what was waited for. */
function unwelcome(heard: Heard<Told>, wire: Wire): Trouble {
  if (heard.kind === 'silence') {
    return {
      what: 'nothing is said in time',
      remedy: `Look whether ${wire.name} is what is spoken at this path, and whether a proxy holds frames back. A server with words of its own needs a codec.`,
    };
  }
  const code = heard.kind === 'closed' ? heard.code : heard.meaning.kind === 'failed' ? heard.meaning.code : 0;
  return wire.troubleOf(code) ?? { what: `the server ends it (${code})`, remedy: 'Look at the server’s log.' };
}
