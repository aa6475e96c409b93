import { CPU_BLOCK, CPU_STATE, CpuState } from '@armature/core';
import { checkAccess, createSystemRegisters, readRegister } from '@armature/sysregs';
import { describe, expect, test } from 'vitest';
import { cpuModel } from '../models/index.ts';
import { cpuRegisters, type RandomSource, SeededNumbers } from './index.ts';

function build(random: RandomSource) {
  const pages = Math.ceil(CPU_BLOCK.size / 65536) + 1;
  const cpu = new CpuState(new WebAssembly.Memory({ initial: pages }), 4096);
  const registers = createSystemRegisters();
  registers.add(cpuRegisters(cpuModel('max'), { random }), 'cpu');
  registers.reset(cpu);
  return { cpu, registers };
}

describe('RNDR', () => {
  test('is not there without its feature', () => {
    const model = cpuModel('max', { remove: ['FEAT_RNG'] });
    expect(cpuRegisters(model).filter(({ name }) => name.startsWith('RNDR'))).toEqual([]);
    expect(model.idRegisters.ID_AA64ISAR0_EL1 >> 60n).toBe(0n);
  });

  test('gives the numbers of its source at EL0 and clears the flags', () => {
    const values = [
      { lo: 1, hi: 2 },
      { lo: -1, hi: 0x7fff_ffff },
    ];
    const { cpu, registers } = build({ next: () => values.shift()! });
    expect(cpu.get64(registers.byName('ID_AA64ISAR0_EL1')!.offset) >> 60n).toBe(1n);
    for (const [name, value] of [
      ['RNDR', 0x2_0000_0001n],
      ['RNDRRS', 0x7fff_ffff_ffff_ffffn],
    ] as const) {
      const register = registers.byName(name)!;
      cpu.nzcv = 0xf000_0000;
      cpu.pstate = 0;
      expect(checkAccess(cpu, register, true)).toBe('ok');
      expect(checkAccess(cpu, register, false)).toBe('undefined');
      readRegister(cpu, register);
      expect(cpu.get64(CPU_STATE.transfer)).toBe(value);
      expect(cpu.nzcv).toBe(0);
    }
  });
});

describe('numbers from a seed', () => {
  const take = (source: SeededNumbers, count: number): string[] =>
    Array.from({ length: count }, () => {
      const { lo, hi } = source.next();
      return `${hi} ${lo}`;
    });

  test('are the same again after a reset, and others from another seed', () => {
    const source = new SeededNumbers(1);
    const first = take(source, 1000);
    expect(new Set(first).size).toBe(1000);
    source.reset();
    expect(take(source, 1000)).toEqual(first);
    expect(take(new SeededNumbers(2), 1)).not.toEqual(first.slice(0, 1));
  });

  test('go on from a place', () => {
    const source = new SeededNumbers(3);
    take(source, 10);
    const { place } = source;
    const next = take(source, 5);
    const other = new SeededNumbers(4);
    other.place = place;
    expect(take(other, 5)).toEqual(next);
  });

  test('have every bit set about half of the time', () => {
    const source = new SeededNumbers(7);
    const counts = new Array<number>(64).fill(0);
    for (let round = 0; round < 2000; round++) {
      const { lo, hi } = source.next();
      for (let bit = 0; bit < 64; bit++)
        counts[bit] += ((bit < 32 ? lo >>> bit : hi >>> (bit - 32)) & 1) as number;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
