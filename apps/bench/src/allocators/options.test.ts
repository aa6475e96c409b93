import { describe, expect, test } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { ALLOCATORS_OPTIONS, ALLOCATORS_USAGE, isWhole, roundsOption, selectionOf } from './options.ts';
import {
  ALL_WORKLOADS,
  describedSubjects,
  plannedCells,
  plannedFragmentations,
  plannedWorkers,
} from './plan.ts';
import { SUBJECTS, subjectOf } from './subjects.ts';

const WHOLE = { quick: false };

describe('options', () => {
  test('are lists of names and numbers, each once and in order', () => {
    const selection = selectionOf({
      ...WHOLE,
      allocators: 'tree, buddy',
      workloads: 'churn,fail',
      sizes: '4g,16MiB,16M',
      orders: '9,0',
      occupancies: '90 %,50,97.5',
    });
    expect(selection).toEqual({
      allocators: ['tree', 'buddy'],
      workloads: ['churn', 'fail'],
      sizes: [4096, 2 ** 20],
      orders: [0, 9],
      occupancies: [0.5, 0.9, 0.975],
      quick: false,
    });
    expect(isWhole(selection)).toBe(false);
    expect(isWhole(selectionOf(WHOLE))).toBe(true);
    expect(isWhole(selectionOf({ quick: true }))).toBe(false);
  });

  test.each([
    [{ allocators: 'tree,slub' }, "--allocators: there is no 'slub'; there are bitmap, hierarchical"],
    [{ workloads: 'chrun' }, "--workloads: there is no 'chrun'; there are churn, bulk"],
    [{ sizes: '17M' }, "--sizes '17M': a power of two from 4M to 16G"],
    [{ sizes: '1M' }, 'a power of two from 4M'],
    [{ sizes: '32G' }, 'to 16G'],
    [{ sizes: '4096' }, 'for instance 16M'],
    [{ orders: '11' }, "--orders '11': a number from 0 to 10"],
    [{ orders: '-1' }, "--orders '-1'"],
    [{ orders: '' }, "--orders ''"],
    [{ occupancies: '100' }, "--occupancies '100': per cent, above 0 and below 100"],
    [{ occupancies: '0' }, "--occupancies '0'"],
    [{ workloads: 'fail', orders: '0' }, 'nothing to measure'],
    [{ workloads: 'uniform', allocators: 'null' }, 'nothing to measure'],
    [{ workloads: 'workers', allocators: 'buddy' }, 'nothing to measure'],
  ])('%j is refused', (options, message) => {
    const select = () => selectionOf({ ...WHOLE, ...options });
    expect(select).toThrow(UsageError);
    expect(select).toThrow(message);
  });

  test('rounds', () => {
    expect(roundsOption({ quick: false, rounds: '2' })).toBe(2);
    expect(roundsOption({ quick: true })).toBe(1);
    for (const rounds of ['0', '1.5', 'many']) {
      expect(() => roundsOption({ quick: false, rounds })).toThrow(`--rounds ${rounds}: a number from 1`);
    }
  });

  test('the help has every option, allocator and workload', () => {
    for (const option of ALLOCATORS_OPTIONS)
      expect(ALLOCATORS_USAGE).toMatch(new RegExp(`^  --${option} `, 'm'));
    for (const { name, description } of SUBJECTS) {
      expect(ALLOCATORS_USAGE).toMatch(new RegExp(`^  ${name} +${description.slice(0, 12)}`, 'm'));
    }
    for (const name of ALL_WORKLOADS) expect(ALLOCATORS_USAGE).toMatch(new RegExp(`^  ${name} `, 'm'));
  });
});

describe('the plan', () => {
  const all = plannedCells(selectionOf(WHOLE));

  test('has all sizes, orders and shares that differ', () => {
    const churn = all.filter(({ workload }) => workload === 'churn');
    // Of 16 MiB, 90 % and 97 % of eight blocks are seven.
    expect(churn).toHaveLength(17);
    expect(new Set(all.map((cell) => JSON.stringify({ ...cell, subjects: undefined }))).size).toBe(
      all.length,
    );
    expect(new Set(all.map(({ workload }) => workload))).toEqual(
      new Set(['churn', 'bulk', 'repeat', 'fail', 'dma']),
    );
  });

  test('measures each where it can tell something', () => {
    for (const { workload, order, occupancy, subjects } of all) {
      const names = subjects.map(({ name }) => name);
      expect(names.includes('buddy-magazine')).toBe(order === 0 && workload !== 'dma');
      expect(names.includes('buddy-ordered')).toBe(workload !== 'churn' || occupancy === 0.5);
      expect(names.includes('null')).toBe(!['fail', 'dma'].includes(workload) && occupancy === 0.5);
      expect(names).toEqual(expect.arrayContaining(['bitmap', 'hierarchical', 'buddy', 'tree', 'extent']));
    }
  });

  test('follows what was chosen', () => {
    const options = { ...WHOLE, allocators: 'buddy-ordered', sizes: '4G', orders: '3' };
    const cells = plannedCells(selectionOf(options));
    expect(cells.map(({ workload, order }) => `${workload} ${order}`)).toEqual([
      ...Array(3).fill('churn 3'),
      'repeat 3',
      'dma 0',
      'fail 3',
    ]);
    expect(
      plannedCells(selectionOf({ ...WHOLE, sizes: '4M', orders: '10', workloads: 'churn' })),
    ).toHaveLength(1);
  });

  test('of what is no cell', () => {
    const selection = selectionOf(WHOLE);
    expect(plannedWorkers(selection).map(({ workers, order }) => [workers, order])).toEqual([
      [1, 0],
      [2, 0],
      [4, 0],
      [1, 9],
      [2, 9],
      [4, 9],
    ]);
    expect(describedSubjects(selection).every(({ kind }) => kind === 'allocator')).toBe(true);
    const fragmenting = plannedFragmentations(selection).map(
      ({ workload, occupancy, subject }) => `${workload} ${occupancy} ${subject.name}`,
    );
    expect(fragmenting).toContain('lifetimes 0.9 tree');
    expect(fragmenting).toContain('guest 0.7 naive');
    expect(fragmenting).not.toContain('uniform 0.5 naive');
    expect(fragmenting).not.toContain('guest 0.7 null');
  });
});

test('an allocator that there is not', () => {
  expect(() => subjectOf('slob')).toThrow("no allocator 'slob'; there are bitmap");
});
