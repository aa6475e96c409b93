import { decodeBitfieldMasks } from '@armature/isa';
import type { Emitter, Fields, Halves, Width } from '../emitter/emitter.ts';
import { add, and, as, type Expr, i64, not, or, rotr, shl, shrS, shrU } from '../emitter/expressions.ts';
import { type Choice, type Semantics, SF, semantics } from './definition.ts';

const wide = ({ imm16, hw }: Fields): Halves => {
  const value = hw & 1 ? (imm16 << 16) | 0 : imm16;
  return hw & 2 ? { lo: 0, hi: value } : { lo: value, hi: 0 };
};
const complement = ({ lo, hi }: Halves): Halves => ({ lo: ~lo, hi: ~hi });
const wideMask = (fields: Fields): Halves => wide({ ...fields, imm16: 0xffff });

const moveWide: readonly Semantics[] = [
  semantics('MOVZ_movewide', SF, (e) => {
    e.setRegister(e.width(), 'Rd', e.immediate(e.width(), 'imm', wide));
  }),
  semantics('MOVN_movewide', SF, (e) => {
    e.setRegister(
      e.width(),
      'Rd',
      e.immediate(e.width(), 'imm', (fields) => complement(wide(fields))),
    );
  }),
  // The halfword chooses the handler, so that its mask is a constant and one immediate is left in the record.
  semantics('MOVK_movewide', { ...SF, hw: { values: 4, of: ({ hw }) => hw } }, (e) => {
    const width = e.width();
    const hw = e.choice('hw');
    const mask = complement(wideMask({ hw }));
    const kept = and(e.destination(width, 'Rd'), as(width, i64(mask.lo, mask.hi)));
    e.setRegister(width, 'Rd', or(kept, e.immediate(width, 'imm', wide)));
  }),
];

/** The common aliases of the bitfield moves are one or two shifts. */
const FORM = { extract: 0, insert: 1 } as const;

/** imms >= immr takes bits out to the bottom (LSR, ASR, UBFX, UXTB); else puts the low bits up (LSL, UBFIZ). */
const BITFIELD_FORM: Choice = {
  values: 2,
  of: ({ imms, immr }) => (imms >= immr ? FORM.extract : FORM.insert),
};

const bits = (width: Width): number => (width === 'i64' ? 64 : 32);

/** UBFM and SBFM by a shift left to the top and a shift right to the place. */
function shiftedField<T extends Width>(e: Emitter, width: T, signed: boolean): Expr<T> {
  const size = bits(width);
  const right = signed ? shrS : shrU;
  const left = e.immediate32('left', ({ imms }) => size - 1 - imms);
  const amount =
    e.choice('form') === FORM.extract
      ? e.immediate32('right', ({ imms, immr }) => size - 1 - imms + immr)
      : e.immediate32('right', ({ imms, immr }) => size - 1 - imms - (size - immr));
  return right(shl(e.register(width, 'Rn'), as(width, left)), as(width, amount));
}

const bitfield: readonly Semantics[] = [
  ...[true, false].map((signed) =>
    semantics(signed ? 'SBFM_bitfield' : 'UBFM_bitfield', { ...SF, form: BITFIELD_FORM }, (e) => {
      const width = e.width();
      e.setRegister(width, 'Rd', shiftedField(e, width, signed));
    }),
  ),
  semantics('BFM_bitfield', SF, (e) => {
    const width = e.width();
    const size = width === 'i64' ? 64 : 32;
    const mask = ({ imms, immr }: Fields): Halves => {
      const { wmask, tmask } = decodeBitfieldMasks(imms, immr, size);
      return { lo: wmask.lo & tmask.lo, hi: wmask.hi & tmask.hi };
    };
    const amount = as(
      width,
      e.immediateSmall('immr', ({ immr }) => immr),
    );
    const selected = e.let(e.immediate(width, 'mask', mask));
    const kept = and(e.destination(width, 'Rd'), not(selected));
    e.setRegister(width, 'Rd', or(kept, and(rotr(e.register(width, 'Rn'), amount), selected)));
  }),
];

const extract = semantics(
  'EXTR_extract',
  { ...SF, zero: { values: 2, of: ({ imms }) => (imms === 0 ? 1 : 0) } },
  (e) => {
    const width = e.width();
    if (e.choice('zero') === 1) {
      e.setRegister(width, 'Rd', e.register(width, 'Rm'));
      return;
    }
    const size = bits(width);
    const low = as(
      width,
      e.immediate32('lsb', ({ imms }) => imms),
    );
    const high = as(
      width,
      e.immediate32('high', ({ imms }) => size - imms),
    );
    e.setRegister(width, 'Rd', or(shrU(e.register(width, 'Rm'), low), shl(e.register(width, 'Rn'), high)));
  },
);

const pcRelative: readonly Semantics[] = [
  semantics('ADR_pcreladdr', {}, (e) => {
    const offset = e.immediate64('offset', ({ immhi, immlo }) => {
      const value = ((immhi << 13) >> 11) | immlo;
      return { lo: value, hi: value >> 31 };
    });
    e.setRegister('i64', 'Rd', add(e.programCounter(), offset));
  }),
  semantics('ADRP_pcreladdr', {}, (e) => {
    const offset = e.immediate64('offset', ({ immhi, immlo }) => {
      const pages = ((immhi << 13) >> 11) | immlo;
      return { lo: pages << 12, hi: pages >> 20 };
    });
    const page = and(e.programCounter(), i64(~0xfff));
    e.setRegister('i64', 'Rd', add(page, offset));
  }),
];

export const moveAndBitfieldSemantics: readonly Semantics[] = [
  ...moveWide,
  ...bitfield,
  extract,
  ...pcRelative,
];
