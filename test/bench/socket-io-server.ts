// A Socket.IO server in a process of its own, so that what it costs to send is nobody's here. It says what its parent gave it,
// to everybody, when it is told to.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

let packets: readonly string[] = [];
const http = createServer();
const io = new Server(http, { serveClient: false, transports: ['websocket'] });
io.of('/orders');
http.listen(0, '127.0.0.1');
await once(http, 'listening');
process.on('message', (told: { readonly packets: readonly string[] } | 'say' | 'stop') => {
  if (told === 'stop') void io.close().then(() => process.disconnect());
  else if (told === 'say') {
    for (const { conn } of io.of('/orders').sockets.values()) for (const packet of packets) conn.send(packet);
  } else {
    ({ packets } = told);
    process.send?.('ready');
  }
});
process.send?.(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
