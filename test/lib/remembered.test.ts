import { expect, it } from 'vitest';
import { remembered } from '../../src/lib/remembered.ts';

it('asks once, also when the answer is nothing', () => {
  const asked: string[] = [];
  const find = remembered((question) => {
    asked.push(question);
    return question === 'nobody' ? undefined : question.length;
  }, 10);
  expect([find('orders'), find('nobody'), find('orders'), find('nobody')]).toEqual([6, undefined, 6, undefined]);
  expect(asked).toEqual(['orders', 'nobody']);
});

it('forgets everything rather than remember more than it may', () => {
  const asked: string[] = [];
  const find = remembered((question) => asked.push(question), 3);
  for (const question of ['a', 'b', 'c', 'a', 'd', 'd', 'a']) find(question);
  expect(asked).toEqual(['a', 'b', 'c', 'd', 'a']);
});
