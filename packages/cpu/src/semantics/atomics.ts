import type { AccessBytes, Emitter } from '../emitter/emitter.ts';
import {
  add,
  and,
  type Expr,
  eq,
  extendU,
  gtU,
  type I32,
  type I64,
  i64,
  ltS,
  ltU,
  not,
  or,
  select,
  signExtend,
  xor,
} from '../emitter/expressions.ts';
import { bit, type Choice, outlined, type Semantics, semantics } from './definition.ts';

/**
 * Atomic read-modify-write instructions. One CPU runs at a time, so a load and a store are atomic. The load comes
 * first: what it would fault with is reported as a read, as the architecture wants it.
 */

const ALIGNED = { aligned: true };

interface Size {
  readonly suffix: string;
  readonly choices: Readonly<Record<string, Choice>>;
  readonly bytes: (e: Emitter) => AccessBytes;
}

/** Of the access. Without a suffix, `sf` chooses between 4 and 8 bytes. */
export const SIZES: readonly Size[] = [
  { suffix: 'B', choices: {}, bytes: () => 1 },
  { suffix: 'H', choices: {}, bytes: () => 2 },
  { suffix: '', choices: { sf: bit('sf') }, bytes: (e) => (e.choice('sf') === 1 ? 8 : 4) },
];

/** The address of an instruction that has no offset. */
export function plainBase(e: Emitter): I64 {
  e.checkBaseAlignment('Rn');
  return e.let(e.register('i64', 'Rn', 'sp'));
}

/** A value cut to the size of the access. */
function truncated(value: I64, bytes: AccessBytes): I64 {
  return bytes === 8 ? value : and(value, bytes === 4 ? i64(-1, 0) : i64(256 ** bytes - 1, 0));
}

const signed = (value: I64, bytes: AccessBytes): I64 =>
  bytes === 8 ? value : signExtend((8 * bytes) as 8 | 16 | 32, value);

type Comparison = (old: I64, operand: I64, bytes: AccessBytes) => I32;

/** The operand where the comparison holds, else the old value. */
const keepUnless =
  (comparison: Comparison): Operation =>
  (old, operand, bytes) =>
    select(comparison(old, operand, bytes), operand, old);

/** The new value from the old one, zero-extended, and Rs, of which the low `bytes` count. */
type Operation = (old: I64, operand: I64, bytes: AccessBytes) => I64;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  LDADD: (old, operand) => add(old, operand),
  LDCLR: (old, operand) => and(old, not(operand)),
  LDEOR: (old, operand) => xor(old, operand),
  LDSET: (old, operand) => or(old, operand),
  LDSMAX: keepUnless((old, operand, bytes) => ltS(signed(old, bytes), signed(operand, bytes))),
  LDSMIN: keepUnless((old, operand, bytes) => ltS(signed(operand, bytes), signed(old, bytes))),
  LDUMAX: keepUnless((old, operand, bytes) => gtU(truncated(operand, bytes), old)),
  LDUMIN: keepUnless((old, operand, bytes) => ltU(truncated(operand, bytes), old)),
  SWP: (_, operand) => operand,
};

/** @spec DDI 0487, LDADD; LDCLR; LDEOR; LDSET; LDSMAX; LDSMIN; LDUMAX; LDUMIN; SWP */
const readModifyWrite: readonly Semantics[] = Object.entries(OPERATIONS).flatMap(([name, operation]) =>
  SIZES.map(({ suffix, choices, bytes }) =>
    semantics(`${name}${suffix}_memop`, choices, (e) => {
      const size = bytes(e);
      const address = plainBase(e);
      const old = e.load('i64', size, address, ALIGNED);
      e.store(size, address, operation(old, e.register('i64', 'Rs'), size), ALIGNED);
      e.setRegister('i64', 'Rt', old);
    }),
  ),
);

/**
 * A comparison that fails writes the old value back: whether memory may be written does not depend on what is in
 * it.
 *
 * @spec DDI 0487, CAS
 */
const compareAndSwap: readonly Semantics[] = SIZES.map(({ suffix, choices, bytes }) =>
  semantics(`CAS${suffix}_comswap`, choices, (e) => {
    const size = bytes(e);
    const address = plainBase(e);
    const old = e.load('i64', size, address, ALIGNED);
    const equal = eq(old, truncated(e.register('i64', 'Rs'), size));
    e.store(size, address, select(equal, e.register('i64', 'Rt'), old), ALIGNED);
    e.setRegister('i64', 'Rs', old);
  }),
);

/**
 * The first register of a pair is even, so that it is neither XZR nor SP: named as SP would be, it takes one place
 * in a record as a source and as a destination.
 *
 * @spec DDI 0487, CASP
 */
const compareAndSwapPair = semantics('CASP_comswappr', { sf: bit('sf') }, (e) => {
  const bytes = e.choice('sf') === 1 ? 8 : 4;
  const address = plainBase(e);
  const register = (field: string, next: 0 | 1): I64 => {
    const register31 = next === 0 ? 'sp' : 'zr';
    if (bytes === 8) return e.register('i64', field, register31, next);
    return extendU(e.register('i32', field, register31, next));
  };
  const [first, second] = e.loadPair('i64', bytes, address, { alignedPair: true });
  const equal = e.let(and(eq(first, register('Rs', 0)), eq(second, register('Rs', 1))));
  const chosen = (value: I64, old: I64): Expr => select(equal, value, old);
  e.storePair(bytes, address, chosen(register('Rt', 0), first), chosen(register('Rt', 1), second), {
    alignedPair: true,
  });
  e.setRegister('i64', 'Rs', first, 'sp');
  e.setRegister('i64', 'Rs', second, 'zr', 1);
});

export const atomicSemantics: readonly Semantics[] = [
  ...readModifyWrite.map(outlined),
  ...compareAndSwap.map(outlined),
  compareAndSwapPair,
];
