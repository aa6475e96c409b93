import { defineGroup } from '../define.ts';

/** Barriers that extensions add. */
export const barriersExtensions = defineGroup('barriers-extensions', {}, [
  {
    id: 'SB_barriers',
    title: 'SB',
    pattern: '1101010100 0 00 011 0011 0000 111 11111',
    feature: 'FEAT_SB',
    asm: 'sb',
  },
]);
