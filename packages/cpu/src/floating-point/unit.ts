import { CPU_STATE, type CpuState, sharedRegisterOffset } from '@armature/core';
import { type SoftOperation, softOperations } from './operations.ts';

const FPCR = sharedRegisterOffset('FPCR');
const FPSR = sharedRegisterOffset('FPSR');
/** FPSR.IXC. */
const INEXACT = 1 << 4;

/**
 * The exact path of floating point. Compiled code leaves operands in `transfer` of the state block and names an
 * operation; the result is left there too, and FPSR collects the flags.
 */
export class FloatingPointUnit {
  private readonly cpu: CpuState;
  private readonly operations: readonly SoftOperation[];

  constructor(cpu: CpuState) {
    this.cpu = cpu;
    this.operations = softOperations();
  }

  run(operation: number): void {
    this.operations[operation](this.cpu);
    updateHostArithmetic(this.cpu);
  }
}

/** After a change of FPCR or FPSR: may compiled code use the host's arithmetic, which sets no flags? */
export function updateHostArithmetic(cpu: CpuState): void {
  cpu.setLo(CPU_STATE.hostArithmetic, cpu.lo(FPCR) === 0 && (cpu.lo(FPSR) & INEXACT) !== 0 ? 1 : 0);
}
