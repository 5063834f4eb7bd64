import { createElement as h, startTransition } from 'react';
import { expect, test, vi } from 'vitest';
import { asInProduction, create, createStage, guarded, kds, openKitchen, ticket, update, wire } from './stage.ts';

const { Provider, useCollection, useRow } = kds;

test('a table is there with the first render and follows what the server says', async () => {
  const { kitchen, client } = await openKitchen([ticket(1), ticket(2, { status: 'ready' })]);
  const seen: string[] = [];
  const Tickets = () => {
    const tickets = useCollection('tickets', { orderBy: '-id' });
    seen.push(tickets.map(({ id, status }) => `${id} ${status ?? ''}`).join(', '));
    return seen.at(-1);
  };
  const stage = createStage();
  await stage.show(h(Provider, { client }, h(Tickets)));
  expect(seen).toEqual(['2 ready, 1 in_preparation']);
  await create(kitchen, 3);
  await update(kitchen, 1, 'ready');
  expect(seen.slice(1)).toEqual(['3 in_preparation, 2 ready, 1 in_preparation', '3 in_preparation, 2 ready, 1 ready']);
  await stage.unmount();
  await create(kitchen, 4);
  expect(seen).toHaveLength(3);
});

test('nothing is rendered for rows that do not answer the question, however it is written down', async () => {
  const { kitchen, client } = await openKitchen([ticket(1), ticket(2, { status: 'ready' })]);
  const asked: unknown[] = [];
  const collection: typeof client.collection = (name) => {
    const own = client.collection(name);
    return {
      ...own,
      query(question) {
        asked.push(question);
        return own.query(question);
      },
    };
  };
  const seen: string[] = [];
  const Ready = () => {
    const tickets = useCollection('tickets', { where: { status: ['ready', 'served'] }, orderBy: ['station', '-id'] });
    seen.push(tickets.map(({ id }) => id).join(','));
    return null;
  };
  const stage = createStage();
  const watched = { ...client, collection };
  await stage.show(h(Provider, { client: watched }, h(Ready)));
  await create(kitchen, 3);
  expect(seen).toEqual(['2']);
  await stage.show(h(Provider, { client: watched }, h(Ready)));
  expect(seen).toEqual(['2', '2']);
  expect(asked).toHaveLength(1);
  await update(kitchen, 3, 'ready');
  expect(seen).toEqual(['2', '2', '3,2']);
  expect(asked).toHaveLength(1);
});

test('another question is answered in the render that asks it', async () => {
  const { client } = await openKitchen([ticket(1), ticket(2, { station: 'bar' }), ticket(3, { station: 'bar' })]);
  const seen: string[] = [];
  const Station = ({ station }: { readonly station: string }) => {
    const fields = useCollection('tickets', { where: { station } });
    // Another function in every render.
    const byFunction = useCollection('tickets', { where: (row) => row.station === station });
    seen.push(`${station}: ${fields.map(({ id }) => id).join(',')} / ${byFunction.map(({ id }) => id).join(',')}`);
    return null;
  };
  const stage = createStage();
  for (const station of ['grill', 'bar']) await stage.show(h(Provider, { client }, h(Station, { station })));
  expect(seen).toEqual(['grill: 1 / 1', 'bar: 2,3 / 2,3']);
});

test('functions that are written in the component are followed, and do not render for ever', async () => {
  const { kitchen, client } = await openKitchen([ticket(1), ticket(2)]);
  const seen: string[] = [];
  const Latest = () => {
    const tickets = useCollection('tickets', {
      where: (row) => row.status === 'in_preparation',
      orderBy: (left, right) => right.id - left.id,
      limit: 2,
    });
    seen.push(tickets.map(({ id }) => id).join(','));
    return null;
  };
  const stage = createStage();
  await stage.show(h(Provider, { client }, h(Latest)));
  expect(seen).toEqual(['2,1']);
  await create(kitchen, 3);
  await update(kitchen, 1, 'ready');
  expect(seen).toEqual(['2,1', '3,2']);
});

test('a selection is rendered when it says something else, and is the same object until then', async () => {
  const { kitchen, client } = await openKitchen([ticket(1), ticket(2)]);
  const counts: number[] = [];
  const lists: (readonly unknown[])[] = [];
  const Count = () => {
    counts.push(useCollection('tickets', { select: (tickets) => tickets.length }));
    return null;
  };
  const List = () => {
    lists.push(useCollection('tickets', { select: (tickets) => tickets.map(({ id, station }) => ({ id, station })) }));
    return null;
  };
  const stage = createStage();
  await stage.show(h(Provider, { client }, h(Count), h(List)));
  await update(kitchen, 1, 'ready');
  expect([counts, lists.length]).toEqual([[2], 1]);
  await stage.show(h(Provider, { client }, h(Count), h(List)));
  expect(lists).toHaveLength(2);
  expect(lists[1]).toBe(lists[0]);
  await create(kitchen, 3);
  expect([counts, lists.length]).toEqual([[2, 2, 3], 3]);
});

test('a row is rendered for its own changes alone', async () => {
  const { kitchen, client } = await openKitchen([ticket(1), ticket(2)]);
  const seen: string[] = [];
  const Row = ({ id }: { readonly id: number | undefined }) => {
    seen.push(`${id ?? '-'} ${useRow('tickets', id)?.status ?? 'none'}`);
    return null;
  };
  const stage = createStage();
  await stage.show(h(Provider, { client }, h(Row, { id: 1 }), h(Row, { id: 7 }), h(Row, { id: undefined })));
  expect(seen).toEqual(['1 in_preparation', '7 none', '- none']);
  await update(kitchen, 2, 'ready');
  expect(seen).toHaveLength(3);
  await update(kitchen, 1, 'ready');
  await create(kitchen, 7);
  expect(seen.slice(3)).toEqual(['1 ready', '7 in_preparation']);
});

test('what is shown together is of one moment, also when a change comes in the middle of a long render', async () => {
  const { kitchen, client } = await openKitchen([ticket(1)]);
  const parts = 20;
  const work = { isSlow: false, done: 0 };
  /** Long enough for React to hand the page back before all are done. */
  const spend = (): void => {
    work.done += 1;
    if (work.isSlow) for (const until = performance.now() + 4; performance.now() < until;);
  };
  const Part = () => {
    const tickets = useCollection('tickets');
    spend();
    return tickets.length;
  };
  const page = (count: number) =>
    h(
      Provider,
      { client },
      Array.from({ length: count }, (_, key) => h(Part, { key })),
    );
  const stage = createStage();
  await stage.show(page(1));
  const shown: string[] = [];
  const observer = new MutationObserver(() => void shown.push(stage.text()));
  observer.observe(stage.box, { childList: true, characterData: true, subtree: true });
  await asInProduction(async () => {
    Object.assign(work, { isSlow: true, done: 0 });
    startTransition(() => stage.begin(page(parts)));
    await vi.waitUntil(() => work.done > 3, { interval: 1 });
    expect(work.done).toBeLessThan(parts);
    kitchen.publish(wire('kds'), 'KdsTicketCreated', { ticket: ticket(2) });
    await kitchen.host.pass(20);
    await vi.waitUntil(() => stage.text() === '2'.repeat(parts));
  });
  observer.disconnect();
  for (const text of shown) expect(new Set(text).size).toBe(1);
});

test('under StrictMode it is the same, and nothing stays behind', async () => {
  const { kitchen, client } = await openKitchen([ticket(1)]);
  const Tickets = () => useCollection('tickets', { where: { station: 'grill' } }).length;
  const stage = createStage({ strict: true });
  await stage.show(h(Provider, { client }, h(Tickets)));
  await create(kitchen, 2);
  expect(stage.text()).toBe('2');
  await stage.unmount();
});

test('a table that the role does not hear is refused while rendering', async () => {
  const { client } = await openKitchen();
  const told: unknown[] = [];
  // @ts-expect-error no such table
  const Wrong = () => useCollection('dishes').length;
  await createStage().show(guarded(h(Provider, { client }, h(Wrong)), told));
  expect(told).toMatchObject([{ code: 'unknown-name', message: expect.stringContaining('no collection "dishes"') }]);
});
