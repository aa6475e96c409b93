import type { AccessBytes, Emitter, Fields } from '../emitter/emitter.ts';
import { add, extendU, type I64, i32, i64, shl, signExtend, sub, xor } from '../emitter/expressions.ts';
import { type Choice, type Semantics, semantics } from './definition.ts';

/**
 * Loads and stores of single SIMD and floating-point registers and of pairs. Nothing is written to a register
 * before the whole of memory was accessed.
 */

type Kind = 'load' | 'store';

/** Binary logarithm of the bytes of a single register. */
const scaleOf = ({ opc1, size }: Fields): number => 4 * opc1 + size;
const SCALE: Choice = { values: 5, of: scaleOf };
/** And of a register of a pair, or one loaded from a literal: 4, 8 or 16 bytes. */
const PAIR_SCALE: Choice = { values: 3, of: ({ opc }) => opc };

const QUADWORD = i32(16);

/** A load returns what writes the register. */
function transfer(e: Emitter, kind: Kind, scale: number, address: I64): () => void {
  if (kind === 'store') {
    if (scale === 4) e.storeVector(address, e.vector('Rt'));
    else e.store((1 << scale) as AccessBytes, address, e.scalar('i64', 'Rt'));
    return () => {};
  }
  if (scale === 4) {
    const value = e.loadVector(address);
    return () => e.setVector('Rt', value);
  }
  const value = e.load('i64', (1 << scale) as AccessBytes, address);
  return () => e.setScalar('Rt', value);
}

const offset = (compute: (fields: Fields) => number) => (fields: Fields) => {
  const value = compute(fields);
  return { lo: value, hi: value >> 31 };
};
const signed9 = ({ imm9 }: Fields): number => (imm9 << 23) >> 23;
const scaled12 = (fields: Fields): number => fields.imm12 << scaleOf(fields);
const scaled7 = ({ imm7, opc }: Fields): number => ((imm7 << 25) >> 25) * (4 << opc);

function base(e: Emitter): I64 {
  e.checkFloatingPoint();
  e.checkBaseAlignment('Rn');
  return e.register('i64', 'Rn', 'sp');
}

/** [Xn, #imm] */
const withOffset = (row: string, kind: Kind, compute: (fields: Fields) => number): Semantics =>
  semantics(row, { scale: SCALE }, (e) => {
    transfer(e, kind, e.choice('scale'), add(base(e), e.immediate64('offset', offset(compute))))();
  });

/** A constant of -32768 to 32767: what the offset of a pair is, and any offset of nine bits. */
const signed16 = (e: Emitter, key: string, compute: (fields: Fields) => number): I64 =>
  signExtend(16, extendU(e.immediateSmall(key, (fields) => compute(fields) & 0xffff)));

/**
 * The addresses of [Xn, #imm]! and [Xn], #imm: where the access is, and what the base becomes. One form, so that
 * the two share their handlers.
 */
function withWriteback(
  e: Emitter,
  when: 'pre' | 'post',
  compute: (fields: Fields) => number,
): { address: I64; moved: I64 } {
  const start = e.let(base(e));
  return {
    address: add(start, signed16(e, 'before', when === 'pre' ? compute : () => 0)),
    moved: e.let(add(start, signed16(e, 'moved', compute))),
  };
}

const singleWithWriteback = (row: string, kind: Kind, when: 'pre' | 'post'): Semantics =>
  semantics(row, { scale: SCALE }, (e) => {
    const { address, moved } = withWriteback(e, when, signed9);
    const finish = transfer(e, kind, e.choice('scale'), address);
    e.setRegister('i64', 'Rn', moved, 'sp');
    finish();
  });

/** UXTW and SXTW, or a 64-bit index (LSL, SXTX). */
const INDEX: Choice = { values: 2, of: ({ option }) => option & 1 };

function index(e: Emitter): I64 {
  if (e.choice('index') === 1) return e.register('i64', 'Rm');
  // Flipping the sign bit and subtracting it extends the sign; zero in its place extends nothing.
  const sign = shl(extendU(e.immediateSmall('signed', ({ option }) => option >> 2)), i64(31));
  return sub(xor(extendU(e.register('i32', 'Rm')), sign), sign);
}

const withIndex = (row: string, kind: Kind): Semantics =>
  semantics(row, { scale: SCALE, index: INDEX }, (e) => {
    const amount = e.immediateSmall('shift', (fields) => (fields.S === 1 ? scaleOf(fields) : 0));
    transfer(e, kind, e.choice('scale'), add(base(e), shl(index(e), extendU(amount))))();
  });

/** Both registers of a pair. Elements of 16 bytes are checked for that alignment. */
function transferPair(e: Emitter, kind: Kind, address: I64): () => void {
  const scale = e.choice('scale') + 2;
  if (scale === 4) {
    if (kind === 'store') {
      e.storeVectors(32, address, [e.vector('Rt'), e.vector('Rt2')], QUADWORD);
      return () => {};
    }
    const [first, second] = e.loadVectors(32, address, QUADWORD);
    return () => {
      e.setVector('Rt', first);
      e.setVector('Rt2', second);
    };
  }
  const bytes = scale === 3 ? 8 : 4;
  if (kind === 'store') {
    e.storePair(bytes, address, e.scalar('i64', 'Rt'), e.scalar('i64', 'Rt2'));
    return () => {};
  }
  const [first, second] = e.loadPair('i64', bytes, address);
  return () => {
    e.setScalar('Rt', first);
    e.setScalar('Rt2', second);
  };
}

const pair = (row: string, kind: Kind): Semantics =>
  semantics(row, { scale: PAIR_SCALE }, (e) => {
    transferPair(e, kind, add(base(e), signed16(e, 'offset', scaled7)))();
  });

const pairWithWriteback = (row: string, kind: Kind, when: 'pre' | 'post'): Semantics =>
  semantics(row, { scale: PAIR_SCALE }, (e) => {
    const { address, moved } = withWriteback(e, when, scaled7);
    const finish = transferPair(e, kind, address);
    e.setRegister('i64', 'Rn', moved, 'sp');
    finish();
  });

const literal = semantics('LDR_loadlit_fp', { scale: PAIR_SCALE }, (e) => {
  e.checkFloatingPoint();
  const distance = e.immediate64(
    'offset',
    offset(({ imm19 }) => ((imm19 << 13) >> 13) * 4),
  );
  transfer(e, 'load', e.choice('scale') + 2, add(e.programCounter(), distance))();
});

const both = (make: (prefix: 'LD' | 'ST', kind: Kind) => readonly Semantics[]): readonly Semantics[] => [
  ...make('LD', 'load'),
  ...make('ST', 'store'),
];

/** @spec DDI 0487, LDR (SIMD&FP); LDUR; LDP; LDNP; STR; STUR; STP; STNP */
export const loadStoreSimdSemantics: readonly Semantics[] = [
  ...both((prefix, kind) => [
    withOffset(`${prefix}R_ldst_pos_fp`, kind, scaled12),
    withOffset(`${prefix}UR_ldst_unscaled_fp`, kind, signed9),
    singleWithWriteback(`${prefix}R_ldst_immpre_fp`, kind, 'pre'),
    singleWithWriteback(`${prefix}R_ldst_immpost_fp`, kind, 'post'),
    withIndex(`${prefix}R_ldst_regoff_fp`, kind),
    pair(`${prefix}P_ldstpair_off_fp`, kind),
    pair(`${prefix}NP_ldstnapair_offs_fp`, kind),
    pairWithWriteback(`${prefix}P_ldstpair_pre_fp`, kind, 'pre'),
    pairWithWriteback(`${prefix}P_ldstpair_post_fp`, kind, 'post'),
  ]),
  literal,
];
