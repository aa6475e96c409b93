import { PSTATE } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { Bench, D, RAM_BASE } from './helpers.ts';

const VA = 0x0000_0040_0000_0000n;
const FAULT = 0x801n;

function enabled(): Bench {
  const bench = new Bench();
  bench.enable();
  return bench;
}

function par(bench: Bench, operation: string, va: bigint): bigint {
  bench.cpu.setSystem('PAR_EL1', 0xdead_beefn);
  expect(bench.operate(`AT ${operation}`, va)).toBeUndefined();
  return bench.cpu.system('PAR_EL1');
}

describe('success', () => {
  test.each([
    ['Normal write-back, Inner Shareable', D.attr(0) | D.inner, 0xff00_0000_4000_0b80n],
    ['Normal write-back, Non-shareable', D.attr(0), 0xff00_0000_4000_0a00n],
    ['Normal write-back, Outer Shareable', D.attr(0) | D.outer, 0xff00_0000_4000_0b00n],
    ['Normal Non-cacheable is Outer Shareable', D.attr(1) | D.inner, 0x4400_0000_4000_0b00n],
    ['Device is Outer Shareable', D.attr(3), 0x0400_0000_4000_0b00n],
  ])('%s', (_, flags, expected) => {
    const bench = enabled();
    bench.page(VA, RAM_BASE, flags);
    expect(par(bench, 'S1E1R', VA + 0xabcn)).toBe(expected);
  });

  test('the address of the page within a block, above 4 GiB', () => {
    const bench = enabled();
    bench.leaf(VA, 1, 0x80_4000_0000n | D.block | D.AF);
    expect(par(bench, 'S1E1W', VA + 0x2345_6789n)).toBe(0xff00_0080_6345_6a00n);
  });

  test('MMU off: the address itself, Device-nGnRnE, Outer Shareable', () => {
    expect(par(new Bench(), 'S1E1R', 0x4000_0123n)).toBe(0x4000_0b00n);
  });
});

describe('faults', () => {
  test.each([
    ['S1E1R', 0n, 'ok'],
    ['S1E1W', 0n, 'ok'],
    ['S1E0R', 0n, 0x0f],
    ['S1E0W', 0n, 0x0f],
    ['S1E1W', D.readOnly, 0x0f],
    ['S1E0R', D.el0 | D.readOnly, 'ok'],
    ['S1E0W', D.el0 | D.readOnly, 0x0f],
    ['S1E0W', D.el0, 'ok'],
  ])('%s with %s', (operation, flags, expected) => {
    const bench = enabled();
    bench.page(VA, RAM_BASE, flags);
    const value = par(bench, operation, VA);
    if (expected === 'ok') expect(value & 1n).toBe(0n);
    else expect(value).toBe(FAULT | (BigInt(expected) << 1n));
  });

  test('translation, access flag and address size', () => {
    const bench = enabled();
    expect(par(bench, 'S1E1R', VA)).toBe(FAULT | (0x04n << 1n));
    bench.leaf(VA, 2, BigInt(RAM_BASE) | D.block);
    expect(par(bench, 'S1E1R', VA)).toBe(FAULT | (0x0an << 1n));
    bench.leaf(VA, 2, (1n << 45n) | D.block);
    expect(par(bench, 'S1E1R', VA)).toBe(FAULT | (0x02n << 1n));
    expect(par(new Bench(), 'S1E1R', 1n << 44n)).toBe(FAULT);
  });

  test('an external abort on the walk is the operation’s own fault and leaves PAR_EL1 alone', () => {
    const bench = enabled();
    bench.leaf(VA, 1, 0x1000n | D.table);
    bench.cpu.setSystem('PAR_EL1', 0x1234n);
    expect(bench.operate('AT S1E1R', VA)).toEqual({ faultStatus: 0b010110 });
    expect(bench.cpu.system('PAR_EL1')).toBe(0x1234n);
  });
});

test('AT S1E1 does not see PAN, and counts in no statistics', () => {
  const bench = enabled();
  bench.page(VA, RAM_BASE, D.el0);
  bench.cpu.pstate |= PSTATE.PAN;
  expect(par(bench, 'S1E1W', VA) & 1n).toBe(0n);
  expect(bench.translator.statistics).toEqual({ hits: 0, misses: 0, faults: 0 });
});
