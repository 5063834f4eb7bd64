import { listPage, rowsOf } from 'heard';
import { expect, it } from 'vitest';

it('the rows of a list are had from either form of it', () => {
  expect(rowsOf([1, 2])).toEqual([1, 2]);
  expect(rowsOf({ data: [1, 2], as_of: '2026-02-02T12:00:00Z' })).toEqual([1, 2]);
});

it('rows alone are a complete page without tombstones', () => {
  expect(listPage([{ id: 1 }])).toEqual({ rows: [{ id: 1 }], deleted: [], tombstones: false, complete: true });
});

it('a list that has a further page is not complete, unless it says so', () => {
  expect(listPage({ data: [], next_cursor: 'b' })).toMatchObject({ next: 'b', complete: false });
  expect(listPage({ data: [], next_cursor: null })).toMatchObject({ complete: true });
  expect(listPage({ data: [], next_cursor: 'b', complete: true })).toMatchObject({ complete: true });
});

it.each([
  [{ links: { next: '/v1/orders?page=2' } }],
  [{ meta: { current_page: 1, last_page: 3 } }],
  [{ next_page_url: '/v1/orders?page=2' }],
  [{ current_page: 1, last_page: 3 }],
])('a page of a paginator that has another one is not complete: %j', (more) => {
  expect(listPage({ data: [], ...more })).toMatchObject({ complete: false });
});

it('the only page of a paginator is complete', () => {
  const only = { data: [], links: { next: null }, meta: { current_page: 1, last_page: 1 } };
  expect(listPage(only)).toMatchObject({ complete: true });
});

it('a list that tells deletions is complete only when it says so', () => {
  const deleted = [{ id: 7, deleted_at: '2026-02-02T12:00:00Z' }, { id: 'x' }, { deleted_at: 'no id' }, null];
  expect(listPage({ data: [], deleted })).toMatchObject({
    tombstones: true,
    complete: false,
    deleted: [{ id: '7', at: '2026-02-02T12:00:00Z' }, { id: 'x' }],
  });
});

it('the watermark and the position are kept where they can be used', () => {
  expect(listPage({ data: [], as_of: 'now', as_of_seq: 4, epoch: 'e' })).toMatchObject({
    asOf: 'now',
    asOfSeq: 4,
    epoch: 'e',
  });
  expect(listPage({ data: [], as_of: '', as_of_seq: -1, epoch: 3 })).toEqual({
    rows: [],
    deleted: [],
    tombstones: false,
    complete: true,
  });
});

it.each([[null], ['<html>'], [{}], [{ data: {} }], [{ rows: [] }], [404]])(
  '%j is no list: never an empty one',
  (body) => {
    expect(listPage(body)).toBeUndefined();
  },
);
