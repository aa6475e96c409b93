export { type FlashBacking, type MemoryBacking, memoryBacking } from './backing.ts';
export { CfiFlash, type CfiFlashConfig } from './cfi-flash.ts';
export { FLASH_COMMAND, FLASH_STATUS } from './commands.ts';
export { type FlashBank, type FlashOptions, flash } from './part.ts';
export type { FlashMode, FlashState, PendingCommand, PendingWrite } from './state.ts';
