import { phase3KernelImage } from '../src/index.ts';

export { qemuMissing as runMissing } from './qemu.ts';

/** The image under test. */
export function image(): Uint8Array {
  return phase3KernelImage().bytes;
}

/** Prints why a suite is skipped. */
export function explainSkip(suite: string, reason: string | undefined): boolean {
  if (reason !== undefined) console.warn(`${suite}: skipped, ${reason}`);
  return reason !== undefined;
}
