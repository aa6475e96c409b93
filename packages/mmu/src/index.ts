export { createTableBuilder } from './builder.ts';
export { FAULT_STATUS } from './fault-status.ts';
export {
  type DecodedDescriptor,
  type DescriptorKind,
  decodeDescriptor,
  describeMemoryType,
  type LeafFields,
  type TableLimits,
} from './inspect/descriptor.ts';
export { type PrintTablesOptions, printTables } from './inspect/print.ts';
export { type TranslationRegisters, translationRegisters } from './inspect/registers.ts';
export { type TableWalk, type WalkMapping, type WalkStep, walk } from './inspect/walk.ts';
export type { TableInvalidation } from './page-tables.ts';
export { type Vmsav8Options, vmsav8 } from './part.ts';
export { createTranslation, type TranslationOptions, type VmsaTranslation } from './translation.ts';
