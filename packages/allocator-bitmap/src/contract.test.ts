import { runFrameAllocatorContract } from '@armature/allocator/contract';
import { describe, test } from 'vitest';
import { bitmapAllocator } from './index.ts';

runFrameAllocatorContract({ describe, test }, (range) => bitmapAllocator().create(range));
