import { runFrameAllocatorContract } from '@armature/allocator/contract';
import { describe, test } from 'vitest';
import { type BuddyAllocatorOptions, buddyAllocator } from './index.ts';

const VARIANTS: Readonly<Record<string, BuddyAllocatorOptions>> = {
  'freed last, handed out first': {},
  'lowest address first': { placement: 'address' },
  'with magazines': { magazines: {} },
  'with magazines of one frame': { magazines: { frames: 1 }, placement: 'address' },
};

for (const [name, options] of Object.entries(VARIANTS)) {
  describe(name, () => {
    runFrameAllocatorContract({ describe, test }, (range) => buddyAllocator(options).create(range));
  });
}
