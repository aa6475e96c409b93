import { phase3KernelLayout, phase3KernelSource } from '../src/index.ts';
import { gnuAssemble, gnuMissing } from './gnu.ts';
import { qemuMissing } from './qemu.ts';

/** Why the kernel cannot be run here, or undefined when it can. */
export const runMissing: string | undefined = qemuMissing ?? gnuMissing;

let built: Uint8Array | undefined;

/** The image under test, built once. */
export function image(): Uint8Array {
  built ??= gnuAssemble(phase3KernelSource(), phase3KernelLayout.imageBase).bytes;
  return built;
}

/** Prints why a suite is skipped. */
export function explainSkip(suite: string, reason: string | undefined): boolean {
  if (reason !== undefined) console.warn(`${suite}: skipped, ${reason}`);
  return reason !== undefined;
}
