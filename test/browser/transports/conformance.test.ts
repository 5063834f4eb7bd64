// The published suite from a page, with real sockets.
import { transportConformance } from 'heard/testing';
import { describe, expect, inject, test } from 'vitest';
import { pusherUnderTest } from '../../transports/conformance/pusher.ts';
import { socketIoUnderTest } from '../../transports/conformance/socket-io.ts';
import { websocketUnderTest } from '../../transports/conformance/websocket.ts';

const url = inject('conformance');

describe('plain WebSocket', () => {
  transportConformance({ test, expect }, () => websocketUnderTest(url));
});

describe('Pusher', () => {
  transportConformance({ test, expect }, () => pusherUnderTest(url));
});

describe('Socket.IO', () => {
  transportConformance({ test, expect }, () => socketIoUnderTest(inject('socketIo')));
});
