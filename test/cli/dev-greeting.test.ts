import { laravelPos } from 'heard/contracts/laravel-pos';
import type { Backend, DevServer } from 'heard/dev-server';
import { expect, test } from 'vitest';
import { greeting } from '../../src/cli/dev-greeting.ts';

const till = { of: 'the till', role: 'pos', scope: { sku: "l'été", deviceId: 11 }, token: 'dev-pos' };

function greetingAt(authority: string, devices: Backend['devices'], host?: string): string {
  const server = {
    url: `http://${authority}`,
    addresses: { http: [], websocket: [{ what: 'docs/protocol.md', url: `ws://${authority}/socket` }] },
    backends: [{ contract: laravelPos, devices }],
  };
  return greeting(server as unknown as DevServer, host).join('\n');
}

test('who listens for the whole network says so, and how clients are permitted to come without TLS', () => {
  const text = greetingAt('192.168.1.20:3001', [till], '192.168.1.20');
  expect(text).toContain('Everybody on this network can reach it');
  expect(text).toContain("api: { baseUrl: 'http://192.168.1.20:3001/laravel-pos', allowInsecureLan: true },");
  expect(text).toContain("transport: webSocket({ url: 'ws://192.168.1.20:3001/socket', allowInsecureLan: true }),");
  expect(greetingAt('127.0.0.1:3001', [till])).not.toMatch(/Everybody|allowInsecureLan/);
  expect(greetingAt('[::1]:3001', [till], '::1')).not.toMatch(/Everybody|allowInsecureLan/);
  expect(greetingAt('[::1]:3001', [till], '::')).toContain('Everybody');
});

test('the client is that of the first who is one, and what it says is JavaScript', () => {
  const text = greetingAt('127.0.0.1:3001', [{ of: 'the kitchen’s own system', token: 'erp' }, till]);
  expect(text).toContain('the kitchen’s own system: token erp');
  expect(text).toContain(`scope: { sku: "l'été", deviceId: 11 },`);
  expect(text).toContain("token: () => 'dev-pos',");
});

test('where nobody is known, no client is shown', () => {
  expect(greetingAt('127.0.0.1:3001', [])).not.toContain('createClient');
});
