import { runFrameAllocatorContract } from '@armature/allocator/contract';
import { describe, test } from 'vitest';
import { treeAllocator } from './index.ts';

describe.each([{}, { workers: 4 }, { treeChildren: 1 }])('%j', (options) => {
  runFrameAllocatorContract({ describe, test }, (range) => treeAllocator(options).create(range));
});
