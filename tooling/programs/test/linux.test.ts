/**
 * Programs for Linux run the same on our kernel as under QEMU's user mode: standard output byte for byte, and the exit
 * status. A few of them here; all of them, at every level of optimisation, in the live run.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { expectedOf } from './linux-expected.ts';
import { inRoot, onExec, onMachine, onQemuUser, QEMU_USER } from './linux-run.ts';
import { type Level, LinuxToolchain } from './linux-toolchain.ts';
import { available, COMPILER } from './toolchain.ts';

const required = Boolean(process.env['ARMATURE_REQUIRE_ORACLES']);
const ready = available(COMPILER) && available(QEMU_USER);
const toolchain = new LinuxToolchain();
afterAll(() => toolchain.remove());

const INPUT = 'a line\nanother\nlast';
const ARGUMENTS = ['first', 'second one'];
const TIME = 300_000;

const SOME: readonly [string, Level][] = [
  ['directories.c', 'O2'],
  ['ending-abort.c', 'O2'],
  ['environment.c', 'O0'],
  ['exceptions.cpp', 'O2'],
  ['execute.c', 'O2'],
  ['fork-and-pipe.c', 'O2'],
  ['mappings.c', 'O3'],
  ['polling.c', 'O2'],
  ['segmentation-faults.c', 'O2'],
  ['signals.c', 'O2'],
  ['standard-input.c', 'O2'],
  ['threads.c', 'O2'],
];

describe.skipIf(!ready && !required)('programs for Linux against QEMU', () => {
  test.each(SOME)(
    '%s %s',
    async (program, level) => {
      const image = await toolchain.build(program, level);
      const options = { arguments: ARGUMENTS, input: INPUT };
      const expected =
        expectedOf(program) ?? (await inRoot((root) => onQemuUser(image, { ...options, root })));
      expect(await inRoot((root) => onMachine(image, { ...options, root }))).toEqual(expected);
    },
    TIME,
  );

  test.each([
    ['standard-input.c', 'O2'],
    ['ending-overflow.c', 'O2'],
  ] as const)(
    '%s %s, by armature exec',
    async (program, level) => {
      const image = await toolchain.build(program, level);
      const options = { arguments: ARGUMENTS, input: INPUT };
      const expected = await inRoot((root) => onQemuUser(image, { ...options, root }));
      expect(await inRoot((root) => onExec(image, { ...options, root }))).toEqual(expected);
    },
    TIME,
  );
});
