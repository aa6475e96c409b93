import type FastCheck from 'fast-check';
import type { FrameRange, MakeFrameAllocator } from './harness.ts';
import { makeCall } from './model-calls.ts';
import { OwnershipModel } from './ownership-model.ts';

export interface FrameAllocatorModelOptions {
  /** Least number of calls to make. Default 10,000. */
  readonly operations?: number;
  /** Seed of the calls. The same seed makes the same calls. Default 1. */
  readonly seed?: number;
  /** Most frames of a range. Default 3000: five huge frames. */
  readonly maxFrames?: number;
  /** Whether a failure is cut down to few calls, which takes seconds. Default true. */
  readonly shrink?: boolean;
}

export interface FrameAllocatorModelResult {
  /** Calls that were made and compared. */
  readonly operations: number;
  /** Allocators that they were made on. */
  readonly allocators: number;
}

/** What the test needs of the module fast-check. */
type Generators = Pick<
  typeof FastCheck,
  'array' | 'assert' | 'constant' | 'integer' | 'nat' | 'oneof' | 'property' | 'record'
>;

const CALLS_EACH = 400;
const COMPARE_EVERY = 50;

/**
 * Makes random calls on allocators of random ranges and compares every answer with an array of owners, and every frame
 * from time to time. A failure is cut down to few calls, which its message lists.
 *
 * @param fc the module fast-check
 * @param make makes a fresh allocator for a range of frames
 * @throws fast-check's error, whose cause is an ArmatureError `ALLOCATOR_MISBEHAVED`
 * @example
 * import fc from 'fast-check';
 * runFrameAllocatorModel(fc, (range) => new MyAllocator(range), { operations: 1_000_000 });
 */
export function runFrameAllocatorModel(
  fc: Generators,
  make: MakeFrameAllocator,
  { operations = 10_000, seed = 1, maxFrames = 3000, shrink = true }: FrameAllocatorModelOptions = {},
): FrameAllocatorModelResult {
  let made = 0;
  let allocators = 0;
  const range = fc.record({
    base: fc.oneof(
      fc.constant(0x4_0000),
      fc.nat(70),
      fc.nat(5000),
      fc.integer({ min: 0x7fff_0000, max: 0x7fff_f000 }),
    ),
    count: fc.oneof(
      fc.integer({ min: 1, max: Math.min(100, maxFrames) }),
      fc.integer({ min: 1, max: maxFrames }),
    ),
  });
  const calls = fc.array(fc.nat(0x7fff_ffff), { maxLength: CALLS_EACH, size: 'max' });
  const property = fc.property(range, calls, (each: FrameRange, codes: readonly number[]) => {
    const allocator = make(each);
    const model = new OwnershipModel(each);
    codes.forEach((code, at) => {
      makeCall(allocator, model, code);
      if (at % COMPARE_EVERY === 0) model.compare(allocator);
    });
    model.compare(allocator);
    made += codes.length;
    allocators++;
  });
  // The lengths differ, so that a failure can be cut down; rounds go on until there are enough calls.
  for (let round = 0; made < operations; round++) {
    const numRuns = Math.ceil((operations - made) / CALLS_EACH);
    fc.assert(property, { numRuns, seed: seed + round, endOnFailure: !shrink });
  }
  return { operations: made, allocators };
}
