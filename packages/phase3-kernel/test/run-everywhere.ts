import { readFileSync } from 'node:fs';
import { boot, virt } from '@armature/machine';
import { expect } from 'vitest';
import { type Blob, qemuMissing, runQemu } from './qemu.ts';

/** Enough for every test; a kernel that hangs ends here. */
const LIMIT = 200_000_000;

/** What both machines are told. */
export interface RunOptions {
  readonly bootArguments?: string;
  /** RAM in bytes, default 128 MiB. */
  readonly memory?: number;
  readonly cpu?: 'cortex-a53' | 'cortex-a57' | 'cortex-a72' | 'max';
}

/** Runs an image on Armature's virt board until it powers off, and gives what it printed. */
export async function runArmature(
  image: Uint8Array,
  { bootArguments, memory = 128 * 2 ** 20, cpu = 'cortex-a72' }: RunOptions = {},
  blobs: readonly Blob[] = [],
): Promise<string> {
  const output: number[] = [];
  const machine = await virt({ memory, cpu, onTransmit: (byte) => output.push(byte) }).build();
  boot(machine, { image, ...(bootArguments !== undefined && { bootArguments }) });
  for (const { address, bytes } of blobs) machine.memory.write(Number(address), bytes);
  const { reason } = machine.runSync({ maxInstructions: LIMIT });
  const text = Buffer.from(output).toString('latin1');
  expect(reason, text).toBe('power-off');
  return text;
}

/** Runs an image on Armature and, where it is installed, on QEMU: both must print the same bytes. */
export async function runEverywhere(
  image: Uint8Array,
  options: RunOptions = {},
  blobs: readonly Blob[] = [],
): Promise<string> {
  const ours = await runArmature(image, options, blobs);
  if (qemuMissing === undefined) {
    const { bootArguments, memory, cpu } = options;
    const args = [
      ...(bootArguments === undefined ? [] : ['-append', bootArguments]),
      ...(memory === undefined ? [] : ['-m', `${memory / 2 ** 20}M`]),
      ...(cpu === undefined ? [] : ['-cpu', cpu]),
    ];
    expect(ours).toBe(runQemu(image, args, blobs));
  }
  return ours;
}

/** The output of a full run, recorded under QEMU. */
export const expectedOutput = (): string =>
  readFileSync(new URL('./expected-output.txt', import.meta.url), 'latin1');
