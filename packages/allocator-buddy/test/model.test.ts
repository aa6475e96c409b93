import { runFrameAllocatorModel } from '@armature/allocator/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BuddyAllocatorOptions, buddyAllocator } from '../src/index.ts';

const operations = Number(process.env['ARMATURE_ALLOCATOR_OPERATIONS'] ?? 20_000);

test.each<BuddyAllocatorOptions>([
  {},
  { placement: 'address' },
  { magazines: {} },
  { magazines: { frames: 1 }, placement: 'address' },
])(
  '%j does what an array of owners does',
  (options) => {
    const result = runFrameAllocatorModel(fc, (range) => buddyAllocator(options).create(range), {
      operations,
    });
    expect(result.operations).toBeGreaterThanOrEqual(operations);
  },
  600_000,
);
