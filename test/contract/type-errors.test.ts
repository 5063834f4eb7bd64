import { expect, it, vi } from 'vitest';
import { patience } from '../effort.ts';
import { compile } from './compiler.ts';

// Each starts a compiler.
vi.setConfig({ testTimeout: patience });

const prelude = `
import { laravelPos, type LaravelPos } from 'heard/contracts/laravel-pos';
import { barePayload, channel, defineContract, event, type EventOf, type MutationInput, type RoleEvent, type RoleMutation } from 'heard';
import { z } from 'zod';
declare function onPos<Name extends RoleEvent<LaravelPos, 'pos'>>(name: Name, handler: (event: EventOf<LaravelPos, Name>) => void): void;
declare function onKds<Name extends RoleEvent<LaravelPos, 'kds'>>(name: Name, handler: (event: EventOf<LaravelPos, Name>) => void): void;
declare function mutate<Name extends RoleMutation<LaravelPos, 'kds'>>(name: Name, input: MutationInput<LaravelPos, Name>): void;
declare function open(scope: LaravelPos['scope']): void;
`;

/** What an editor shows for one mistake. */
function messageFor(mistake: string): string {
  const { errors } = compile(prelude + mistake);
  expect(errors).toHaveLength(1);
  const [error = ''] = errors;
  const lines = error.split('\n');
  expect(lines.length, error).toBeLessThanOrEqual(4);
  expect(error.length, error).toBeLessThanOrEqual(400);
  return error;
}

it('an event that the role does not hear: says which it hears', () => {
  expect(messageFor(`onKds('PrintJobQueued', () => undefined);`)).toContain('"KdsTicketCreated"');
});

it('a misspelt field: offers the right one', () => {
  expect(messageFor(`onPos('OrderCreated', ({ data }) => data.oder);`)).toContain("Did you mean 'order'?");
});

it('a mutation of another role: says which it sends', () => {
  expect(messageFor(`mutate('order.create', { channel: 'pos', items: [] });`)).toContain('"kds.bump"');
});

it('an illegal value: says the legal ones', () => {
  expect(messageFor(`mutate('kds.bump', { ticketId: 1, to: 'eaten' });`)).toContain('"ready"');
});

it('a missing part of the scope: names it', () => {
  expect(messageFor(`open({ sku: 'pizza-bab-el-oued' });`)).toContain("'deviceId' is missing");
});

it('a channel that a role names and nobody defined: names it and the defined ones', () => {
  const message = messageFor(`
defineContract({
  name: 'x', scope: z.object({}), dialect: barePayload(), connection: { transports: ['websocket'], auth: { kind: 'none' } },
  events: { A: event({ data: z.string() }) },
  channels: { one: channel({ wire: 'one', events: ['A'], position: 'none' }) },
  roles: { role: { channels: ['two'] } },
});`);
  expect(message).toContain('"two"');
  expect(message).toContain('"one"');
});
