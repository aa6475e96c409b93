/** The same images on QEMU’s virt board and on ours: what they send must be the same, byte for byte. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MiB } from '@armature/core';
import { assemble } from '@armature/isa';
import { phase3KernelImage } from '@armature/phase3-kernel';
import { afterAll, describe, expect, test } from 'vitest';
import { type BootOptions, boot, type VirtOptions, virt } from '../src/index.ts';
import { linuxHeader, SHOW_REGISTERS } from './guests.ts';
import { elfImage } from './images.ts';

const folder = mkdtempSync(join(tmpdir(), 'armature-qemu-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function hasQemu(): boolean {
  try {
    execFileSync('qemu-system-aarch64', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function qemu(args: readonly string[]): Promise<string> {
  const machine = ['-M', 'virt', '-cpu', 'cortex-a72', '-nic', 'none', '-nographic'];
  const run = promisify(execFile)('qemu-system-aarch64', [...machine, ...args], {
    encoding: 'latin1',
    timeout: 30_000,
  });
  run.child.stdin?.end();
  return (await run).stdout;
}

async function ours(options: BootOptions, board: VirtOptions = {}): Promise<string> {
  const sent: number[] = [];
  const machine = await virt({ ...board, onTransmit: (byte) => sent.push(byte) }).build();
  boot(machine, options);
  expect((await machine.run({ maxInstructions: 50_000_000 })).reason).toBe('power-off');
  return Buffer.from(sent).toString('latin1');
}

const program = (source: string): Uint8Array => assemble(source, { origin: 0x4008_0000 }).bytes;
const registers = program(SHOW_REGISTERS);

describe.skipIf(!hasQemu())('as under QEMU', () => {
  test('the memory kernel', async () => {
    const { bytes } = phase3KernelImage();
    expect(await ours({ image: bytes })).toBe(await qemu(['-kernel', file('kernel', bytes)]));
  });

  test.each([64, 128, 512])('a raw image with %i MiB of RAM', async (memory) => {
    const args = ['-kernel', file(`raw-${memory}`, registers), '-m', `${memory}M`];
    expect(await ours({ image: registers }, { memory: MiB(memory) })).toBe(await qemu(args));
  });

  test.each([
    ['at 512 KiB', 0x8_0000, 0x1_0000],
    ['at RAM base', 0, 0x1_0000],
    ['without a size', 0x20_0000, 0],
    ['larger than half of RAM', 0x8_0000, 80 << 20],
  ])('an Image %s', async (name, textOffset, imageSize) => {
    const image = program(linuxHeader(textOffset, imageSize) + SHOW_REGISTERS);
    expect(await ours({ image })).toBe(await qemu(['-kernel', file(name, image)]));
  });

  test('an Image with an initial RAM disk', async () => {
    const image = program(linuxHeader(0x8_0000, 0x1_0000) + SHOW_REGISTERS);
    const initrd = new Uint8Array(3_000_001).fill(0x55);
    const args = ['-kernel', file('with-initrd', image), '-initrd', file('initrd', initrd)];
    expect(await ours({ image, initrd })).toBe(await qemu(args));
  });

  test('an ELF file linked elsewhere than it is loaded', async () => {
    const image = elfImage({
      entry: 0x80_0000,
      segments: [{ vaddr: 0x80_0000, paddr: 0x4040_0000, bytes: [...registers] }],
    });
    expect(await ours({ image })).toBe(await qemu(['-kernel', file('elf', image)]));
  });

  test('firmware', async () => {
    const output = await ours({ firmware: registers }, { flash: registers });
    expect(output).toBe(await qemu(['-bios', file('firmware', registers)]));
  });
});
