import { expect, test } from 'vitest';
import {
  ArmatureError,
  formatAddress,
  formatBytes,
  fromHalves,
  GiB,
  highHalf,
  isArmatureError,
  KiB,
  lowHalf,
  MiB,
  reg,
  systemKey,
  systemKeyName,
  toNumber,
  unconnectedLine,
} from './index.ts';

test('halves join and split without loss', () => {
  for (const value of [0n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffff_8000_0000n]) {
    expect(fromHalves(lowHalf(value), highHalf(value))).toBe(value);
  }
});

test('sizes and addresses read as people write them', () => {
  expect([KiB(4), MiB(1), GiB(2)]).toEqual([4096, 1048576, 2147483648]);
  expect(toNumber(0x4000_0000n)).toBe(0x4000_0000);
  expect(formatAddress(0x4008_0000)).toBe('0x4008_0000');
  expect(formatAddress(0xffff_0000_4008_0000n)).toBe('0xffff_0000_4008_0000');
  expect(formatAddress(0x80_0000_0000)).toBe('0x0080_0000_0000');
  expect([formatBytes(4096), formatBytes(MiB(512)), formatBytes(100), formatBytes(1536)]).toEqual([
    '4 KiB',
    '512 MiB',
    '100 bytes',
    '1.5 KiB',
  ]);
});

test('a reg property holds two cells for each address and size', () => {
  expect(reg([0x80_0000_0000, 0x1000])).toEqual({ cells: [0x80, 0, 0, 0x1000] });
});

test('system keys are the bits of the instruction', () => {
  const key = systemKey({ op0: 3, op1: 0, crn: 1, crm: 0, op2: 0 });
  expect(key).toBe((0xd5381000 >>> 5) & 0xffff);
  expect(systemKeyName(key)).toBe('S3_0_C1_C0_0');
});

test('errors carry a code, values and a hint', () => {
  const error = new ArmatureError('ADDRESS_OVERLAP', 'a and b overlap', {
    context: { a: 1 },
    hint: 'Move b.',
  });
  expect(isArmatureError(error)).toBe(true);
  expect(isArmatureError(new Error('x'))).toBe(false);
  expect([error.code, error.context, error.hint]).toEqual(['ADDRESS_OVERLAP', { a: 1 }, 'Move b.']);
});

test('an unconnected line remembers its level', () => {
  const line = unconnectedLine();
  line.set(true);
  expect(line.level).toBe(true);
});
