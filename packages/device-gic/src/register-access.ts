import type { AccessSize } from '@armature/core';

/** Mask of the bytes of an access in its 32-bit register. */
export function laneMask(offset: number, size: AccessSize): number {
  return (size === 4 ? -1 : (1 << (8 * size)) - 1) << (8 * (offset & 3));
}

/** Part of a 32-bit register that an access reads, unsigned. */
export function laneValue(word: number, offset: number, size: AccessSize): number {
  const value = word >>> (8 * (offset & 3));
  return size === 4 ? value : value & ((1 << (8 * size)) - 1);
}

/** An access that stays within one register: aligned to its size. */
export function isAligned(offset: number, size: AccessSize): boolean {
  return (offset & (size - 1)) === 0;
}
