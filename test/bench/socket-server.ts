// A server in a process of its own, so that what it costs to send is nobody's here. It speaks as the address asks for, and says what
// its parent gave it, to everybody, when it is told to.
import { serve } from '../transports/server.ts';
import { wireOf } from '../transports/conformance/wires.ts';

export type Order = { readonly frames: readonly string[] } | { readonly everyMs: number } | 'say' | 'stop';

let frames: readonly string[] = [];
const server = await serve({
  connected: (peer) => wireOf(peer.url).greet(peer),
  said: (peer, frame) => wireOf(peer.url).hear(peer, frame),
});

function say(text: string): void {
  for (const peer of server.peers) peer.say(text);
}

/** Tells when it said each, by a clock that all processes of the machine share. */
function sayOneByOne(everyMs: number): void {
  const saidAtMs: number[] = [];
  const timer = setInterval(() => {
    const text = frames[saidAtMs.length];
    if (text === undefined) {
      clearInterval(timer);
      process.send?.(saidAtMs);
      return;
    }
    saidAtMs.push(Number(process.hrtime.bigint()) / 1e6);
    say(text);
  }, everyMs);
}

process.on('message', (told: Order) => {
  if (told === 'stop') void server.stop().then(() => process.disconnect());
  else if (told === 'say') for (const text of frames) say(text);
  else if ('everyMs' in told) sayOneByOne(told.everyMs);
  else {
    ({ frames } = told);
    process.send?.('ready');
  }
});
process.send?.(server.url);
