import { CPU_STATE, type CpuState } from '@armature/core';
import { FloatContext, type IntegerWidth, type RoundingMode } from '@armature/softfloat';
import { FPCR_ROUNDING } from './operation-word.ts';

/** Bytes from one operand in `transfer` to the next. */
const OPERAND_BYTES = 16;

/** Where compiled code finds the result in the state block. */
export const SOFT_RESULT = CPU_STATE.transfer + 3 * OPERAND_BYTES;

/** Where compiled code puts an operand in the state block. */
export const softOperand = (index: number): number => CPU_STATE.transfer + OPERAND_BYTES * index;

const A = softOperand(0);
const WIDTHS: readonly IntegerWidth[] = [16, 32, 64];

/** Lanes of the operands and of the result of an operation, and what its word says. */
export class Operands {
  readonly context = new FloatContext();
  fractionBits = 0;
  width: IntegerWidth = 16;
  unsigned = false;
  rounding: RoundingMode = 0;
  exact = false;
  private readonly cpu: CpuState;

  constructor(cpu: CpuState) {
    this.cpu = cpu;
  }

  /** Takes the parameters out of an operation word; the context has FPCR's already. */
  setParameters(word: number): void {
    this.fractionBits = (word >>> 16) & 0x7f;
    this.width = WIDTHS[(word >>> 23) & 3];
    this.unsigned = (word & (1 << 25)) !== 0;
    const rounding = (word >>> 26) & 7;
    this.rounding = rounding === FPCR_ROUNDING ? this.context.rounding : rounding;
    this.exact = (word & (1 << 29)) !== 0;
  }

  half(operand: number, lane: number): number {
    return (this.cpu.lo(A + OPERAND_BYTES * operand + 2 * lane) >>> (16 * (lane & 1))) & 0xffff;
  }

  single(operand: number, lane: number): number {
    return this.cpu.lo(A + OPERAND_BYTES * operand + 4 * lane);
  }

  doubleLow(operand: number, lane: number): number {
    return this.cpu.lo(A + OPERAND_BYTES * operand + 8 * lane);
  }

  doubleHigh(operand: number, lane: number): number {
    return this.cpu.hi(A + OPERAND_BYTES * operand + 8 * lane);
  }

  setHalf(lane: number, value: number): void {
    const at = SOFT_RESULT + 2 * lane;
    const other = this.cpu.lo(at) & ((lane & 1) !== 0 ? 0xffff : ~0xffff);
    this.cpu.setLo(at, other | ((value & 0xffff) << (16 * (lane & 1))));
  }

  setSingle(lane: number, value: number): void {
    this.cpu.setLo(SOFT_RESULT + 4 * lane, value);
  }

  setDouble(lane: number, lo: number, hi: number): void {
    this.cpu.set(SOFT_RESULT + 8 * lane, lo, hi);
  }

  /** The 64-bit result of the context. */
  setDoubleResult(lane: number): void {
    this.cpu.set(SOFT_RESULT + 8 * lane, this.context.lo, this.context.hi);
  }
}
