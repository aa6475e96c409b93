/** What an allocator takes for itself. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { NO_FRAME } from '@armature/core';
import { FIRST_FRAME, type MeasuredAllocator } from './measured-allocator.ts';
import type { Create } from './subjects.ts';

export interface Metadata {
  /** Buffers and objects when it is made, in bytes for each GiB it manages. */
  readonly made: number;
  /** Memory of the process that it uses once every frame was handed out singly, and half of them freed; the same. */
  readonly singles: number;
  /** The same after half of the free frames were handed out in pairs as well. */
  readonly runs: number;
}

/** Frames in a GiB. */
const GIB = 2 ** 18;
/** So many bytes in all copies that what else the process does is little beside it. */
const ENOUGH = 48 * 2 ** 20;
const MOST_COPIES = 64;

/**
 * Measures an allocator of `frames` frames, many of them at once because the process has memory of its own. What
 * the operating system gives only when it is touched counts in the second and third figure as far as it is.
 */
export function measureMetadata(create: Create, frames: number): Metadata {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const range = { base: FIRST_FRAME, count: frames };
  const used = (): number => {
    collect();
    const { arrayBuffers, heapUsed, external } = process.memoryUsage();
    return Math.max(arrayBuffers, external) + heapUsed;
  };
  const resident = (): number => {
    collect();
    return process.memoryUsage().rss;
  };
  // The first makes what all share, and compiles the code.
  exercise(create({ base: FIRST_FRAME, count: Math.min(frames, 4096) }));
  const one = used();
  const first = create(range);
  const made = used() - one;
  const copies = Math.min(MOST_COPIES, Math.max(1, Math.ceil(ENOUGH / made)));
  const before = resident();
  const all: MeasuredAllocator[] = Array.from({ length: copies }, () => create(range));
  for (const each of all) useSingles(each);
  const singles = (resident() - before) / copies;
  for (const each of all) useRuns(each);
  const runs = (resident() - before) / copies;
  const scale = GIB / frames;
  if (first.count !== frames) throw new Error('not the range that was asked for');
  return { made: made * scale, singles: singles * scale, runs: runs * scale };
}

/** Hands out every frame, and frees the half in which bit 2 of the number is set. */
function useSingles(allocator: MeasuredAllocator): void {
  while (allocator.alloc(0) !== NO_FRAME);
  for (let frame = allocator.base; frame < allocator.base + allocator.count; frame++) {
    if ((frame & 4) !== 0) allocator.free(frame, 0);
  }
}

/** Takes half of the free frames in pairs. */
function useRuns(allocator: MeasuredAllocator): void {
  for (let at = allocator.count >> 3; at > 0; at--) allocator.alloc(1);
}

function exercise(allocator: MeasuredAllocator): void {
  useSingles(allocator);
  useRuns(allocator);
}
