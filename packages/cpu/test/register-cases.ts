import { CPU_STATE, sharedRegisterOffset } from '@armature/core';
import { FEATURES } from '@armature/isa';
import { BareMachine, CODE } from './bare-machine.ts';

const FPEN = 3n << 20n;
const FPCR = sharedRegisterOffset('FPCR');
const FPSR = sharedRegisterOffset('FPSR');

/** One instruction on V registers. */
export interface RegisterCase {
  readonly word: number;
  /** Default 0. */
  readonly fpcr?: number;
  readonly fpsr?: number;
  /** Sixteen bytes each, from V0 on; fewer leave the others zero. */
  readonly v: readonly Uint8Array[];
}

/** V0 to V31 and FPSR afterwards. */
export interface RegisterResult {
  readonly fpsr: number;
  readonly v: (register: number) => DataView;
}

/** A CPU with all features, MMU off, that runs instructions one by one. */
export async function registerRunner(): Promise<(item: RegisterCase) => RegisterResult> {
  const machine = new BareMachine({ model: 'max', features: FEATURES });
  await machine.engine.prepare();
  machine.reset();
  machine.cpu.setSystem('CPACR_EL1', FPEN);
  const { cpu, memory } = machine;
  const bytes = new Uint8Array(memory.memory.buffer);
  return ({ word, fpcr = 0, fpsr = 0, v }) => {
    const from = cpu.base + CPU_STATE.v;
    bytes.fill(0, from, from + 512);
    v.forEach((register, index) => {
      bytes.set(register, from + 16 * index);
    });
    cpu.set(FPCR, fpcr, 0);
    cpu.set(FPSR, fpsr, 0);
    memory.writeU32(CODE, word);
    cpu.pc = BigInt(CODE);
    machine.engine.run(1);
    if (cpu.pc !== BigInt(CODE + 4)) throw new Error(`0x${word.toString(16)} is an exception`);
    const result = bytes.slice(from, from + 512);
    return {
      fpsr: cpu.lo(FPSR),
      v: (register) => new DataView(result.buffer, 16 * register, 16),
    };
  };
}

/** Sixteen bytes of lanes. */
export function lanes(bits: 32 | 64, ...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  values.forEach((value, lane) => {
    if (bits === 64) view.setFloat64(8 * lane, value, true);
    else view.setFloat32(4 * lane, value, true);
  });
  return bytes;
}
