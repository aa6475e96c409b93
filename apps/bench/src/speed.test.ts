import { MiB } from '@armature/core';
import { boot, virt } from '@armature/machine';
import { describe, expect, test } from 'vitest';
import type { Emulator } from './emulators.ts';
import { PROGRAMS, programImage } from './programs.ts';
import { speedReport } from './report.ts';
import { measureProgram, speedOf } from './speed.ts';
import { median, scatter } from './statistics.ts';
import { renderTable } from './table.ts';

/** What QEMU 7.2 prints for two iterations. */
const RESULTS: Readonly<Record<string, string>> = {
  loop: '0000000000000000',
  calls: '00000000000034da',
  kernels: '560e3d423f2885b4',
};

describe('programs', () => {
  test.each(PROGRAMS)('$name gives on Armature what it gives on QEMU', async ({ name }) => {
    let output = '';
    const machine = await virt({
      memory: MiB(8),
      onTransmit: (byte) => {
        output += String.fromCharCode(byte);
      },
    }).build();
    boot(machine, { image: programImage(name, 2) });
    expect(machine.runSync({ maxInstructions: 20_000_000 }).reason).toBe('power-off');
    expect(output).toBe(`${RESULTS[name]}\n`);
  });

  test('the number of iterations is part of the image', () => {
    const image = programImage('loop', 0x1_2345_6789);
    expect(new DataView(image.buffer).getBigUint64(8, true)).toBe(0x1_2345_6789n);
  });
});

describe('statistics', () => {
  test('median', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow('nothing');
  });

  test('scatter is half the distance between the quartiles', () => {
    expect(scatter([10, 10, 10])).toBe(0);
    expect(scatter([8, 9, 10, 11, 12])).toBeCloseTo(0.1);
  });
});

describe('speed', () => {
  test('leaves start-up out', () => {
    const samples = [{ short: 1.2, long: 2 }];
    const speed = speedOf('x', samples, { short: 100e6, long: 500e6 });
    expect(speed.rate).toBeCloseTo(500);
    expect(speed.startUp).toBeCloseTo(1);
  });

  const emulator = (name: string, output: string, instructions?: number): Emulator => ({
    name,
    run: (file) => ({
      seconds: file.includes('short') ? 0.3 : 1.1,
      output,
      ...(instructions !== undefined && {
        instructions: file.includes('short') ? instructions / 5 : instructions,
      }),
    }),
  });

  test('takes turns and reports a ratio', () => {
    const emulators = [emulator('QEMU', '1'), emulator('Armature', '1', 1e9)];
    const result = measureProgram(PROGRAMS[0]!, emulators, { rounds: 3, scale: 0.001 });
    expect(result.speeds.map(({ rate }) => Math.round(rate))).toEqual([1000, 1000]);
    expect(speedReport([result])).toContain('1.00 x');
  });

  test('refuses to compare different outputs', () => {
    const emulators = [emulator('QEMU', '1'), emulator('Armature', '2', 1e9)];
    expect(() => measureProgram(PROGRAMS[0]!, emulators, { rounds: 1, scale: 0.001 })).toThrow(
      'outputs differ',
    );
  });
});

test('renderTable aligns columns', () => {
  expect(
    renderTable([
      ['name', 'n'],
      ['a', '10'],
    ]),
  ).toBe('name   n\n----  --\na     10');
});
