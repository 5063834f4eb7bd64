// What was asked for over what the server says.
import { describe, expect, test } from 'vitest';
import { openScreen } from '../../simulation/tables/screen.ts';

describe('what is asked for', () => {
  test('V4, V5: it is shown in the order in which it was taken in, and leaves with what is parked, discarded or replaced', () => {
    const { rows, show, ask, ends } = openScreen();
    show({ id: 1, status: 'new', at: 1 });
    const first = ask('move', { id: 1, to: 'ready' });
    const second = ask('move', { id: 1, to: 'served' });
    expect(rows.row(1)?.status).toBe('served');
    expect(rows.waiting(1)).toEqual([first, second]);
    ends(second, 'parked');
    expect(rows.row(1)?.status).toBe('ready');
    ends(first, 'discarded');
    expect(rows.row(1)).toEqual({ id: 1, status: 'new', at: 1 });
  });

  test('V6: an event that says whose it is shows the effect, before or after the answer', () => {
    const { rows, show, ask, ends, correlate } = openScreen();
    show({ id: 1, status: 'new', at: 1 });
    const id = ask('move', { id: 1, to: 'ready' });
    show({ id: 1, status: 'ready', at: 2 });
    correlate(id);
    // A colleague has moved it on, and our answer is lost and asked for again.
    show({ id: 1, status: 'served', at: 3 });
    expect(rows.row(1)?.status).toBe('served');
    ends(id, 'acked', { id: 1, status: 'ready', at: 2 });
    expect(rows.row(1)?.status).toBe('served');
  });

  test('V6: what another channel says that one has said already is no news, and hides no answer', () => {
    const { rows, show, ask, ends } = openScreen(['here', 'there']);
    show({ id: 1, status: 'new', at: 5 }, 'there');
    ends(ask('move', { id: 1, to: 'ready' }), 'acked', { id: 1, status: 'ready', at: 5 });
    ends(ask('move', { id: 1, to: 'served' }), 'acked');
    show({ id: 1, status: 'new', at: 5 }, 'here');
    expect(rows.row(1)?.status).toBe('served');
    show({ id: 1, status: 'served', at: 5 }, 'here');
    expect(rows.row(1)).toEqual({ id: 1, status: 'served', at: 5 });
  });

  test('V6: a step that is taken back shows as taken back, though the server shows neither yet', () => {
    const { rows, show, ask, ends } = openScreen();
    show({ id: 1, status: 'new', at: 1 });
    const there = ask('move', { id: 1, to: 'ready' });
    const back = ask('move', { id: 1, to: 'new' });
    ends(there, 'acked', { id: 1, status: 'ready', at: 2 });
    // It says "new" because it says what was so before both.
    ends(back, 'acked');
    expect(rows.row(1)?.status).toBe('new');
    show({ id: 1, status: 'new', at: 3 });
    expect(rows.row(1)).toEqual({ id: 1, status: 'new', at: 3 });
  });

  test('V6: what an event shows to be done, was done after what was answered before', () => {
    const { rows, show, ask, ends, correlate } = openScreen();
    show({ id: 1, status: 'new', at: 4 });
    const there = ask('move', { id: 1, to: 'ready' });
    const back = ask('move', { id: 1, to: 'new' });
    ends(there, 'acked', { id: 1, status: 'ready', at: 4 });
    show({ id: 1, status: 'new', at: 4 });
    correlate(back);
    expect(rows.row(1)?.status).toBe('new');
    ends(back, 'acked');
    expect(rows.row(1)).toEqual({ id: 1, status: 'new', at: 4 });
  });

  test('V7: after an answer that nothing covers it is read again once, and then shown as the server says', async () => {
    const { host, rows, show, ask, ends, rereads } = openScreen();
    show({ id: 1, status: 'new', at: 1 });
    ends(ask('move', { id: 1, to: 'ready' }), 'acked');
    expect(rows.row(1)?.status).toBe('ready');
    await host.pass(60_000);
    expect(rereads()).toBe(1);
    expect(rows.row(1)?.status).toBe('new');
  });

  test('V8: what refers to a row that was made here is shown with it, before and after it has a number', () => {
    const { rows, show, ask, ends } = openScreen();
    const id = ask('take', { status: 'new' });
    ask('move', { id: { $ref: id }, to: 'ready' });
    expect(rows.get()).toMatchObject([{ own: id, status: 'ready' }]);
    ends(id, 'acked', { id: 41, status: 'new', own: id, at: 5 });
    expect(rows.get()).toMatchObject([{ id: 41, status: 'ready' }]);
    show({ id: 41, status: 'new', own: id, at: 5 });
    expect(rows.get()).toMatchObject([{ id: 41, status: 'ready' }]);
    expect(rows.row(id)).toBe(rows.row(41));
  });

  test('V8: after a restart a row that the server shows already is not shown twice', () => {
    const before = openScreen();
    const id = before.ask('take', { status: 'new' });
    const { tables, rows, show } = openScreen();
    show({ id: 41, status: 'new', own: id, at: 5 });
    tables.begin([...before.waiting.values()]);
    expect(rows.get()).toEqual([{ id: 41, status: 'new', own: id, at: 5 }]);
    expect(rows.row(id)?.id).toBe(41);
  });

  test('V6: a row that is told again as it was covers nothing, and one that has changed does', () => {
    const { rows, show, ask, ends } = openScreen(['here', 'there']);
    show({ id: 1, status: 'new' });
    ends(ask('move', { id: 1, to: 'ready' }), 'acked');
    show({ id: 1, status: 'new' });
    expect(rows.row(1)?.status).toBe('ready');
    show({ id: 1, status: 'served' });
    expect(rows.row(1)?.status).toBe('served');
  });

  test('V6: an answer of the same second as what was there before is shown, until something has come since', () => {
    const { rows, show, ask, ends } = openScreen();
    show({ id: 1, status: 'new', at: 5 });
    ends(ask('move', { id: 1, to: 'ready' }), 'acked', { id: 1, status: 'ready', at: 5 });
    expect(rows.row(1)?.status).toBe('ready');
    show({ id: 1, status: 'served', at: 5 });
    expect(rows.row(1)?.status).toBe('served');
    const moved = ask('move', { id: 1, to: 'new' });
    show({ id: 1, status: 'ready', at: 5 });
    ends(moved, 'acked', { id: 1, status: 'new', at: 5 });
    expect(rows.row(1)?.status).toBe('ready');
  });

  test('V7: a run that begins while an answer waits to be covered asks once, and leaves nothing behind', async () => {
    const { host, show, ask, ends, tables, rereads } = openScreen();
    show({ id: 1, status: 'new', at: 1 });
    ends(ask('move', { id: 1, to: 'ready' }), 'acked');
    await host.pass(5_000);
    tables.begin([]);
    tables.begin([]);
    await host.pass(60_000);
    expect(rereads()).toBe(1);
    ends(ask('move', { id: 1, to: 'served' }), 'acked');
    tables.begin([]);
    tables.dispose();
    expect(host.pendingTimers).toBe(0);
  });

  test('V2: a stop in the middle of a moment leaves nothing behind', async () => {
    const { host, rows, show, tables } = openScreen();
    const told: number[] = [];
    rows.subscribe(({ length }) => void told.push(length));
    show({ id: 1, status: 'new', at: 1 });
    tables.release();
    tables.clear();
    await Promise.resolve();
    tables.dispose();
    expect(told).toEqual([1, 0]);
    expect(host.pendingTimers).toBe(0);
  });

  test('V8: who watches a row that was made here by its mutation is told of its number, and of its end', async () => {
    const { host, rows, show, ask, ends } = openScreen();
    const refused = ask('take', { status: 'new' });
    const done = ask('take', { status: 'new' });
    const told: (readonly unknown[])[] = [];
    rows.watch(refused).subscribe((row) => void told.push(['refused', row?.status]));
    rows.watch(done).subscribe((row) => void told.push(['done', row?.id]));
    await host.pass(50);
    ends(refused, 'parked');
    ends(done, 'acked', { id: 41, status: 'new', own: done, at: 5 });
    await host.pass(50);
    expect(told).toEqual([
      ['refused', undefined],
      ['done', 41],
    ]);
    show({ id: 41, status: 'new', own: done, at: 5 });
    await host.pass(50);
    expect(told).toHaveLength(2);
    expect(rows.row(done)?.id).toBe(41);
  });

  test('V8: a restart with orders that wait over a long list does not keep anybody waiting', () => {
    const before = openScreen();
    for (let count = 0; count < 50; count += 1) before.ask('take', { status: 'new' });
    const { tables, rows, show } = openScreen();
    for (let id = 1; id <= 1_000; id += 1) show({ id, status: 'new', at: 1 });
    let reads = 0;
    const waiting = [...before.waiting.values()].map((mutation) => ({
      ...mutation,
      // Looked at once, and not once for every row.
      get input(): unknown {
        reads += 1;
        return mutation.input;
      },
    }));
    tables.begin(waiting);
    expect(rows.size).toBe(1_050);
    expect(reads).toBeLessThan(50 * 10);
  });

  test('V9: a function of the contract that throws is reported, and everything else is shown', () => {
    const { rows, show, ask, errors } = openScreen();
    show({ id: 1, status: 'new', at: 1 });
    ask('faulty', { id: 1 });
    ask('move', { id: 1, to: 'ready' });
    expect(errors).toHaveLength(1);
    expect(rows.row(1)?.status).toBe('ready');
  });
});
