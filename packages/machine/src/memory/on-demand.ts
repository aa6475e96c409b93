import {
  type BackingRequest,
  type FrameAllocatorFactory,
  type MemoryBacking,
  PAGE_SIZE,
} from '@armature/core';
import { formatSize } from '../format-size.ts';
import { Arena, wholeFrames } from './arena.ts';

export interface OnDemandOptions {
  /** Where frames come from, and where they go back to. Default: one of the machine's own, as large as its RAM. */
  readonly arena?: Arena;
  /** Hands out the frames. Not needed where the arena has one. */
  readonly allocator?: FrameAllocatorFactory;
  /** What the arena's messages and statistics call the machine. Default: its own name. */
  readonly name?: string;
  /** Bytes of RAM that the guest may touch, a multiple of 4096. Default: its RAM, and what the arena has. */
  readonly limit?: number | bigint;
}

/**
 * Backs RAM frame by frame: a guest costs the frames of 4 KiB that it touched, whatever the size of its RAM. A frame is
 * given when the guest first accesses it or the host first writes to it, and goes back by `machine.memory.release`.
 * Reads by the host and by devices give nothing. When the arena is full, or the guest at its limit, what ran the guest throws MEMORY_EXHAUSTED with
 * the guest at the instruction that needed the frame: it can be run on once there is room.
 *
 * @throws CONFIG_INVALID when the arena has another allocator, or for a limit that is not one of whole frames
 * @example
 * const arena = createArena({ size: MiB(512) });
 * const backing = () => onDemand({ arena, allocator: bitmapAllocator() });
 * createMachine().use(ram({ base: 0x4000_0000, size: GiB(2), backing: backing() }));
 */
export function onDemand({ arena, allocator, name, limit: given }: OnDemandOptions): MemoryBacking {
  const limit = given === undefined ? undefined : wholeFrames(arena?.name ?? 'of its own', 'limit', given);
  if (arena !== undefined && allocator !== undefined) arena.adopt(allocator);
  return {
    pool: arena ?? {},
    open: (request) => {
      const named = { ...request, machine: name ?? request.machine };
      return (arena ?? ownArena(named, limit, allocator)).open(named, limit);
    },
    toJSON: () => ({
      kind: 'on-demand',
      ...(name !== undefined && { name }),
      ...(limit !== undefined && { limit: formatSize(limit) }),
      ...(arena && {
        arena: { name: arena.name, size: formatSize(arena.size), overhead: formatSize(arena.overhead) },
      }),
      ...((arena?.allocator ?? allocator) && { allocator: (arena?.allocator ?? allocator)!.name }),
    }),
  };
}

/** An arena for one machine: as large as its RAM or its limit, or as WebAssembly's memory allows. */
function ownArena(
  { machine, bytes, regions }: BackingRequest,
  limit = Number.POSITIVE_INFINITY,
  allocator?: FrameAllocatorFactory,
): Arena {
  const ram = regions.reduce((sum, size) => sum + size, 0);
  const overhead = Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
  const size = Math.min(ram, limit, Arena.mostBeside(overhead));
  return new Arena({ name: `of ${machine}`, size, overhead, ...(allocator && { allocator }) });
}
