/** The A64 decode table as data, with field extraction, a disassembler and an assembler that read it. */
export {
  type BitfieldMasks,
  type BitMaskFields,
  decodeBitfieldMasks,
  decodeBitMasks,
  encodeBitMask,
  type Halves,
  signExtend,
  toBigInt,
} from './bits.ts';
export { decode, extract, fieldGetter, fields, rowById } from './decode.ts';
export { table } from './table/index.ts';
export {
  type Alias,
  type Constraint,
  FEATURES,
  type Feature,
  type Field,
  type FieldGetter,
  type Row,
  type RowStatus,
} from './types.ts';
