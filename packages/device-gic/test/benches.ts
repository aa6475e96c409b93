/** GICs on a bench: their registers as guests access them, and the lines they drive. */
import { CPU_BLOCK, CPU_STATE, CpuState, unconnectedLine } from '@armature/core';
import { checkAccess, createSystemRegisters, readRegister, writeRegister } from '@armature/sysregs';
import { type CpuInputs, GicV2, GicV3, REDISTRIBUTOR_SIZE } from '../src/index.ts';

/** Interrupt inputs of some CPUs. */
function makeInputs(cpus: number): CpuInputs[] {
  return Array.from({ length: cpus }, () => ({ irq: unconnectedLine(), fiq: unconnectedLine() }));
}

/** The signal of each CPU: '-', 'irq' or 'fiq'. */
const signalsOf = (inputs: readonly CpuInputs[]): string[] =>
  inputs.map(({ irq, fiq }) => (irq.level ? 'irq' : '') + (fiq.level ? 'fiq' : '') || '-');

export function benchV2(cpus = 1, spis = 96) {
  const inputs = makeInputs(cpus);
  let current = 0;
  const gic = new GicV2({ cpus: inputs, spis, accessingCpu: () => current });
  const as = <Result>(cpu: number, access: () => Result): Result => {
    current = cpu;
    return access();
  };
  return {
    gic,
    inputs,
    signals: () => signalsOf(inputs),
    dist: (offset: number, cpu = 0): number => as(cpu, () => gic.distributor.read(offset, 4)),
    setDist: (offset: number, value: number, cpu = 0, size: 1 | 2 | 4 = 4): void =>
      as(cpu, () => void gic.distributor.write(offset, size, value >>> 0)),
    cpuif: (offset: number, cpu = 0): number => as(cpu, () => gic.cpuInterface.read(offset, 4)),
    setCpuif: (offset: number, value: number, cpu = 0): void =>
      as(cpu, () => void gic.cpuInterface.write(offset, 4, value >>> 0)),
    line: (intid: number, level: boolean, cpu = 0): void => gic.table.setLine(intid, cpu, level),
  };
}

export function benchV3(cpus = 1, spis = 96) {
  const inputs = makeInputs(cpus);
  const gic = new GicV3({ cpus: inputs, spis });
  const pages = Math.ceil((4096 + cpus * CPU_BLOCK.size) / 65536);
  const memory = new WebAssembly.Memory({ initial: pages });
  const states = inputs.map((_, index) => new CpuState(memory, 4096 + index * CPU_BLOCK.size, index));
  const registry = createSystemRegisters();
  registry.add(gic.registers, 'gic');
  for (const cpu of states) registry.reset(cpu);
  const row = (name: string) => registry.byName(`ICC_${name}_EL1`)!;
  return {
    gic,
    inputs,
    states,
    row,
    signals: () => signalsOf(inputs),
    access: (name: string, el: number, isRead: boolean) => {
      states[0].pstate = el << 2;
      return checkAccess(states[0], row(name), isRead);
    },
    icc(name: string, cpu = 0): number {
      readRegister(states[cpu], row(name));
      return states[cpu].lo(CPU_STATE.transfer) >>> 0;
    },
    setIcc: (name: string, value: number, cpu = 0, high = 0): void => {
      writeRegister(states[cpu], row(name), value | 0, high | 0);
    },
    dist: (offset: number): number => gic.distributor.read(offset, 4),
    setDist: (offset: number, value: number, size: 1 | 2 | 4 = 4): void =>
      void gic.distributor.write(offset, size, value >>> 0),
    redist: (offset: number, cpu = 0): number =>
      gic.redistributors.read(cpu * REDISTRIBUTOR_SIZE + offset, 4),
    setRedist: (offset: number, value: number, cpu = 0, size: 1 | 2 | 4 = 4): void =>
      void gic.redistributors.write(cpu * REDISTRIBUTOR_SIZE + offset, size, value >>> 0),
    line: (intid: number, level: boolean, cpu = 0): void => gic.table.setLine(intid, cpu, level),
  };
}
