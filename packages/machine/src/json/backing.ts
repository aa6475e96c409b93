import type { FrameAllocatorFactory, MemoryBacking } from '@armature/core';
import { type Arena, createArena } from '../memory/arena.ts';
import { onDemand } from '../memory/on-demand.ts';
import type { OptionReader } from './option-reader.ts';

/**
 * Reads where RAM is: `{ "kind": "on-demand", "allocator": "bitmap", "arena": { "name": "shared", "size": "1GiB" } }`.
 * Without an arena the machine has one of its own. `"limit": "256MiB"` is what the guest may touch.
 *
 * @param arenas those that are there already, by name; one that the document describes joins them
 */
export function readBacking(
  options: OptionReader | undefined,
  arenas: Map<string, Arena>,
  allocatorByName: (name: string) => FrameAllocatorFactory,
): MemoryBacking | undefined {
  if (options === undefined) return undefined;
  options.required('kind', options.choice('kind', ['on-demand']));
  const name = options.text('name');
  const limit = options.size('limit');
  const allocatorName = options.text('allocator');
  const arena = readArena(options.object('arena'), arenas);
  options.finish();
  const needed = arena?.allocator === undefined;
  const allocator =
    allocatorName !== undefined || needed
      ? allocatorByName(options.required('allocator', allocatorName))
      : undefined;
  return onDemand({
    ...(arena && { arena }),
    ...(allocator && { allocator }),
    ...(name !== undefined && { name }),
    ...(limit !== undefined && { limit }),
  });
}

function readArena(options: OptionReader | undefined, arenas: Map<string, Arena>): Arena | undefined {
  if (options === undefined) return undefined;
  const name = options.required('name', options.text('name'));
  const size = options.size('size');
  const overhead = options.size('overhead');
  options.finish();
  const known = arenas.get(name);
  if (known !== undefined) return known;
  const arena = createArena({
    name,
    size: options.required('size', size),
    ...(overhead !== undefined && { overhead }),
  });
  arenas.set(name, arena);
  return arena;
}
