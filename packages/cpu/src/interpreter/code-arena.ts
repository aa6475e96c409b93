import { CODE_PAGE } from '@armature/core';

/**
 * What the code arena holds for each record beside the record itself, in arrays of the same order:
 *
 *     records   16 bytes   the predecoded instruction
 *     heat       4 bytes   how often branches to it are still to be interpreted before it is worth compiling; where
 *                          a region begins, the bitwise inverse of the region's place in the table of regions
 *     covered    1 byte    whether regions contain it
 *
 * so that all of them follow from a record's address by a shift and an addition.
 */
export interface CodeArena {
  readonly records: number;
  /** Pages that fit. */
  readonly capacity: number;
  /** A record's address divided by 4, plus this, is the address of its heat. */
  readonly heatBias: number;
  /** A record's address divided by 16, plus this, is the address of its `covered`. */
  readonly coveredBias: number;
}

const HEAT_PAGE = CODE_PAGE.size / 4;
const COVERED_PAGE = CODE_PAGE.size / 16;
/** Bytes of the arena that a page of code takes. */
export const ARENA_PAGE = CODE_PAGE.size + HEAT_PAGE + COVERED_PAGE;

/** Divides the arena; its offset is a multiple of 4096. */
export function layOutArena({ offset, size }: { offset: number; size: number }): CodeArena {
  const capacity = Math.floor(size / ARENA_PAGE);
  const heat = offset + capacity * CODE_PAGE.size;
  const covered = heat + capacity * HEAT_PAGE;
  return {
    records: offset,
    capacity,
    heatBias: heat - offset / 4,
    coveredBias: covered - offset / 16,
  };
}
