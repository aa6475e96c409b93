import { CPU_STATE, type CpuState, sharedRegisterOffset } from '@armature/core';

const VBAR_EL1 = sharedRegisterOffset('VBAR_EL1');
const VECTOR_TABLE_BYTES = 0x800;
/** A handler that faults inside the vector table this often, without an ERET, never returns. */
const LIMIT = 256;

/** A synchronous exception as it was taken. */
export interface TakenException {
  readonly syndrome: number;
  readonly pc: bigint;
  /** FAR, when the exception has one. */
  readonly address: bigint | undefined;
}

/**
 * Finds exceptions that are taken without end: each one by an instruction of the vector table itself, with no
 * exception return in between.
 */
export class ExceptionLoopDetector {
  /** The exception that the loop began with. */
  first: TakenException | undefined;
  private streak = 0;

  /** True when the exception about to be taken proves a loop. The pc of the state block is where it occurred. */
  taken(cpu: CpuState, syndrome: number): boolean {
    if (!inVectorTable(cpu)) {
      this.streak = 0;
      this.first = undefined;
      this.remember(cpu, syndrome);
      return false;
    }
    if (this.first === undefined) this.remember(cpu, syndrome);
    return ++this.streak >= LIMIT;
  }

  returned(): void {
    this.streak = 0;
    this.first = undefined;
  }

  private remember(cpu: CpuState, syndrome: number): void {
    const hasAddress = cpu.lo(CPU_STATE.faultHasAddress) !== 0;
    this.first = {
      syndrome,
      pc: cpu.pc,
      address: hasAddress ? cpu.get64(CPU_STATE.faultAddress) : undefined,
    };
  }
}

function inVectorTable(cpu: CpuState): boolean {
  const offset = (cpu.lo(CPU_STATE.pc) >>> 0) - (cpu.lo(VBAR_EL1) >>> 0);
  return cpu.hi(CPU_STATE.pc) === cpu.hi(VBAR_EL1) && offset >= 0 && offset < VECTOR_TABLE_BYTES;
}
