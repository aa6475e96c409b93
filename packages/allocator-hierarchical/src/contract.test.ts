import { runFrameAllocatorContract } from '@armature/allocator/contract';
import { describe, test } from 'vitest';
import { hierarchicalAllocator } from './index.ts';

runFrameAllocatorContract({ describe, test }, (range) => hierarchicalAllocator().create(range));
