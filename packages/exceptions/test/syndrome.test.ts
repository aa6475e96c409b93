import { describe, expect, test } from 'vitest';
import {
  aarch64Exceptions,
  buildSyndrome,
  describeSyndrome,
  EXCEPTION_CLASS,
  exceptionClassName,
  exceptionClassOf,
  faultStatusName,
  issOf,
} from '../src/index.ts';

test('a syndrome is built and taken apart', () => {
  const syndrome = buildSyndrome(EXCEPTION_CLASS.brk, 0xf000);
  expect(syndrome).toBe(0xf200_f000);
  expect(exceptionClassOf(syndrome)).toBe(EXCEPTION_CLASS.brk);
  expect(issOf(syndrome)).toBe(0xf000);
  expect(buildSyndrome(EXCEPTION_CLASS.unknown, 0, false)).toBe(0);
});

test('every class has a name, every other value says that it is reserved', () => {
  const known = new Set<number>(Object.values(EXCEPTION_CLASS));
  for (let value = 0; value < 64; value++) {
    expect(exceptionClassName(value).startsWith('Reserved')).toBe(!known.has(value));
  }
});

test.each([
  [0b000000, 'Address size fault, level 0'],
  [0b000111, 'Translation fault, level 3'],
  [0b001001, 'Access flag fault, level 1'],
  [0b001110, 'Permission fault, level 2'],
  [0b010000, 'Synchronous External abort, not on translation table walk'],
  [0b010110, 'Synchronous External abort on translation table walk, level 2'],
  [0b100001, 'Alignment fault'],
  [0b110000, 'TLB conflict abort'],
  [0b111111, 'Reserved fault status 0x3f'],
])('fault status %s is %s', (status, name) => {
  expect(faultStatusName(status)).toBe(name);
});

describe('readable syndromes', () => {
  test.each([
    [0x5600_0005, 'SVC: #0x5'],
    [0x5600_0000, 'SVC: #0x0'],
    [0xf200_0800, 'BRK instruction: #0x800'],
    [0x9600_0045, 'Data Abort at the same level: Translation fault, level 1, write'],
    [0x9200_004f, 'Data Abort from a lower level: Permission fault, level 3, write'],
    [
      0x9600_0010,
      'Data Abort at the same level: Synchronous External abort, not on translation table walk, read',
    ],
    [
      0x9600_0147,
      'Data Abort at the same level: Translation fault, level 3, write, cache maintenance or address translation',
    ],
    [0x93c3_8007, 'Data Abort from a lower level: Translation fault, level 3, read, 8 bytes, X3'],
    [0x8600_0006, 'Instruction Abort at the same level: Translation fault, level 2'],
    [0x8600_0406, 'Instruction Abort at the same level: Translation fault, level 2, FAR not valid'],
    [0x6234_4061, 'Trapped MSR, MRS or System instruction: MRS X3, S3_1_C0_C0_2'],
    [0x623e_dfec, 'Trapped MSR, MRS or System instruction: MSR S3_3_C7_C6_7, XZR'],
    [0x0600_0001, 'Trapped WFI or WFE: WFE'],
    [0x0200_0000, 'Unknown reason'],
    [0x3a00_0000, 'Illegal Execution state'],
    [0x8a00_0000, 'PC alignment fault'],
    [0xbe00_0000, 'SError: uncategorized'],
    [0xbf12_3456, 'SError: IMPLEMENTATION DEFINED 0x123456'],
    [0xbe00_0411, 'SError: unrecoverable'],
    [0xb280_0003, 'Trapped floating-point exception: DZF IOF'],
    [0xb200_0003, 'Trapped floating-point exception: flags not valid'],
    [0xd600_0040, 'Watchpoint at the same level: write'],
    [0x3400_0002, 'Branch Target Exception: PSTATE.BTYPE 2'],
    [0x1fe0_0000, 'Trapped access to SIMD or floating-point: ISS 0x1e00000'],
    [0x0a00_0000, 'Reserved class 0x2'],
  ])('%s: %s', (syndrome, text) => {
    expect(describeSyndrome(syndrome)).toBe(text);
  });

  test('any value has a description', () => {
    for (let syndrome = 0; syndrome < 2 ** 32; syndrome += 0x0012_3457) {
      expect(describeSyndrome(syndrome)).not.toMatch(/undefined|NaN/);
    }
  });
});

test('the part keeps its options and lets a CPU model override them', async () => {
  const part = aarch64Exceptions({ pan: true });
  expect(part.toJSON?.()).toEqual({ part: 'exceptions', pan: true });
  const component = await part.create({} as never);
  const factory = component.capabilities?.exceptions;
  const names = (model = factory?.createExceptionModel()) => model?.registers.map(({ name }) => name);
  expect(names()).toContain('PAN');
  expect(names(factory?.createExceptionModel({ pan: false, uao: true }))).toContain('UAO');
  expect(names(factory?.createExceptionModel({ pan: false, uao: true }))).not.toContain('PAN');
});
