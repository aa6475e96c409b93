import {
  type BackingRequest,
  type FrameAllocatorFactory,
  type MemoryBacking,
  PAGE_SIZE,
} from '@armature/core';
import { formatSize } from '../format-size.ts';
import { Arena } from './arena.ts';

export interface OnDemandOptions {
  /** Where frames come from, and where they go back to. Default: one of the machine's own, as large as its RAM. */
  readonly arena?: Arena;
  /** Hands out the frames. Not needed where the arena has one. */
  readonly allocator?: FrameAllocatorFactory;
  /** What the arena's messages and statistics call the machine. Default: its own name. */
  readonly name?: string;
}

/**
 * Backs RAM frame by frame: a guest costs the frames of 4 KiB that it touched, whatever the size of its RAM. A frame is
 * given when the guest first accesses it or the host first writes to it, and goes back by `machine.memory.release`.
 * Reads by the host and by devices give nothing. When the arena is full, what ran the guest throws MEMORY_EXHAUSTED with
 * the guest at the instruction that needed the frame: it can be run on once there is room.
 *
 * @throws CONFIG_INVALID when the arena has another allocator
 * @example
 * const arena = createArena({ size: MiB(512) });
 * const backing = () => onDemand({ arena, allocator: bitmapAllocator() });
 * createMachine().use(ram({ base: 0x4000_0000, size: GiB(2), backing: backing() }));
 */
export function onDemand({ arena, allocator, name }: OnDemandOptions): MemoryBacking {
  if (arena !== undefined && allocator !== undefined) arena.adopt(allocator);
  return {
    pool: arena ?? {},
    open: (request) => {
      const named = { ...request, machine: name ?? request.machine };
      return (arena ?? ownArena(named, allocator)).open(named);
    },
    toJSON: () => ({
      kind: 'on-demand',
      ...(name !== undefined && { name }),
      ...(arena && {
        arena: { name: arena.name, size: formatSize(arena.size), overhead: formatSize(arena.overhead) },
      }),
      ...((arena?.allocator ?? allocator) && { allocator: (arena?.allocator ?? allocator)!.name }),
    }),
  };
}

/** An arena for one machine: as large as its RAM, or as WebAssembly's memory allows. */
function ownArena({ machine, bytes, regions }: BackingRequest, allocator?: FrameAllocatorFactory): Arena {
  const wanted = regions.reduce((sum, size) => sum + size, 0);
  const overhead = Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
  const size = Math.min(wanted, Arena.mostBeside(overhead));
  return new Arena({ name: `of ${machine}`, size, overhead, ...(allocator && { allocator }) });
}
