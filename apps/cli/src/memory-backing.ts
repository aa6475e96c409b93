/** `--memory-backing`: where the RAM of a board is in the host's memory. */
import type { MemoryBacking } from '@armature/core';
import { onDemand, parseQuantity } from '@armature/machine';
import { InvalidArgumentError } from 'commander';
import { allocatorName, findAllocator } from './allocator-file.ts';

export interface BackingArguments {
  /** Allocator of the frames. */
  readonly allocator: string;
  /** Bytes that the guest may touch, when fewer than its RAM. */
  readonly limit?: number;
}

const HINT = 'Write it as whole, on-demand, or on-demand,limit=256M,allocator=buddy.';

/** Parses `whole`, which is the default and undefined, or `on-demand` with its options. */
export function memoryBacking(text: string): BackingArguments | undefined {
  const [way, ...items] = text.split(',');
  if (way === 'whole' && items.length === 0) return undefined;
  if (way !== 'on-demand') throw new InvalidArgumentError(HINT);
  let limit: number | undefined;
  let allocator = 'bitmap';
  for (const item of items) {
    const [name, value] = item.split('=');
    if (name === 'allocator' && value !== undefined) allocator = allocatorName(value);
    else if (name === 'limit') limit = frames(value);
    else throw new InvalidArgumentError(HINT);
  }
  return { allocator, ...(limit !== undefined && { limit }) };
}

function frames(text: string | undefined): number {
  const size = parseQuantity(text);
  if (size !== undefined && size > 0 && size % 4096 === 0) return size;
  throw new InvalidArgumentError('The limit is a multiple of 4096 bytes, such as 256M.');
}

export async function openBacking({ allocator, limit }: BackingArguments): Promise<MemoryBacking> {
  return onDemand({ allocator: await findAllocator(allocator), ...(limit !== undefined && { limit }) });
}
