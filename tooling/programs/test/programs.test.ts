/**
 * C programs, compiled here, run the same on our machine as on QEMU: standard output byte for byte, and the exit
 * status. Without QEMU our machine is held to recorded digests; without the cross compiler there is nothing to run.
 * With ARMATURE_REQUIRE_ORACLES both must be there. With ARMATURE_RECORD_PROGRAMS the digests are written anew.
 */
import { availableParallelism } from 'node:os';
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

const cases = programs.flatMap((program) => variants.map((variant) => ({ program, variant })));
const toolchain = new Toolchain();
afterAll(() => toolchain.remove());

/** Compiled programs, or why one could not be compiled. */
const images = new Map<string, string | Error>();
const underQemu = new Map<string, Outcome>();
const key = (program: string, variant: Variant): string => `${program} ${variant}`;

async function prepare(program: string, variant: Variant): Promise<void> {
  try {
    const image = await toolchain.build(program, variant);
    images.set(key(program, variant), image);
    if (qemuHere) underQemu.set(key(program, variant), await onQemu(image));
  } catch (error) {
    images.set(key(program, variant), error as Error);
  }
}

function imageOf(program: string, variant: Variant): string {
  const image = images.get(key(program, variant));
  if (typeof image !== 'string') throw image ?? new Error('it was not compiled');
  return image;
}

describe.skipIf(!compilerHere && !required)(
  `C programs (${compilerHere ? 'compiled here' : `${COMPILER} is not installed`}; ${qemuHere ? 'against QEMU' : `${QEMU} is not installed: against recorded digests`})`,
  () => {
    beforeAll(async () => {
      if (required)
        expect([compilerHere, qemuHere], `${COMPILER} and ${QEMU} are required`).toEqual([true, true]);
      const waiting = [...cases];
      const worker = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
          await prepare(next.program, next.variant);
      };
      await Promise.all(Array.from({ length: Math.min(8, availableParallelism()) }, worker));
    }, 600_000);

    afterAll(() => {
      if (recording)
        record(new Map(programs.map((program) => [program, underQemu.get(key(program, 'O2'))!])));
    });

    test.each(cases)('$program $variant', async ({ program, variant }) => {
      const outcome = await onArmature(imageOf(program, variant));
      expect(outcome.output).not.toMatch(/unexpected exception|^$/);
      if (qemuHere) expect(outcome).toEqual(underQemu.get(key(program, variant)));
      if (!recording) expect(digest(outcome)).toEqual(recorded(program));
    });

    test.each(BY_COMMAND_LINE)('%s %s, by armature run', async (program, variant) => {
      expect(digest(await onCommandLine(imageOf(program, variant)))).toEqual(recorded(program));
    });
  },
);
