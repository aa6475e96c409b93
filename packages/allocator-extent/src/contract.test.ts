import { runFrameAllocatorContract } from '@armature/allocator/contract';
import { describe, test } from 'vitest';
import { extentAllocator } from './index.ts';

runFrameAllocatorContract({ describe, test }, (range) => extentAllocator().create(range));
