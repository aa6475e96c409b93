import { highestBit, maskOf } from './bits.ts';
import type { FreeMap } from './free-map.ts';

/** The highest used index in `from` to `to`, or -1. */
export function lastUsed(map: FreeMap, from: number, to: number): number {
  for (let end = to; end > from; ) {
    const last = end - 1;
    const start = Math.max(from, last & ~31);
    const used = ~map.word(last >>> 5) & maskOf(start & 31, (last & 31) + 1);
    if (used !== 0) return (last & ~31) + highestBit(used);
    end = start;
  }
  return -1;
}

/**
 * The lowest index from `from` on where `count` frames are free, end at or below `to`, begin at a multiple of `align`
 * frames and do not cross a multiple of `boundary` frames (0: no boundary), or -1.
 *
 * @param origin absolute frame of index 0, which alignment and boundary count from
 */
export function findRun(
  map: FreeMap,
  origin: number,
  count: number,
  align: number,
  from: number,
  to: number,
  boundary: number,
): number {
  let index = from;
  for (;;) {
    index = map.nextFree(index, to);
    index += -(origin + index) & (align - 1);
    if (index + count > to) return -1;
    if (boundary !== 0) {
      const left = boundary - ((origin + index) & (boundary - 1));
      if (left < count) {
        index += left;
        continue;
      }
    }
    // The last busy frame of the window rules out every start at or before it.
    const obstacle = lastUsed(map, index, index + count);
    if (obstacle < 0) return index;
    index = obstacle + 1;
  }
}
