import { ACCESS, PERMISSION, PSTATE } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { Bench, D, M, RAM_BASE, rights, WXN } from './helpers.ts';

const VA = 0x0000_0040_0000_0000n;
const HIGH = 0xffff_8000_0000_0000n;

function bench(leaf: bigint, options: { tables?: bigint[]; sctlr?: bigint; va?: bigint } = {}): Bench {
  const made = new Bench();
  made.enable({ sctlr: options.sctlr ?? M });
  made.page(options.va ?? VA, RAM_BASE, leaf, options.tables);
  return made;
}

describe('access permissions and execute-never', () => {
  const { el0, readOnly, UXN, PXN } = D;
  test.each([
    ['AP 00', 0n, 'rwx --x'],
    ['AP 01', el0, 'rw- rwx'],
    ['AP 10', readOnly, 'r-x --x'],
    ['AP 11', el0 | readOnly, 'r-x r-x'],
    ['AP 00, UXN', UXN, 'rwx ---'],
    ['AP 01, UXN', el0 | UXN, 'rw- rw-'],
    ['AP 10, UXN', readOnly | UXN, 'r-x ---'],
    ['AP 11, UXN', el0 | readOnly | UXN, 'r-x r--'],
    ['AP 00, PXN', PXN, 'rw- --x'],
    ['AP 01, PXN', el0 | PXN, 'rw- rwx'],
    ['AP 10, PXN', readOnly | PXN, 'r-- --x'],
    ['AP 11, PXN', el0 | readOnly | PXN, 'r-- r-x'],
    ['AP 00, both', UXN | PXN, 'rw- ---'],
    ['AP 11, both', el0 | readOnly | UXN | PXN, 'r-- r--'],
  ])('%s', (_, leaf, expected) => {
    expect(rights(bench(leaf), VA)).toBe(expected);
    expect(rights(bench(leaf, { va: HIGH }), HIGH)).toBe(expected);
  });

  test.each([
    ['AP 00', 0n, 'rw- --x'],
    ['AP 01', el0, 'rw- rw-'],
    ['AP 10', readOnly, 'r-x --x'],
    ['AP 11', el0 | readOnly, 'r-x r-x'],
  ])('%s under WXN', (_, leaf, expected) => {
    expect(rights(bench(leaf, { sctlr: M | WXN }), VA)).toBe(expected);
  });
});

describe('hierarchical control', () => {
  test.each([0, 1, 2])('from level %i', (level) => {
    const tables = (flag: bigint): bigint[] => [0, 1, 2].map((at) => (at === level ? flag : 0n));
    const at = (leaf: bigint, flag: bigint): string => rights(bench(leaf, { tables: tables(flag) }), VA);
    expect(at(D.el0 | D.readOnly, D.PXNTable)).toBe('r-- r-x');
    expect(at(D.el0 | D.readOnly, D.UXNTable)).toBe('r-x r--');
    expect(at(D.el0, D.noEl0Table)).toBe('rwx --x');
    expect(at(D.el0, D.readOnlyTable)).toBe('r-x r-x');
    expect(at(D.el0, D.noEl0Table | D.readOnlyTable | D.PXNTable | D.UXNTable)).toBe('r-- ---');
  });

  test('limits add up over levels', () => {
    expect(rights(bench(D.el0, { tables: [D.noEl0Table, D.readOnlyTable, D.UXNTable] }), VA)).toBe('r-x ---');
  });
});

describe('PAN', () => {
  test('takes EL1’s data access to what EL0 can read, and nothing else', () => {
    const user = bench(D.el0 | D.readOnly);
    user.cpu.pstate |= PSTATE.PAN;
    expect(rights(user, VA)).toBe('--x r-x');
    user.cpu.pstate &= ~PSTATE.PAN;
    expect(rights(user, VA)).toBe('r-x r-x');
    const kernel = bench(0n);
    kernel.cpu.pstate |= PSTATE.PAN;
    expect(rights(kernel, VA)).toBe('rwx --x');
  });

  test('a PAN fault is a permission fault of the leaf’s level', () => {
    const made = new Bench();
    made.enable();
    made.leaf(VA, 2, BigInt(RAM_BASE) | D.block | D.AF | D.el0);
    made.cpu.pstate |= PSTATE.PAN;
    expect(made.translate(VA)).toBe('0b001110');
  });
});

describe('the result', () => {
  test('permissions are those at the privilege asked for', () => {
    const made = bench(D.el0 | D.readOnly | D.PXN);
    made.translate(VA, ACCESS.read, true);
    expect(made.translator.result.permissions).toBe(PERMISSION.read);
    made.translate(VA, ACCESS.read, false);
    expect(made.translator.result.permissions).toBe(PERMISSION.read | PERMISSION.execute);
  });

  test.each([
    [0, 0xff, 3, false],
    [1, 0x44, 2, false],
    [2, 0x00, 2, true],
    [3, 0x04, 2, true],
    [4, 0x08, 2, true],
    [5, 0x0c, 2, true],
    [6, 0xbb, 3, false],
    [7, 0x44, 2, false],
  ])('AttrIndx %i is attribute byte %i', (index, attributes, shareability, device) => {
    const made = bench(D.attr(index) | D.inner);
    made.translate(VA);
    expect(made.translator.result).toMatchObject({ attributes, shareability, device });
    made.translate(VA);
    expect(made.translator.result).toMatchObject({ attributes, shareability, device });
  });

  test('a change of MAIR_EL1 shows at once', () => {
    const made = bench(D.attr(0));
    made.translate(VA);
    made.set('MAIR_EL1', 0x00n);
    made.translate(VA);
    expect(made.translator.result.device).toBe(true);
  });
});

describe('MMU off', () => {
  test('addresses stand for themselves, data is Device-nGnRnE, fetches are Normal', () => {
    const made = new Bench();
    expect(made.translate(0x4000_1234n)).toBe(0x4000_1234);
    expect(made.translator.result).toMatchObject({ attributes: 0, shareability: 2, device: true });
    expect(made.translate(0xff_4000_1234n, ACCESS.execute, false)).toBe(0xff_4000_1234);
    expect(made.translator.result).toMatchObject({ attributes: 0x44, device: false, permissions: 7 });
    made.set('SCTLR_EL1', 1n << 12n);
    made.translate(0x4000_1234n, ACCESS.execute);
    expect(made.translator.result).toMatchObject({ attributes: 0xaa, device: false });
  });

  test('an address beyond the physical size is an address size fault, level 0', () => {
    const made = new Bench();
    expect(made.translate((1n << 44n) - 1n)).toBe(2 ** 44 - 1);
    expect(made.translate(1n << 44n)).toBe('0b000000');
    expect(made.translate(0xffff_8000_0000_0000n)).toBe('0b000000');
    const small = new Bench({ physicalAddressBits: 40 });
    expect(small.translate(1n << 40n)).toBe('0b000000');
  });

  test('TBI takes the tag away here, too', () => {
    const made = new Bench();
    expect(made.translate(0x5a00_0000_4000_0000n)).toBe('0b000000');
    made.set('TCR_EL1', 1n << 37n);
    expect(made.translate(0x5a00_0000_4000_0000n)).toBe(0x4000_0000);
    expect(made.translate(0x5a80_0000_4000_0000n)).toBe('0b000000');
  });
});
