import { runFrameAllocatorModel } from '@armature/allocator/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extentAllocator } from '../src/index.ts';

const operations = Number(process.env['ARMATURE_ALLOCATOR_OPERATIONS'] ?? 20_000);

test('does what an array of owners does', () => {
  const result = runFrameAllocatorModel(fc, (range) => extentAllocator().create(range), { operations });
  expect(result.operations).toBeGreaterThanOrEqual(operations);
}, 600_000);
