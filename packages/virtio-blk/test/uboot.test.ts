import { existsSync, readFileSync } from 'node:fs';
import { MiB } from '@armature/core';
import { memoryDisk } from '@armature/disk';
import { machineFromJSON, VIRT_MAP, virt } from '@armature/machine';
import { describe, expect, test } from 'vitest';
import { virtioBlock } from '../src/index.ts';

const FIRMWARE = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';
const PROMPT = '=> ';
const SLICE = 2_000_000;
const SLICES = 400;

/** Runs commands at U-Boot's prompt; gives what it printed. */
async function atPrompt(
  disk: Uint8Array,
  options: { readonly legacy: boolean },
  commands: readonly string[],
): Promise<string> {
  const firmware = new Uint8Array(readFileSync(FIRMWARE));
  const board = virt({ flash: firmware, memory: MiB(128) }).toJSON();
  const parts = board.parts.map((part) => (part.part === 'virtio-mmio' ? { ...part, ...options } : part));
  const machine = await machineFromJSON(
    { ...board, parts: [...parts, { part: 'virtio-blk' }] },
    {
      parts: {
        'virtio-blk': () => virtioBlock({ disk: memoryDisk(disk), serial: 'armature-disk' }),
      },
    },
  );
  machine.memory.write(0, firmware);
  machine.memory.write(VIRT_MAP.ram.base, machine.deviceTree());
  const console = machine.find('console')!;
  let output = '';
  console.listen((byte) => {
    output += String.fromCharCode(byte);
  });
  const until = (text: string): void => {
    for (let slice = 0; slice < SLICES && !output.includes(text); slice++) {
      machine.runSync({ maxInstructions: SLICE });
    }
    if (!output.includes(text)) throw new Error(`${JSON.stringify(text)} did not come:\n${output}`);
  };
  until('autoboot');
  console.write(new TextEncoder().encode('\n'));
  let said = '';
  for (const command of commands) {
    until(PROMPT);
    said += output;
    output = '';
    console.write(new TextEncoder().encode(`${command}\n`));
  }
  until(PROMPT);
  machine.dispose();
  return said + output;
}

describe.skipIf(!existsSync(FIRMWARE))('U-Boot', () => {
  test.each([
    ['legacy', true],
    ['modern', false],
  ])('reads and writes a disk behind a %s transport', async (_name, legacy) => {
    const disk = new Uint8Array(MiB(1));
    disk.set(new TextEncoder().encode('sector five'), 5 * 512);
    const said = await atPrompt(disk, { legacy }, [
      'virtio info',
      'virtio read 0x41000000 4 2',
      'md.b 0x41000200 10',
      'mw.b 0x41000000 5a 200',
      'virtio write 0x41000000 7 1',
    ]);
    expect(said).toContain('Capacity: 1.0 MB');
    expect(said).toContain('73 65 63 74 6f 72 20 66 69 76 65');
    expect(disk.subarray(7 * 512, 8 * 512).every((byte) => byte === 0x5a)).toBe(true);
    expect(disk[8 * 512]).toBe(0);
  });
});
