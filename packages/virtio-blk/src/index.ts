export { VirtioBlk, type VirtioBlkConfig, type VirtioBlkState } from './block.ts';
export { BLOCK_FEATURE, BLOCK_STATUS } from './definitions.ts';
export { type VirtioBlockOptions, virtioBlock } from './part.ts';
