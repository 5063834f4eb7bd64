// The published suite, played with what is published, from Node. test/browser/transports plays it from a page.
import { transportConformance } from 'heard/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { WebSocket as WsWebSocket } from 'ws';
import { pusherUnderTest } from './conformance/pusher.ts';
import { serveConformance } from './conformance/server.ts';
import { serveSocketIo } from './conformance/socket-io-server.ts';
import { socketIoUnderTest } from './conformance/socket-io.ts';
import { websocketUnderTest } from './conformance/websocket.ts';

const server = await serveConformance();
afterAll(() => server.stop());

describe('plain WebSocket, the platform’s own', () => {
  transportConformance({ test, expect }, () => websocketUnderTest(server.url));
});

describe('plain WebSocket, the package ws', () => {
  transportConformance({ test, expect }, () => websocketUnderTest(server.url, { WebSocket: WsWebSocket }));
});

describe('Pusher, the platform’s own WebSocket', () => {
  transportConformance({ test, expect }, () => pusherUnderTest(server.url));
});

describe('Pusher, the package ws', () => {
  transportConformance({ test, expect }, () => pusherUnderTest(server.url, { WebSocket: WsWebSocket }));
});

const socketIoServer = await serveSocketIo();
afterAll(() => socketIoServer.stop());

describe('Socket.IO', () => {
  transportConformance({ test, expect }, () => socketIoUnderTest(socketIoServer.url));
});
