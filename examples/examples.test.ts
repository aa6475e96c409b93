import { runFrameAllocatorContract } from '@armature/allocator/contract';
import { mmioDeviceContract } from '@armature/core/contract';
import { describe, test } from 'vitest';
import { NextFitAllocator } from './next-fit-allocator.ts';
import { SevenSegment } from './seven-segment.ts';

describe('a third party’s allocator passes the published suite', () => {
  runFrameAllocatorContract({ describe, test }, (range) => new NextFitAllocator(range));
});

describe('a third party’s device passes the published suite', () => {
  const make = () => {
    const device = new SevenSegment();
    return { device, size: 0x1000, component: device };
  };
  for (const { name, run } of mmioDeviceContract(make)) test(name, run);
});
