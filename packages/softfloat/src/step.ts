import type { FloatContext } from './context.ts';
import { fuseFinite } from './fused.ts';
import { pack16, pack32, pack64 } from './round.ts';
import {
  copy,
  FINITE,
  INFINITY,
  NAN,
  processNaNs,
  setFinite,
  setInfinity,
  Unpacked,
  unpack16,
  unpack32,
  unpack64,
  ZERO,
} from './unpacked.ts';

const A = new Unpacked();
const B = new Unpacked();
const R = new Unpacked();
const TERM = new Unpacked();

/** R = 2 - A * B, or (3 - A * B) / 2. @spec DDI 0487, FPRecipStepFused and FPRSqrtStepFused */
function step(context: FloatContext, root: boolean): void {
  A.sign ^= 1;
  const kinds = A.kind | B.kind;
  const fraction = root ? 0x4000_0000 : 0;
  if ((kinds & NAN) !== 0) {
    processNaNs(context, A, B, R);
  } else if (kinds === (INFINITY | ZERO)) {
    setFinite(R, 0, root ? 0 : 1, fraction);
  } else if ((kinds & INFINITY) !== 0) {
    setInfinity(R, A.sign ^ B.sign);
  } else {
    setFinite(TERM, 0, 1, fraction);
    if (kinds === FINITE) fuseFinite(context, R, TERM, A, B);
    else copy(R, TERM);
    if (root) R.exponent -= 1;
  }
}

/** binary64 2 - a * b with one rounding, into `context.hi:lo`. @spec DDI 0487, FRECPS */
export function recipStep64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  step(context, false);
  pack64(context, R, context.rounding);
}

/** binary64 (3 - a * b) / 2 with one rounding, into `context.hi:lo`. @spec DDI 0487, FRSQRTS */
export function rsqrtStep64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  step(context, true);
  pack64(context, R, context.rounding);
}

/** binary32 2 - a * b with one rounding. @spec DDI 0487, FRECPS */
export function recipStep32(context: FloatContext, a: number, b: number): number {
  unpack32(context, A, a);
  unpack32(context, B, b);
  step(context, false);
  return pack32(context, R, context.rounding);
}

/** binary32 (3 - a * b) / 2 with one rounding. @spec DDI 0487, FRSQRTS */
export function rsqrtStep32(context: FloatContext, a: number, b: number): number {
  unpack32(context, A, a);
  unpack32(context, B, b);
  step(context, true);
  return pack32(context, R, context.rounding);
}

/** binary16 2 - a * b with one rounding. @spec DDI 0487, FRECPS */
export function recipStep16(context: FloatContext, a: number, b: number): number {
  unpack16(context, A, a);
  unpack16(context, B, b);
  step(context, false);
  return pack16(context, R, context.rounding);
}

/** binary16 (3 - a * b) / 2 with one rounding. @spec DDI 0487, FRSQRTS */
export function rsqrtStep16(context: FloatContext, a: number, b: number): number {
  unpack16(context, A, a);
  unpack16(context, B, b);
  step(context, true);
  return pack16(context, R, context.rounding);
}
