import { rowById } from '@armature/isa';
import { describe, expect, test } from 'vitest';
import { compareUser, describeUser } from '../src/user/compare.ts';
import { generateInto } from '../src/user/generate.ts';
import { FAULT, RECORD, Records } from '../src/user/record.ts';

const row = (id: string) => rowById(id)!;

function casesOf(id: string, count = 4, first = 0): Records {
  const cases = new Records(count);
  generateInto(cases, row(id), 5, first);
  return cases;
}

describe('cases', () => {
  test('depend on nothing but row, seed and number', () => {
    const all = casesOf('FADD_asimdsame', 8);
    expect(casesOf('FADD_asimdsame', 8).bytes).toEqual(all.bytes);
    expect(casesOf('FADD_asimdsame', 3, 5).bytes).toEqual(all.slice(5, 8).bytes);
  });

  test('vary FPCR for floating point alone', () => {
    const cases = casesOf('FADD_asimdsame', 100);
    const controls = new Set(Array.from({ length: 100 }, (_, index) => cases.get(index, 'fpcr')));
    expect(controls.size).toBeGreaterThan(20);
    expect(casesOf('ADD_asimdsame', 1).get(0, 'fpcr')).toBe(0);
  });
});

describe('results', () => {
  test.each([
    ['nzcv', RECORD.nzcv],
    ['fpcr', RECORD.fpcr],
    ['fpsr', RECORD.fpsr],
    ['x0', RECORD.x],
    ['sp', RECORD.sp],
    ['v31', RECORD.v + 16 * 31],
  ])('that differ in %s differ, and say so', (name, offset) => {
    const cases = casesOf('FADD_asimdsame');
    const expected = cases.copy();
    const actual = cases.copy();
    actual.words[actual.at(2, offset)]! ^= 1;
    expect(compareUser(row('FADD_asimdsame'), cases, expected, actual)).toEqual({
      exempt: [],
      different: [2],
    });
    const text = describeUser(cases, 2, [
      ['qemu', expected],
      ['armature', actual],
    ]);
    expect(text).toMatch(new RegExp(`armature  ${name} .*differs`));
    expect(text).toContain('fadd v');
  });

  test('after a fault: V registers must be as they were, and memory may be anything', () => {
    const cases = casesOf('ST4_asisdlsep', 1);
    const expected = cases.copy();
    const actual = cases.copy();
    for (const list of [expected, actual]) list.set(0, 'fault', FAULT.access);
    expected.words[expected.at(0, RECORD.v)]! ^= 1;
    expected.set(0, 'changeCount', 1);
    expect(compareUser(row('ST4_asisdlsep'), cases, expected, actual).different).toEqual([]);
    actual.words[actual.at(0, RECORD.v)]! ^= 1;
    expect(compareUser(row('ST4_asisdlsep'), cases, expected, actual).different).toEqual([0]);
  });

  test("are exempt only as far as QEMU's fault goes", () => {
    const id = 'FCVTZS_asisdshf_half';
    const cases = casesOf(id, 1);
    const expected = cases.copy();
    const actual = cases.copy();
    const at = cases.at(0, RECORD.v + 16 * (cases.get(0, 'word') & 31));
    actual.words[at] = 0x8001;
    expected.words[at] = 0xffff_8001 | 0;
    expect(compareUser(row(id), cases, expected, actual.copy())).toEqual({ exempt: [0], different: [] });
    actual.words[at + 1]! ^= 1;
    expect(compareUser(row(id), cases, expected, actual).different).toEqual([0]);
  });
});
