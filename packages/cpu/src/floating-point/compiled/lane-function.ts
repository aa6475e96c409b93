import { sharedRegisterOffset } from '@armature/core';
import {
  and,
  type Expr,
  eq,
  eqz,
  type F64,
  type I32,
  i32,
  loadFrom,
  loadI32,
  shl,
} from '../../emitter/expressions.ts';
import { FunctionCode } from '../../emitter/function-code.ts';
import { floatConstant, hostCompare } from '../../semantics/floating-point-paths.ts';
import type { ValueType } from '../../wasm/opcodes.ts';
import { SOFT_RESULT, softOperand } from '../operands.ts';

/** Bits of FPCR. */
export const CONTROL = {
  flushHalf: 1 << 19,
  rounding: 3 << 22,
  towardsMinusInfinity: 2 << 22,
  flush: 1 << 24,
  defaultNaN: 1 << 25,
  alternativeHalf: 1 << 26,
} as const;

/** Bits of FPSR. */
export const STATUS = { underflow: 1 << 3, inexact: 1 << 4 } as const;

const FPSR = sharedRegisterOffset('FPSR');

/** Functions of one lane take its number and FPCR; they return 1, or 0 to leave the operation to the software. */
export const LANE_SIGNATURE = { params: ['i32', 'i32'], results: ['i32'] } as const;

/** A function that does an operation on one lane of the operands in the state block. */
export class LaneFunction extends FunctionCode {
  readonly lane: I32 = this.parameter('i32', 0);
  /** FPCR. */
  readonly control: I32 = this.parameter('i32', 1);
  /** Where the state block is in machine memory. */
  private readonly state: number;

  constructor(state: number) {
    super(LANE_SIGNATURE.params);
    this.state = state;
  }

  /** Leaves the operation to the software unless the condition holds. */
  require(condition: I32): void {
    this.if(eqz(condition), () => this.return(i32(0)));
  }

  /** Leaves the operation to the software if one of these bits of FPCR is set. */
  requireClear(bits: number): void {
    this.require(eqz(and(this.control, i32(bits))));
  }

  /** FPCR.RMode at its place. */
  get rounding(): I32 {
    return and(this.control, i32(CONTROL.rounding));
  }

  /** An exact sum that is zero has a sign that depends on the rounding mode: it is plus zero in all but one. */
  requireSignOfSum(sum: F64): void {
    const zero = hostCompare('Eq', sum, floatConstant('f64', 0));
    this.require(eqz(and(zero, eq(this.rounding, i32(CONTROL.towardsMinusInfinity)))));
  }

  /** Bits of FPSR that are set already, of these. */
  status(bits: I32): I32 {
    return and(loadI32(i32(0), this.state + FPSR), bits);
  }

  /** A part of an operand: the lane, of 2 to the power of `size` bytes. */
  operand<T extends ValueType>(type: T, opcode: number, index: number, size: number): Expr<T> {
    return loadFrom(type, opcode, shl(this.lane, i32(size)), this.state + softOperand(index));
  }

  /** Writes the lane of the result and returns. */
  done(opcode: number, size: number, value: Expr): void {
    shl(this.lane, i32(size)).emit(this.code);
    value.emit(this.code);
    this.code.memory(opcode, this.state + SOFT_RESULT);
    this.return(i32(1));
  }
}

/** Where FPCR is in machine memory. */
export const controlAddress = (state: number): number => state + sharedRegisterOffset('FPCR');
