import { type BareMachine, bareMachine, CODE } from '../bare-machine.ts';
import type { PointerCase, PointerResult } from './qemu.ts';

const KEY_NAMES = ['APIA', 'APIB', 'APDA', 'APDB', 'APGA'].flatMap((name) => [
  `${name}KeyLo_EL1`,
  `${name}KeyHi_EL1`,
]);

/** ID_AA64ISAR1_EL1.APA and GPA: the architecture's algorithm. */
export const ISAR1_QARMA5 = (1n << 4n) | (1n << 24n);

/** A machine with the architecture's algorithm, or the IMPLEMENTATION DEFINED one. */
export async function pointerMachine(algorithm: 'qarma5' | 'fast'): Promise<BareMachine> {
  const machine = await bareMachine({ model: 'max', features: ['base', 'FEAT_PAuth'] });
  const isar1 = machine.registers.byName('ID_AA64ISAR1_EL1');
  if (isar1 === undefined) throw new Error('no ID_AA64ISAR1_EL1');
  machine.cpu.set64(isar1.offset, algorithm === 'qarma5' ? ISAR1_QARMA5 : (1n << 8n) | (1n << 28n));
  return machine;
}

/** Sets the ten halves of the keys. */
export function setKeys(machine: BareMachine, keys: readonly bigint[]): void {
  KEY_NAMES.forEach((name, index) => {
    const register = machine.registers.byName(name);
    if (register === undefined) throw new Error(`no ${name}`);
    machine.cpu.set64(register.offset, keys[index] ?? 0n);
  });
}

/** Runs cases at EL1 with the MMU off. */
export function runOnInterpreter(machine: BareMachine, cases: readonly PointerCase[]): PointerResult[] {
  const { cpu, memory } = machine;
  return cases.map(({ word, sctlr, tcr, pointer, modifier, sp, keys }) => {
    machine.sctlr(sctlr);
    cpu.setSystem('TCR_EL1', tcr);
    setKeys(machine, keys);
    machine.setX({ 0: pointer, 1: modifier, 16: modifier, 17: pointer, 30: pointer });
    cpu.sp = sp;
    memory.writeU32(CODE, word);
    cpu.pc = BigInt(CODE);
    machine.engine.run(1);
    if (cpu.pc !== BigInt(CODE + 4)) throw new Error(`0x${word.toString(16)} went elsewhere`);
    return [cpu.x(0), cpu.x(17), cpu.x(30)];
  });
}
