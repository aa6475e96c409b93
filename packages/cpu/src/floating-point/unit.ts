import { CPU_STATE, type CpuState, sharedRegisterOffset } from '@armature/core';
import { Operands } from './operands.ts';
import { SOFT_OPERATIONS } from './operation-word.ts';
import { LANE_OPERATIONS, type LaneOperation } from './operations.ts';

const FPCR = sharedRegisterOffset('FPCR');
const FPSR = sharedRegisterOffset('FPSR');
/** FPSR.IXC. */
const INEXACT = 1 << 4;
/** FPCR.RMode, FZ and FZ16: what the host's arithmetic does not know. It is never used for NaN results. */
const UNLIKE_HOST = (3 << 22) | (1 << 24) | (1 << 19);

/**
 * How far compiled code may use the host's arithmetic, which sets no flags. Results that are NaN, infinite or
 * may have underflowed take the exact path in any case.
 */
export const HOST_ARITHMETIC = {
  /** Not at all: FPCR says otherwise. */
  never: 0,
  /** For results that are exact: FPSR.IXC is clear yet. */
  whenExact: 1,
  always: 2,
} as const;

/**
 * The exact path of floating point. Compiled code leaves operands in `transfer` of the state block and names an
 * operation by a word (see `operation-word.ts`); the result is left there too, and FPSR collects the flags.
 */
export class FloatingPointUnit {
  private readonly cpu: CpuState;
  private readonly operands: Operands;
  /** By operation and format. */
  private readonly operations: readonly LaneOperation[];
  private control = 0;

  constructor(cpu: CpuState) {
    this.cpu = cpu;
    this.operands = new Operands(cpu);
    this.operations = SOFT_OPERATIONS.flatMap((name) => LANE_OPERATIONS[name]);
  }

  run(word: number): void {
    const { cpu, operands } = this;
    const { context } = operands;
    const control = cpu.lo(FPCR);
    if (control !== this.control) {
      this.control = control;
      context.setControl(control);
    }
    operands.setParameters(word);
    context.flags = 0;
    const operation = this.operations[3 * (word & 0xff) + ((word >>> 8) & 3)];
    const lanes = (word >>> 12) & 15;
    for (let lane = 0; lane < lanes; lane++) operation(operands, lane);
    const status = cpu.lo(FPSR);
    if ((context.flags & ~status) === 0) return;
    cpu.setLo(FPSR, status | context.flags);
    updateHostArithmetic(cpu);
  }
}

/** After a change of FPCR or FPSR: decides how far compiled code may use the host's arithmetic. */
export function updateHostArithmetic(cpu: CpuState): void {
  const { never, whenExact, always } = HOST_ARITHMETIC;
  const allowed = (cpu.lo(FPSR) & INEXACT) !== 0 ? always : whenExact;
  cpu.setLo(CPU_STATE.hostArithmetic, (cpu.lo(FPCR) & UNLIKE_HOST) === 0 ? allowed : never);
}
