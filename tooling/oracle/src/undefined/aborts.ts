import { matches, pattern } from './pattern.ts';

/**
 * Words on which QEMU 7.2 with `-cpu max` stops at an assertion of its own (disas_simd_two_reg_misc_fp16): three
 * unallocated encodings of Advanced SIMD two-register miscellaneous (FP16). They are not given to it.
 */
export const ABORTING = [
  pattern('0-0 01110 1 111100 11111 10 nnnnn ddddd'),
  pattern('010 11110 1 111100 01111 10 nnnnn ddddd'),
  pattern('011 11110 1 111100 11111 10 nnnnn ddddd'),
];

export const aborts = (word: number): boolean => ABORTING.some((known) => matches(known, word));
