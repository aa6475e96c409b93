/** What an allocator takes for itself. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FREE_STATUS, NO_FRAME } from '@armature/core';
import { FIRST_FRAME, type MeasuredAllocator } from './measured-allocator.ts';
import type { Create } from './subjects.ts';

export interface Metadata {
  /** Buffers and objects when it is made, in bytes for each GiB it manages. */
  readonly made: number;
  /** Of its memory what it uses once every frame was handed out singly, and half of them freed; the same. */
  readonly singles: number;
  /** The same after two frames together were handed out in every huge frame as well. */
  readonly runs: number;
}

/** Frames in a GiB. */
const GIB = 2 ** 18;
/** So many bytes in all copies that what else the process does is little beside it. */
const ENOUGH = 12 * 2 ** 20;
const MOST_COPIES = 64;
const HUGE_FRAMES = 512;
const PAGE = 4096;

/**
 * Measures an allocator of `frames` frames, many of them at once because the process has memory of its own. What
 * the operating system gives only when it is touched counts in the second and third figure as far as it is.
 */
export function measureMetadata(create: Create, frames: number): Metadata {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const range = { base: FIRST_FRAME, count: frames };
  const memories = watchWebAssemblyMemories();
  const used = (bytesOf = (memory: WebAssembly.Memory) => memory.buffer.byteLength): number => {
    collect();
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    return memories.reduce((sum, memory) => sum + bytesOf(memory), arrayBuffers + heapUsed);
  };
  // Pages that were touched, with objects in place of the heap that they are in: that grows and shrinks as it likes.
  const resident = (): number => {
    collect();
    const { rss, heapTotal, heapUsed } = process.memoryUsage();
    return rss - heapTotal + heapUsed;
  };
  const batches = batchesOf(frames);
  // The first make what all share, and compile the code. They stay: memory that they gave back would be used again, and
  // count as touched.
  const first = Array.from({ length: 3 }, () => create(range));
  for (const each of first) {
    useSingles(each, batches);
    useRuns(each);
    resident();
  }
  const empty = used();
  const few = Array.from({ length: 4 }, () => create(range));
  const size = (used() - empty) / few.length;
  const copies = Math.min(MOST_COPIES, Math.max(1, Math.ceil(ENOUGH / size)));
  const [beside, besideHeld, before] = [used(), used(held), resident()];
  const all: MeasuredAllocator[] = Array.from({ length: copies }, () => create(range));
  const made = (used() - beside) / copies;
  // Whole pages are touched, code is among them, and not all that is reserved is: neither counts what is in use too low.
  const inUse = (): number => Math.min(resident() - before, used(held) - besideHeld) / copies;
  for (const each of all) useSingles(each, batches);
  const singles = inUse();
  for (const each of all) useRuns(each);
  const runs = inUse();
  const scale = GIB / frames;
  if ([...first, ...few, ...all].some(({ count }) => count !== frames))
    throw new Error('not the range asked for');
  return { made: made * scale, singles: singles * scale, runs: runs * scale };
}

/** All that are made from now on: Node's figures leave them out. */
function watchWebAssemblyMemories(): WebAssembly.Memory[] {
  const memories: WebAssembly.Memory[] = [];
  WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
    construct(target, [descriptor]: [WebAssembly.MemoryDescriptor]) {
      const memory = new target(descriptor);
      memories.push(memory);
      return memory;
    },
  });
  return memories;
}

/** Bytes of the pages that hold anything. */
function held({ buffer }: WebAssembly.Memory): number {
  let bytes = 0;
  for (let from = 0; from < buffer.byteLength; from += PAGE) {
    if (new Int32Array(buffer, from, PAGE / 4).some((word) => word !== 0)) bytes += PAGE;
  }
  return bytes;
}

/** Single frames, and half of them; made once, so that they are no allocator's. */
interface Batches {
  readonly all: Int32Array;
  readonly half: Int32Array;
}

/** The half are the frames in whose number bit 2 is set. */
const batchesOf = (frames: number): Batches => ({
  all: new Int32Array(frames).fill(NO_FRAME),
  half: Int32Array.from({ length: frames >> 1 }, (_, at) => FIRST_FRAME + (((at >> 2) << 3) | 4 | (at & 3))),
});

function useSingles(allocator: MeasuredAllocator, { all, half }: Batches): void {
  if (allocator.allocBatch(all) !== all.length) throw new Error('not all frames can be had');
  if (allocator.freeBatch(half) !== FREE_STATUS.ok) throw new Error('a free was refused');
}

/** Takes a pair of free frames in each huge frame. */
function useRuns(allocator: MeasuredAllocator): void {
  const { base, count } = allocator;
  for (let frame = base + 4; frame < base + count; frame += HUGE_FRAMES) allocator.allocAt?.(frame, 2);
}
