import { rowById } from '@armature/isa';
import { describe, expect, test } from 'vitest';
import type { Case } from '../src/case.ts';
import { compareAll, describeMismatch, differences } from '../src/compare.ts';
import { EXCLUSIONS, exclusionOf } from '../src/exclusions.ts';
import { RESULT } from '../src/layout.ts';
import { MODE } from '../src/state.ts';

const item: Case = {
  words: [0x9100_4020],
  seed: 5,
  mode: MODE.el1h,
  pcOffset: 0x8000,
  overrides: [],
  mayStore: true,
};

const DATA_ABORT = 0x9600_0047 | 0;
const BREAKPOINT = 0xf200_0000 | 0;

function result(esr: number, change?: (record: Int32Array) => void): Int32Array {
  const record = new Int32Array(RESULT.size);
  record[RESULT.esr] = esr;
  change?.(record);
  return record;
}

describe('differences', () => {
  test.each([
    ['vector', RESULT.vector],
    ['x0', RESULT.x],
    ['x0', RESULT.x + 1],
    ['x30', RESULT.x + 61],
    ['sp_el0', RESULT.spEl0],
    ['sp_el1', RESULT.spEl1 + 1],
    ['spsr', RESULT.spsr],
    ['elr', RESULT.elr],
    ['far', RESULT.far + 1],
    ['tpidr_el0', RESULT.tpidrEl0],
  ])('in %s are found (word %i)', (name, word) => {
    const other = result(BREAKPOINT, (record) => {
      record[word] = 1;
    });
    expect(differences(result(BREAKPOINT), other, item)).toEqual([name]);
    expect(differences(other, other, item)).toEqual([]);
  });

  test('in memory are found, also when as much changed', () => {
    const one = result(BREAKPOINT, (record) => {
      record[RESULT.changeCount] = 1;
      record[RESULT.changes + 2] = 1;
    });
    const other = one.slice();
    other[RESULT.changes + 2] = 2;
    expect(differences(result(BREAKPOINT), one, item)).toEqual(['memory']);
    expect(differences(one, other, item)).toEqual(['memory']);
  });

  test('in memory are allowed after a data abort on both sides', () => {
    const one = result(DATA_ABORT, (record) => {
      record[RESULT.changeCount] = 1;
    });
    expect(differences(one, result(DATA_ABORT), item)).toEqual([]);
    expect(differences(one, result(BREAKPOINT), item)).toEqual(['esr', 'memory']);
  });

  test('of the syndrome of a trapped MSR (immediate) are allowed as QEMU makes them only', () => {
    const daifset = { ...item, words: [0xd503_4fdf] };
    const qemu = result(0x6207_93fe);
    expect(differences(qemu, result(0x620c_d3fe), daifset)).toEqual([]);
    expect(differences(qemu, result(0x620c_d3fe), item)).toEqual(['esr']);
    expect(differences(qemu, result(0x620c_d3fc), daifset)).toEqual(['esr']);
  });
});

test('a mismatch is described with both states, the instruction and a command', () => {
  const actual = result(BREAKPOINT, (record) => {
    record[RESULT.x] = 7;
  });
  const where = () => ({ row: 'ADD_addsub_imm', configuration: 'usual' as const, index: 3 });
  const [mismatch] = compareAll(result(BREAKPOINT), actual, [item], where);
  const text = describeMismatch(mismatch!, 'npm run oracle -- case ADD_addsub_imm usual 1 3');
  expect(text).toContain('91004020  add x0, x1, #0x10');
  expect(text).toContain('state seed 5');
  expect(text).toMatch(/qemu {6}x0 0x0\n +armature {2}x0 0x7/);
  expect(text).toContain('alone: npm run oracle -- case ADD_addsub_imm usual 1 3');
});

describe('exclusions', () => {
  test.each([
    ['LDR_ldst_immpost', 0xf840_8421, 'writeback'],
    ['LDP_ldstpair_off', 0xa940_0420 | 1, 'load pair'],
    ['STXR_ldstexcl', 0xc801_7c41, 'status register'],
    ['STLR_ldstord', 0xc880_fc41, 'should be ones'],
    ['B_branch_imm', 0x1400_0000, 'branch to itself'],
    ['WFI_hints', 0xd503_207f, 'waits'],
    ['HLT_exception', 0xd45e_0000, 'semihosting'],
  ])('%s', (id, word, reason) => {
    expect(exclusionOf(rowById(id)!, word)).toContain(reason);
  });

  test('are few, and none takes an ordinary word', () => {
    expect(EXCLUSIONS.length).toBeLessThan(10);
    expect(exclusionOf(rowById('LDR_ldst_immpost')!, 0xf840_8441)).toBeUndefined();
    expect(exclusionOf(rowById('LDR_ldst_immpost')!, 0xf840_87e1)).toBeUndefined();
  });
});
