/** The A64 decode table as data, with field extraction, a disassembler and an assembler that read it. */
export { type AssembleResult, assemble, tryAssemble } from './assembler/assemble.ts';
export type { AssembleOptions } from './assembler/assembly.ts';
export {
  type AssemblyDiagnostic,
  AssemblyError,
  type DiagnosticCode,
  formatDiagnostic,
} from './assembler/diagnostics.ts';
export {
  type AssembledImage,
  type ImageRelocation,
  RelocationError,
  relocateImage,
} from './assembler/image.ts';
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
export {
  type AssemblyBuilder,
  assembler,
  type BuilderCore,
  type InstructionMethods,
} from './builder/builder.ts';
export { MNEMONICS, type Mnemonic } from './builder/mnemonics.ts';
export {
  type BuilderOperand,
  type MemoryOperand,
  modifiers,
  type RegisterOperand,
  registers,
  type TextOperand,
} from './builder/operands.ts';
export { decode, extract, fieldGetter, fields, rowById } from './decode.ts';
export { type DisassembleOptions, disassemble } from './disassembler.ts';
export type { SystemRegisterEncoding } from './system/encoding.ts';
export {
  type RegisterAccess,
  systemRegisterEncoding,
  systemRegisterName,
  systemRegisters,
} from './system/registers.ts';
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
