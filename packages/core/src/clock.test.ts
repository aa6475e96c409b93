import { expect, test } from 'vitest';
import { manualClock } from './index.ts';

test('callbacks run in order of time, at their time', () => {
  const clock = manualClock();
  const seen: [string, number][] = [];
  const note = (name: string) => () => seen.push([name, clock.now()]);
  clock.schedule(30, note('late'));
  clock.schedule(10, note('early'));
  clock.schedule(10, note('early too'));
  expect(clock.nextDeadline()).toBe(10);
  clock.advanceTo(20);
  expect(seen).toEqual([
    ['early', 10],
    ['early too', 10],
  ]);
  expect(clock.now()).toBe(20);
  clock.advanceTo(100);
  expect(seen.at(-1)).toEqual(['late', 30]);
  expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
});

test('a callback may schedule another that is due at once, and cancel one that is not', () => {
  const clock = manualClock();
  const seen: string[] = [];
  const cancel = clock.schedule(50, () => seen.push('cancelled'));
  clock.schedule(10, () => {
    cancel();
    clock.schedule(20, () => seen.push('nested'));
  });
  clock.advanceTo(60);
  expect(seen).toEqual(['nested']);
  clock.advanceTo(5);
  expect(clock.now()).toBe(60);
});
