import { CPU_STATE, type CpuState, sharedRegisterOffset } from '@armature/core';
import { Operands } from './operands.ts';
import { SOFT_OPERATIONS } from './operation-word.ts';
import { LANE_OPERATIONS, type LaneOperation } from './operations.ts';

const FPCR = sharedRegisterOffset('FPCR');
const FPSR = sharedRegisterOffset('FPSR');
/** FPSR.IXC. */
const INEXACT = 1 << 4;
/** FPCR.RMode. */
const ROUNDING = 3 << 22;
/** FPCR.FZ. Half-precision, which FZ16 is about, is never the host's. */
const FLUSH_TO_ZERO = 1 << 24;

/**
 * How far compiled code may use the host's arithmetic, which sets no flags: bits. Results that are NaN, infinite
 * or may have underflowed take the exact path in any case, so FPCR.DN does not matter.
 */
export const HOST_ARITHMETIC = {
  /** Rounding is to nearest: results that are exact may stand. */
  exact: 1,
  /** FPSR.IXC is set: so may others. */
  inexact: 2,
  /** Only where no operand and no result is subnormal: FPCR.FZ is set. */
  flushing: 4,
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
  const { exact, inexact, flushing } = HOST_ARITHMETIC;
  const control = cpu.lo(FPCR);
  let allowed = 0;
  if ((control & ROUNDING) === 0) {
    allowed = (cpu.lo(FPSR) & INEXACT) !== 0 ? exact | inexact : exact;
    if ((control & FLUSH_TO_ZERO) !== 0) allowed |= flushing;
  }
  cpu.setLo(CPU_STATE.hostArithmetic, allowed);
}
