/** The number that `FreeMap` keeps for each huge frame: mask in bits 0 to 15, count in 16 to 25, best order in 26 to 29. */
export const MASK = 0xffff;
export const ONE = 0x1_0000;
export const COUNT = 0x3ff_0000;
export const BEST_SHIFT = 26;

/** The free frames in a summary. */
export function countOf(summary: number): number {
  return (summary & COUNT) >>> 16;
}
