import { readFileSync } from 'node:fs';
import { MiB } from '@armature/core';
import { boot, type VirtOptions, virt } from '@armature/machine';
import type { CpuModel, Engine, GuestClock } from './emulators.ts';

/** What {@link runImage} writes to stderr, as JSON. */
export interface ImageRun {
  readonly instructions: number;
  /** Milliseconds that the machine itself took to build, and to run. */
  readonly buildTime: number;
  readonly runTime: number;
}

/** Boots a raw image on the `virt` board and runs it until it switches the machine off. The console is stdout. */
export async function runImage(
  file: string,
  options: {
    readonly engine: Engine;
    readonly cpu: CpuModel;
    readonly clock: GuestClock;
  },
): Promise<void> {
  const console: number[] = [];
  const begun = performance.now();
  const machine = await virt({
    memory: MiB(256),
    ...options,
    engine: options.engine as NonNullable<VirtOptions['engine']>,
    hostTime: () => performance.now() * 1e6,
    onTransmit: (byte) => console.push(byte),
  }).build();
  boot(machine, { image: new Uint8Array(readFileSync(file)) });
  const built = performance.now();
  const { reason, instructions } = machine.runSync();
  const ended = performance.now();
  process.stdout.write(Uint8Array.from(console));
  if (reason !== 'power-off')
    throw new Error(`the program ended by ${reason} after ${instructions} instructions`);
  const run: ImageRun = { instructions, buildTime: built - begun, runTime: ended - built };
  process.stderr.write(`${JSON.stringify(run)}\n`);
}
