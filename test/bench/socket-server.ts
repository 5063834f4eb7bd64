// A server in a process of its own, so that what it costs to send is nobody's here. It speaks as the address asks for, and says what
// its parent gave it, to everybody, when it is told to.
import { serve } from '../transports/server.ts';
import { wireOf } from '../transports/conformance/wires.ts';

let frames: readonly string[] = [];
const server = await serve({
  connected: (peer) => wireOf(peer.url).greet(peer),
  said: (peer, frame) => wireOf(peer.url).hear(peer, frame),
});
process.on('message', (told: { readonly frames: readonly string[] } | 'say' | 'stop') => {
  if (told === 'stop') void server.stop().then(() => process.disconnect());
  else if (told === 'say') for (const peer of server.peers) for (const text of frames) peer.say(text);
  else {
    frames = told.frames;
    process.send?.('ready');
  }
});
process.send?.(server.url);
