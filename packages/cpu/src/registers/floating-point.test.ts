import { CPU_BLOCK, CPU_STATE, CpuState, PSTATE } from '@armature/core';
import type { Feature } from '@armature/isa';
import { checkAccess, createSystemRegisters, readRegister, writeRegister } from '@armature/sysregs';
import { describe, expect, test } from 'vitest';
import { HOST_ARITHMETIC } from '../floating-point/unit.ts';
import { withoutUnimplemented } from '../models/index.ts';
import { max } from '../models/max.ts';
import { cpuRegisters } from './index.ts';

const FPEN_NONE = 0n;
const FPEN_EL1 = 1n << 20n;
const FPEN_ALL = 3n << 20n;

function guest(...features: Feature[]) {
  const pages = Math.ceil(CPU_BLOCK.size / 65536) + 1;
  const cpu = new CpuState(new WebAssembly.Memory({ initial: pages }), 4096);
  const registers = createSystemRegisters();
  registers.add(cpuRegisters(withoutUnimplemented(max, new Set<Feature>(['base', ...features]))), 'cpu');
  registers.reset(cpu);
  cpu.setSystem('CPACR_EL1', FPEN_ALL);
  const named = (name: string) => registers.byName(name)!;
  return {
    cpu,
    registers,
    access: (name: string, el: 0 | 1) => {
      cpu.pstate = (el << PSTATE.elShift) | el;
      return checkAccess(cpu, named(name), true);
    },
    write: (name: string, value: bigint) => {
      const [lo, hi] = [value, value >> 32n].map((half) => Number(BigInt.asIntN(32, half)));
      writeRegister(cpu, named(name), lo as number, hi as number);
    },
    read: (name: string) => {
      readRegister(cpu, named(name));
      return cpu.get64(CPU_STATE.transfer);
    },
  };
}

const { exact, inexact, flushing } = HOST_ARITHMETIC;

const ONES = 2n ** 64n - 1n;

describe('FPCR and FPSR', () => {
  test('come with floating point', () => {
    const { registers } = guest();
    expect([registers.byName('FPCR'), registers.byName('FPSR')]).toEqual([undefined, undefined]);
  });

  test('hold the fields that are implemented', () => {
    const { write, read } = guest('FEAT_FP', 'FEAT_AdvSIMD');
    expect([read('FPCR'), read('FPSR')]).toEqual([0n, 0n]);
    write('FPCR', ONES);
    write('FPSR', ONES);
    expect([read('FPCR'), read('FPSR')]).toEqual([0x07c0_0000n, 0x0800_009fn]);
  });

  test('FZ16 comes with half-precision', () => {
    const { write, read } = guest('FEAT_FP', 'FEAT_AdvSIMD', 'FEAT_FP16');
    write('FPCR', ONES);
    expect(read('FPCR')).toBe(0x07c8_0000n);
  });

  test.each(['FPCR', 'FPSR'])('%s traps as CPACR_EL1.FPEN says', (name) => {
    const { cpu, access } = guest('FEAT_FP');
    const trap = { trapClass: 7 };
    const answers = [FPEN_NONE, FPEN_EL1, 2n << 20n, FPEN_ALL].map((enable) => {
      cpu.setSystem('CPACR_EL1', enable);
      return [access(name, 0), access(name, 1)];
    });
    expect(answers).toEqual([
      [trap, trap],
      [trap, 'ok'],
      [trap, trap],
      ['ok', 'ok'],
    ]);
  });

  test.each([
    ['exact results alone before FPSR.IXC is set', 0n, 0n, exact],
    ['all results afterwards', 0n, 0x10n, exact | inexact],
    ['not with another rounding mode', 1n << 22n, 0x10n, 0],
    ['normal numbers alone while others are flushed', 1n << 24n, 0n, exact | flushing],
    ['with default NaNs and the alternative half-precision', 3n << 25n, 0x10n, exact | inexact],
  ])('let the host compute %s', (_, control, status, expected) => {
    const { cpu, write } = guest('FEAT_FP', 'FEAT_FP16');
    write('FPCR', control);
    write('FPSR', status);
    expect(cpu.lo(CPU_STATE.hostArithmetic)).toBe(expected);
  });
});
