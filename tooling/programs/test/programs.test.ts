/**
 * C programs, compiled here, run the same on our machine as on QEMU: standard output byte for byte, and the exit
 * status. Without QEMU our machine is held to recorded digests; without the cross compiler there is nothing to run.
 * With ARMATURE_REQUIRE_ORACLES both must be there. With ARMATURE_RECORD_PROGRAMS the digests are written anew.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digest, record, recorded } from './recorded.ts';
import { onArmature, onCommandLine, onQemu, QEMU } from './run.ts';
import {
  available,
  COMPILER,
  type Outcome,
  programs,
  Toolchain,
  type Variant,
  variants,
} from './toolchain.ts';

const required = Boolean(process.env['ARMATURE_REQUIRE_ORACLES']);
const recording = Boolean(process.env['ARMATURE_RECORD_PROGRAMS']);
const compilerHere = available(COMPILER);
const qemuHere = available(QEMU);

/** Programs that also run by the command line, as a process. */
const BY_COMMAND_LINE: readonly [string, Variant][] = [
  ['arguments', 'O0'],
  ['exit-status', 'O3-v8.5'],
  ['faults', 'O3'],
  ['files', 'O2'],
];

/** A loaded machine is slow: milliseconds. */
const TIME = 300_000;

const cases = programs.flatMap((program) => variants.map((variant) => ({ program, variant })));
const toolchain = new Toolchain();
const toRecord = new Map<string, Outcome>();
afterAll(() => toolchain.remove());

const title = compilerHere
  ? `C programs ${qemuHere ? 'against QEMU' : `against recorded digests (${QEMU} is not installed)`}`
  : `C programs (${COMPILER} is not installed)`;

describe.skipIf(!compilerHere && !required)(title, () => {
  beforeAll(() => {
    if (required)
      expect([compilerHere, qemuHere], `${COMPILER} and ${QEMU} are required`).toEqual([true, true]);
  });

  afterAll(() => {
    if (recording) record(new Map(programs.map((program) => [program, toRecord.get(program)!])));
  });

  // Concurrent, for compilers and QEMU are processes of their own.
  test.concurrent.each(cases)(
    '$program $variant',
    async ({ program, variant }) => {
      const image = await toolchain.build(program, variant);
      const outcome = await onArmature(image);
      expect(outcome.output).not.toMatch(/unexpected exception|^$/);
      if (qemuHere) expect(outcome).toEqual(await onQemu(image));
      if (recording) toRecord.set(program, outcome);
      else expect(digest(outcome)).toEqual(recorded(program));
    },
    TIME,
  );

  test.concurrent.each(BY_COMMAND_LINE)(
    '%s %s, by armature run',
    async (program, variant) => {
      const image = await toolchain.build(program, variant);
      expect(digest(await onCommandLine(image))).toEqual(recorded(program));
    },
    TIME,
  );
});
