import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const QEMU = 'qemu-system-aarch64';

/** Why QEMU cannot be used here, or undefined when it can. */
export const qemuMissing: string | undefined =
  spawnSync(QEMU, ['--version'], { stdio: 'ignore' }).status === 0 ? undefined : `${QEMU} is not installed`;

/** Bytes to place in RAM before the machine starts. */
export interface Blob {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** Runs an image on `-M virt` until it powers off, and gives what it printed. */
export function runQemu(
  image: Uint8Array,
  args: readonly string[] = [],
  blobs: readonly Blob[] = [],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-qemu-'));
  try {
    const kernel = join(folder, 'kernel.bin');
    writeFileSync(kernel, image);
    const loaders = blobs.flatMap(({ address, bytes }, index) => {
      const file = join(folder, `blob${index}.bin`);
      writeFileSync(file, bytes);
      return ['-device', `loader,file=${file},addr=0x${address.toString(16)},force-raw=on`];
    });
    const run = spawnSync(
      QEMU,
      [
        '-M',
        'virt',
        '-cpu',
        'cortex-a72',
        '-nic',
        'none',
        '-nographic',
        '-kernel',
        kernel,
        ...loaders,
        ...args,
      ],
      { input: '', timeout: 20_000, killSignal: 'SIGKILL' },
    );
    const output = run.stdout.toString('latin1');
    if (run.status !== 0) {
      throw new Error(`QEMU ended with ${run.signal ?? run.status}: ${run.stderr.toString()}\n${output}`);
    }
    return output;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The image entered with another device tree pointer: its first branch goes to a stub behind the image, which
 * sets x0 and goes on where the branch went.
 */
export function withDeviceTreePointer(image: Uint8Array, pointer: bigint): Uint8Array {
  const branch = (from: number, to: number): number => 0x1400_0000 | (((to - from) >> 2) & 0x3ff_ffff);
  const stub = image.length;
  const patched = new Uint8Array(stub + 16);
  patched.set(image);
  const view = new DataView(patched.buffer);
  const entry = (view.getUint32(0, true) & 0x3ff_ffff) << 2;
  view.setUint32(0, branch(0, stub), true);
  view.setUint32(stub, 0x5800_0040, true); // ldr x0, .+8
  view.setUint32(stub + 4, branch(stub + 4, entry), true);
  view.setBigUint64(stub + 8, pointer, true);
  return patched;
}
