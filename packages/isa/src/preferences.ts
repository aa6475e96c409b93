import { decodeBitMasks } from './bits.ts';
import type { FieldGetter } from './types.ts';

/** The conditions under which Arm prefers an alias over the instruction's own name. */

const isWide = (f: FieldGetter): boolean => f('sf') === 1;

const highestBit = (f: FieldGetter): number => (isWide(f) ? 63 : 31);

/** True when the bit mask could also be made by one MOVZ or MOVN. @spec DDI 0487, MoveWidePreferred */
function moveWidePreferred(f: FieldGetter): boolean {
  const mask = decodeBitMasks(f('N'), f('imms'), f('immr'), isWide(f) ? 64 : 32);
  if (mask === undefined) return false;
  const halfwords = [mask.lo & 0xffff, mask.lo >>> 16];
  if (isWide(f)) halfwords.push(mask.hi & 0xffff, mask.hi >>> 16);
  const others = (filler: number) => halfwords.filter((halfword) => halfword !== filler).length;
  return others(0) <= 1 || others(0xffff) <= 1;
}

/** True when SBFX or UBFX is preferred over the shifts and extensions. @spec DDI 0487, BFXPreferred */
function bitfieldExtractPreferred(f: FieldGetter, unsigned: boolean): boolean {
  const immr = f('immr');
  const imms = f('imms');
  if (imms < immr || imms === highestBit(f)) return false;
  if (immr !== 0) return true;
  if (!isWide(f)) return imms !== 7 && imms !== 15;
  return unsigned || (imms !== 7 && imms !== 15 && imms !== 31);
}

export const prefersSbfx = (f: FieldGetter): boolean => bitfieldExtractPreferred(f, false);
export const prefersUbfx = (f: FieldGetter): boolean => bitfieldExtractPreferred(f, true);
/** A move wide can't write SP, so a mask for SP is always this move. */
export const prefersBitMaskMove = (f: FieldGetter): boolean => f('Rd') === 31 || !moveWidePreferred(f);

/** MOVZ and MOVN of zero with a shift keep their names; so does the 32-bit MOVN of 0xffff, which MOVZ makes. */
export const prefersMovz = (f: FieldGetter): boolean => !(f('imm16') === 0 && f('hw') !== 0);
export const prefersMovn = (f: FieldGetter): boolean =>
  prefersMovz(f) && (isWide(f) || f('imm16') !== 0xffff);

export const endsAtHighestBit = (f: FieldGetter): boolean => f('imms') === highestBit(f);
export const isLeftShift = (f: FieldGetter): boolean =>
  f('imms') !== highestBit(f) && f('imms') + 1 === f('immr');
export const isInsertion = (f: FieldGetter): boolean => f('imms') < f('immr');

export const usesStackPointer = (f: FieldGetter): boolean => f('Rd') === 31 || f('Rn') === 31;
export const sourcesAreOne = (f: FieldGetter): boolean => f('Rn') === f('Rm');

/** CINC, CINV: one source that isn't the zero register, under a condition that has an opposite. */
export const isConditionalStep = (f: FieldGetter): boolean =>
  sourcesAreOne(f) && f('Rn') !== 31 && f('cond') < 14;
export const isConditionalNegate = (f: FieldGetter): boolean => sourcesAreOne(f) && f('cond') < 14;
export const hasOppositeCondition = (f: FieldGetter): boolean => f('cond') < 14;

/** UMOV of a whole register's worth, which is written MOV. */
export const isWholeElement = (f: FieldGetter): boolean =>
  (f('imm5') & (f('Q') === 1 ? 15 : 7)) === (f('Q') === 1 ? 8 : 4);

/** SSHLL and USHLL by nothing, which are written SXTL and UXTL. */
export const isElementLengthened = (f: FieldGetter): boolean =>
  f('immb') === 0 && [1, 2, 4].includes(f('immh'));
