import type { Emitter } from '../emitter/emitter.ts';
import {
  and,
  eqz,
  extendU,
  type I32,
  type I64,
  i32,
  i64,
  isNegative,
  not,
  or,
  rotr,
  select,
  shl,
  shrU,
  wrap,
  xor,
} from '../emitter/expressions.ts';
import { outlined, type Semantics, semantics } from './definition.ts';

/** The flags as 0 or 1, held. */
function flagBits(e: Emitter): { z: I32; c: I32; v: I32 } {
  const { z, c, v } = e.flags();
  return { z: e.let(eqz(z)), c: e.let(c), v: e.let(isNegative(v)) };
}

const oneBit = (value: I32): I32 => xor(value, i32(1));
/** A flag from 0 or 1, in the form that N and V take, and the one that Z takes. */
const asSign = (value: I32): I64 => shl(extendU(value), i64(63));
const asZero = (value: I32): I64 => extendU(oneBit(value));

function heldFlags(e: Emitter): { n: I64; z: I64; c: I32; v: I64 } {
  const { n, z, c, v } = e.flags();
  return { n: e.let(n), z: e.let(z), c: e.let(c), v: e.let(v) };
}

/** @spec DDI 0487, CFINV */
const invertCarry = semantics('CFINV_pstate', {}, (e) => {
  const flags = heldFlags(e);
  e.setFlags({ ...flags, c: oneBit(flags.c) });
});

/** From the flags of an Arm floating-point comparison to those of an alternative form. @spec DDI 0487, AXFLAG */
const toAlternative = semantics('AXFLAG_pstate', {}, (e) => {
  const { z, c, v } = flagBits(e);
  e.setFlags({ n: i64(0), z: asZero(or(z, v)), c: and(c, oneBit(v)), v: i64(0) });
});

/** The way back. @spec DDI 0487, XAFLAG */
const fromAlternative = semantics('XAFLAG_pstate', {}, (e) => {
  const { z, c } = flagBits(e);
  const notC = oneBit(c);
  e.setFlags({
    n: asSign(and(notC, oneBit(z))),
    z: asZero(and(z, c)),
    c: or(c, z),
    v: asSign(and(notC, z)),
  });
});

/** @spec DDI 0487, RMIF */
const rotateIntoFlags = semantics('RMIF_rmif', {}, (e) => {
  const flags = heldFlags(e);
  const amount = extendU(e.immediateSmall('imm6', ({ imm6 }) => imm6));
  const value = e.let(rotr(e.register('i64', 'Rn'), amount));
  const mask = e.immediateSmall('mask', ({ mask: bits }) => bits);
  const chosen = (bit: number, given: I64, old: I64): I64 => select(and(mask, i32(bit)), given, old);
  e.setFlags({
    n: chosen(8, shl(value, i64(60)), flags.n),
    z: chosen(4, and(not(value), i64(4)), flags.z),
    c: select(and(mask, i32(2)), and(wrap(shrU(value, i64(1))), i32(1)), flags.c),
    v: chosen(1, shl(value, i64(63)), flags.v),
  });
});

/** N and Z of the low 8 or 16 bits; V where the next bit differs from their sign. @spec DDI 0487, SETF8, SETF16 */
const setFromNarrow = ([8, 16] as const).map((bits) =>
  semantics(`SETF${bits}_setf`, {}, (e) => {
    const value = e.let(e.register('i64', 'Rn'));
    const top = i64(64 - bits);
    const result = e.let(shl(value, top));
    const c = e.let(e.carry());
    e.setFlags({ n: result, z: result, c, v: shl(xor(value, shrU(value, i64(1))), top) });
  }),
);

const nothing = (row: string): Semantics => semantics(row, {}, () => {});

/** Hints and barriers with nothing to do: nothing is speculated, traced or profiled, and no error is deferred. */
const hints: readonly Semantics[] = ['DGH_hints', 'ESB_hints', 'PSB_hints', 'TSB_hints', 'SB_barriers'].map(
  nothing,
);

const pstateFields: readonly Semantics[] = ['uao', 'pan', 'ssbs', 'dit'].map((field) =>
  semantics(`MSR_pstate_${field}`, {}, (e) => e.helper('pstateWrite', e.instruction())),
);

export const flagManipulationSemantics: readonly Semantics[] = [
  ...[invertCarry, toAlternative, fromAlternative, rotateIntoFlags, ...setFromNarrow].map(outlined),
  ...hints,
  ...pstateFields,
];
