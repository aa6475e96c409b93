export { createTableBuilder } from './builder.ts';
export { FAULT_STATUS } from './fault-status.ts';
export type { TableInvalidation } from './page-tables.ts';
export { type Vmsav8Options, vmsav8 } from './part.ts';
export { createTranslation, type TranslationOptions, type VmsaTranslation } from './translation.ts';
