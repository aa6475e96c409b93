/**
 * The contract suite for frame allocators: cases as data, which any test runner can loop over.
 *
 * @example
 * import { describe, test } from 'vitest';
 * runFrameAllocatorContract({ describe, test }, (range) => new MyAllocator(range));
 */
import { ArmatureError, type FrameAllocator } from '@armature/core';
import { allocationCases } from './contract/allocation-cases.ts';
import { freeCases } from './contract/free-cases.ts';
import { checkConsistent, type MakeFrameAllocator } from './contract/harness.ts';
import { largeCases } from './contract/large-cases.ts';
import { randomCases } from './contract/random-cases.ts';
import { stateCases } from './contract/state-cases.ts';

export type { FrameRange, MakeFrameAllocator } from './contract/harness.ts';
export {
  type FrameAllocatorModelOptions,
  type FrameAllocatorModelResult,
  runFrameAllocatorModel,
} from './contract/model-test.ts';

/** One case of the suite. */
export interface ContractCase {
  readonly name: string;
  /**
   * Runs the case and then checks every allocator it made with `validate()` and against its own statistics.
   *
   * @throws ArmatureError `ALLOCATOR_MISBEHAVED` with what was expected and what was found
   */
  run(): void;
}

/** A case that an allocator does not pass, and why that is right. */
export interface SkippedCase {
  /** Name of the case. */
  readonly test: string;
  readonly reason: string;
}

/** The two functions of a test runner that {@link runFrameAllocatorContract} needs. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly test: ((name: string, body: () => void) => void) & {
    readonly skip?: (name: string, body: () => void) => void;
  };
}

/**
 * The cases, for any way of running them.
 *
 * @param make makes a fresh allocator for a range of frames; called several times in a case
 * @example
 * for (const { name, run } of frameAllocatorContract(make)) test(name, run);
 */
export function frameAllocatorContract(make: MakeFrameAllocator): ContractCase[] {
  return [...allocationCases, ...freeCases, ...stateCases, ...randomCases, ...largeCases].map(
    ({ name, run }) => ({
      name,
      run: () => {
        const made: FrameAllocator[] = [];
        run((range) => {
          const allocator = make(range);
          made.push(allocator);
          return allocator;
        });
        for (const allocator of made) checkConsistent(allocator);
      },
    }),
  );
}

/**
 * Registers the cases with a test runner such as vitest, Jest or `node:test`.
 *
 * @param runner `{ describe, test }`
 * @param make makes a fresh allocator for a range of frames
 * @param options cases to skip, each with a reason, which the test's name shows
 * @throws ArmatureError `CONFIG_INVALID` when a skipped case does not exist
 */
export function runFrameAllocatorContract(
  runner: TestRunner,
  make: MakeFrameAllocator,
  options: { readonly skip?: readonly SkippedCase[] } = {},
): void {
  const cases = frameAllocatorContract(make);
  const skipped = new Map(options.skip?.map(({ test, reason }) => [test, reason]));
  for (const name of skipped.keys()) {
    if (!cases.some((each) => each.name === name)) {
      throw new ArmatureError('CONFIG_INVALID', `the contract has no case "${name}" to skip`, {
        context: { name },
        hint: 'Copy the name of the case from the output of the test run.',
      });
    }
  }
  runner.describe('frame allocator contract', () => {
    for (const { name, run } of cases) {
      const reason = skipped.get(name);
      if (reason === undefined) runner.test(name, run);
      else runner.test.skip?.(`${name} (skipped: ${reason})`, run);
    }
  });
}
