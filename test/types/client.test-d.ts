import { describe, expectTypeOf, it } from 'vitest';
import { createClient, type DeliveredEvent, type Presence, type Transport } from 'heard';
import { laravelPos, type KdsTicketCreated } from 'heard/contracts/laravel-pos';
import { tableTap } from 'heard/contracts/table-tap';

declare const transport: Transport;
const common = { transport, api: { baseUrl: 'https://api.example.test' } };
const kds = createClient(laravelPos, { ...common, role: 'kds', scope: { sku: 'pizza-bab-el-oued', deviceId: 42 } });

describe('a client', () => {
  it('is typed by its contract and its role', () => {
    kds.on('KdsTicketCreated', ({ data, replayed, ageMs, origin }) => {
      expectTypeOf(data).toEqualTypeOf<KdsTicketCreated>();
      expectTypeOf(replayed).toBeBoolean();
      expectTypeOf(ageMs).toEqualTypeOf<number | undefined>();
      expectTypeOf(origin).toEqualTypeOf<'live' | 'replay' | 'snapshot'>();
    });
    kds.on(['KdsTicketCreated', 'DeviceNotification'], (event) => {
      if (event.name === 'DeviceNotification') expectTypeOf(event.data.message).toBeString();
    });
    kds.on('*', (event) => expectTypeOf(event).toEqualTypeOf<DeliveredEvent>());
    // @ts-expect-error a kitchen display does not hear the printing channel
    kds.on('PrintJobQueued', () => undefined);
    // @ts-expect-error neither as one of several
    kds.once(['KdsTicketCreated', 'PrintJobQueued'], () => undefined);
    // @ts-expect-error misspelt data
    kds.on('KdsTicketCreated', ({ data }) => data.tiket);
    // @ts-expect-error no such role
    createClient(laravelPos, { ...common, role: 'dishwasher', scope: { sku: 'a', deviceId: 1 } });
    // @ts-expect-error the scope lacks the device
    createClient(laravelPos, { ...common, role: 'kds', scope: { sku: 'a' } });
  });

  it('tells who is in a presence channel that the role hears, and in no other', () => {
    const presence = kds.presence('presence');
    expectTypeOf(presence.get()).toEqualTypeOf<Presence>();
    presence.onJoin(({ id, info }) => {
      expectTypeOf(id).toEqualTypeOf<string | number>();
      expectTypeOf(info).toBeUnknown();
    });
    // @ts-expect-error nobody has said yet who is there
    void presence.get().members.length;
    // @ts-expect-error that channel tells no members
    kds.presence('kds');
    // @ts-expect-error not a channel of this role
    kds.presence('orders');
    const till = createClient(laravelPos, { ...common, role: 'pos', scope: { sku: 'a', deviceId: 1 } });
    // @ts-expect-error a till hears no presence channel
    till.presence('presence');
  });

  it('waits, loops and observes with the same types', async () => {
    expectTypeOf(await kds.waitFor('KdsTicketCreated')).toExtend<{ readonly data: KdsTicketCreated }>();
    for await (const { data } of kds.events('KdsTicketCreated')) expectTypeOf(data).toEqualTypeOf<KdsTicketCreated>();
    kds.observe('KdsTicketCreated').subscribe({
      next: ({ data }) => expectTypeOf(data).toEqualTypeOf<KdsTicketCreated>(),
    });
    await kds.waitFor('KdsTicketCreated', ({ data }) => data.ticket.id === 1, { timeoutMs: 1_000 });
  });

  it('opens channels with what their names need', () => {
    kds.channel('kds');
    const grill = kds.channel('station', { station: 'grill' });
    grill.on('KdsTicketCreated', ({ data }) => expectTypeOf(data).toEqualTypeOf<KdsTicketCreated>());
    // @ts-expect-error the name of a station is missing
    kds.channel('station');
    // @ts-expect-error not for a kitchen display
    kds.channel('printing');
    // @ts-expect-error that channel does not carry it
    grill.on('DeviceNotification', () => undefined);
  });

  it('tells signals by their kind', () => {
    kds.signals.on('gap', ({ from, to }) => expectTypeOf(from).toEqualTypeOf(to));
    kds.signals.on(['denied', 'config'], ({ remediation }) => expectTypeOf(remediation).toBeString());
    kds.signals.on('*', (signal) => {
      if (signal.kind === 'storage') expectTypeOf(signal.remediation).toBeString();
    });
    // @ts-expect-error no such signal
    kds.signals.on('gaps', () => undefined);
  });

  it('sends what its role may say', () => {
    const bar = createClient(tableTap, {
      ...common,
      role: 'counter',
      scope: { cafeId: 1, userRole: 'barista', counterId: 2 } as never,
    });
    bar.send('join_counter', {} as never);
    // @ts-expect-error no such message
    bar.send('join_the_army', {} as never);
    // @ts-expect-error this contract has no messages
    kds.send('anything', {});
  });
});
