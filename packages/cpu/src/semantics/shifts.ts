import type { Emitter, Width } from '../emitter/emitter.ts';
import { type Expr, rotr, shl, shrS, shrU } from '../emitter/expressions.ts';
import type { Choice } from './definition.ts';

/** LSL, LSR, ASR, ROR; 4 is "not shifted", by far the commonest. */
export const SHIFT: Choice = { values: 5, of: ({ shift, imm6 }) => (imm6 === 0 ? 4 : shift) };

/** Shifts by an amount below the width. @spec DDI 0487, ShiftReg */
export function shift<T extends Width>(type: number, value: Expr<T>, amount: Expr<T>): Expr<T> {
  switch (type) {
    case 0:
      return shl(value, amount);
    case 1:
      return shrU(value, amount);
    case 2:
      return shrS(value, amount);
    case 3:
      return rotr(value, amount);
    default:
      return value;
  }
}

/** The second operand of the shifted-register forms. */
export function shiftedRegister<T extends Width>(e: Emitter, width: T): Expr<T> {
  const value = e.register(width, 'Rm');
  const type = e.choice('shift');
  if (type === 4) return value;
  return shift(
    type,
    value,
    e.immediate(width, 'imm6', (fields) => ({ lo: fields.imm6, hi: 0 })),
  );
}
