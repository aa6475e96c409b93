export { FwCfg, type FwCfgConfig, type FwCfgState } from './fwcfg.ts';
export type { FileOptions, SavedFile, SavedItem } from './items.ts';
export { type FileContents, type FirmwareConfiguration, type FwCfgOptions, fwCfg } from './part.ts';
export { DMA_CONTROL, FWCFG_KEY, FWCFG_REGISTER } from './registers.ts';
