import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { boot, virt } from '@armature/machine';
import { expect } from 'vitest';
import { type Blob, qemuMissing, runQemu } from './qemu.ts';

/** Enough for every test; a kernel that hangs ends here. */
const LIMIT = 200_000_000;

/** Engines of Armature's CPU. The compiler compiles as much as it can, as soon as it can. */
export const ENGINES = {
  interpreter: { engine: 'interpreter' },
  jit: { engine: 'jit', jit: { threshold: 2, batch: 1 } },
} as const;
export type EngineName = keyof typeof ENGINES;
export const engineNames = Object.keys(ENGINES) as readonly EngineName[];

/** What both machines are told, and Armature's engine. */
export interface RunOptions {
  readonly engine: EngineName;
  readonly bootArguments?: string;
  /** RAM in bytes, default 128 MiB. */
  readonly memory?: number;
  readonly cpu?: 'cortex-a53' | 'cortex-a57' | 'cortex-a72' | 'max';
}

/** Runs an image on Armature's virt board until it powers off, and gives what it printed. */
export async function runArmature(
  image: Uint8Array,
  { engine, bootArguments, memory = 128 * 2 ** 20, cpu = 'cortex-a72' }: RunOptions,
  blobs: readonly Blob[] = [],
): Promise<string> {
  const output: number[] = [];
  const machine = await virt({
    memory,
    cpu,
    ...ENGINES[engine],
    onTransmit: (byte) => output.push(byte),
  }).build();
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
  options: RunOptions,
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
    expect(ours).toBe(runQemuOnce(image, args, blobs));
  }
  return ours;
}

const qemuOutputs = new Map<string, string>();

/** Runs an image on QEMU, or gives what it printed the last time: one run serves all engines. */
function runQemuOnce(image: Uint8Array, args: readonly string[], blobs: readonly Blob[]): string {
  const hash = createHash('sha256').update(JSON.stringify(args)).update(image);
  for (const { address, bytes } of blobs) hash.update(`${address} ${bytes.length} `).update(bytes);
  const key = hash.digest('hex');
  const output = qemuOutputs.get(key) ?? runQemu(image, args, blobs);
  qemuOutputs.set(key, output);
  return output;
}

/** The output of a full run, recorded under QEMU. */
export const expectedOutput = (): string =>
  readFileSync(new URL('./expected-output.txt', import.meta.url), 'latin1');
