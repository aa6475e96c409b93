import { runFrameAllocatorModel } from '@armature/allocator/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TreeAllocatorFactoryOptions, treeAllocator } from '../src/index.ts';

const operations = Number(process.env['ARMATURE_ALLOCATOR_OPERATIONS'] ?? 20_000);

test.each<TreeAllocatorFactoryOptions>([{}, { workers: 4, treeChildren: 1 }])(
  '%j does what an array of owners does',
  (options) => {
    const result = runFrameAllocatorModel(fc, (range) => treeAllocator(options).create(range), {
      operations,
    });
    expect(result.operations).toBeGreaterThanOrEqual(operations);
  },
  600_000,
);
