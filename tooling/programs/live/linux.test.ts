/** Every program for Linux, and every portable program of the bare machine, at three levels, against QEMU. */
import { afterAll, describe, expect, test } from 'vitest';
import { expectedOf } from '../test/linux-expected.ts';
import { inRoot, onMachine, onQemuUser } from '../test/linux-run.ts';
import { LEVELS, LinuxToolchain, linuxPrograms, portablePrograms } from '../test/linux-toolchain.ts';

const toolchain = new LinuxToolchain();
afterAll(() => toolchain.remove());

const INPUT = 'a line\nanother\nlast';
const ARGUMENTS = ['first', 'second one'];

const cases = [...linuxPrograms, ...portablePrograms].flatMap((program) =>
  LEVELS.map((level) => ({ program, level })),
);

describe('programs for Linux against QEMU', () => {
  test.concurrent.each(cases)('$program $level', async ({ program, level }) => {
    const image = await toolchain.build(program, level);
    const options = { arguments: ARGUMENTS, input: INPUT };
    const expected = expectedOf(program) ?? (await inRoot((root) => onQemuUser(image, { ...options, root })));
    expect(await inRoot((root) => onMachine(image, { ...options, root }))).toEqual(expected);
  });
});
