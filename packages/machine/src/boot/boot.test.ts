import { ArmatureError, MiB } from '@armature/core';
import { findNode, parseFdt } from '@armature/fdt';
import { describe, expect, test } from 'vitest';
import { fakeCpu, fakeDevice, fakeExceptions } from '../../test/fakes.ts';
import { elfImage, linuxImage } from '../../test/images.ts';
import { buildMachine } from '../assemble.ts';
import { virt } from '../boards/virt.ts';
import { ram, rom } from '../parts/ram.ts';
import { type BootOptions, boot, planBoot } from './boot.ts';
import { decompressImage, detectImage } from './image.ts';

const LOOP = Uint8Array.of(0, 0, 0, 0x14);
const RAM = 0x4000_0000;

const machine = await buildMachine([
  fakeExceptions(),
  fakeCpu(),
  ram({ base: RAM, size: MiB(128) }),
  rom({ base: 0, size: MiB(1), name: 'flash' }),
  fakeDevice({ name: 'uart', base: 0x0900_0000, size: 0x1000 }),
]);

function failure(options: BootOptions): { code: string; message: string } {
  try {
    planBoot(machine, options);
  } catch (error) {
    if (error instanceof ArmatureError) {
      expect(error.hint).toBeDefined();
      return { code: error.code, message: error.message };
    }
    throw error;
  }
  throw new Error('the plan was made');
}

describe('placement, as under QEMU', () => {
  test('an Image goes to its text offset, the device tree to half of RAM', () => {
    const plan = boot(machine, { image: linuxImage({ textOffset: 0x8_0000 }), bootArguments: 'quiet' });
    expect(plan).toMatchObject({ protocol: 'linux', entry: RAM + 0x8_0000, deviceTree: RAM + MiB(64) });
    const cpu = machine.cpuStates[0];
    expect([0, 1, 2, 3, 4].map((index) => cpu.x(index))).toEqual([0x4400_0000n, 0n, 0n, 0n, 0x4008_0000n]);
    expect(cpu.pc).toBe(0x4008_0000n);
    expect(machine.memory.readU32(0x4008_0000)).toBe(0x1400_0000);
    const size = plan.pieces.at(-1)!.size;
    const tree = parseFdt(machine.memory.read(0x4400_0000, size));
    expect(String.fromCharCode(...findNode(tree, '/chosen')!.node.properties.get('bootargs')!)).toBe(
      'quiet\0',
    );
  });

  test('an Image that wants the first 4 KiB of RAM is moved up by 2 MiB', () => {
    expect(planBoot(machine, { image: linuxImage() }).entry).toBe(RAM + MiB(2));
  });

  test('a kernel without an image size goes to 512 KiB', () => {
    const image = linuxImage({ textOffset: 0x1234_0000, imageSize: 0 });
    expect(planBoot(machine, { image }).entry).toBe(RAM + 0x8_0000);
  });

  test('the initial RAM disk comes before the device tree', () => {
    const initrd = new Uint8Array(MiB(2) + 1).fill(7);
    const plan = planBoot(machine, { image: linuxImage(), initrd });
    expect(plan.pieces.map(({ address }) => address)).toEqual([
      RAM + MiB(2),
      RAM + MiB(64),
      RAM + MiB(64) + MiB(4),
    ]);
    const tree = parseFdt(plan.pieces[2].bytes);
    const start = findNode(tree, '/chosen')!.node.properties.get('linux,initrd-start')!;
    expect([...start]).toEqual([0, 0, 0, 0, 0x44, 0, 0, 0]);
  });

  test('a kernel larger than half of RAM pushes both up', () => {
    const plan = planBoot(machine, { image: linuxImage({ imageSize: MiB(80) }) });
    expect(plan.deviceTree).toBe(RAM + MiB(82));
  });

  test('a raw image starts as an Image at 512 KiB does', () => {
    const plan = planBoot(machine, { image: LOOP });
    expect(plan).toMatchObject({ protocol: 'raw', entry: RAM + 0x8_0000, deviceTree: RAM + MiB(64) });
    expect(plan.registers).toEqual([RAM + MiB(64), 0, 0, 0, RAM + 0x8_0000]);
  });

  test('a raw image at an address finds the device tree at RAM base', () => {
    const plan = planBoot(machine, { image: LOOP, loadAddress: RAM + 0x10_0000, entry: RAM + 0x10_0000 });
    expect(plan).toMatchObject({ entry: RAM + 0x10_0000, deviceTree: RAM });
    expect(plan.registers).toEqual([0, 0, 0, 0, 0]);
    expect(planBoot(machine, { image: LOOP, loadAddress: RAM }).deviceTree).toBeUndefined();
  });

  test('an ELF file goes where its physical addresses say, and its entry with it', () => {
    const image = elfImage({
      entry: 0x8_0004,
      segments: [
        { vaddr: 0x8_0000, paddr: 0x4010_0000, bytes: [1, 2, 3, 4, 5, 6, 7, 8] },
        { paddr: 0x4020_0000, bytes: [9], memsz: 4096, flags: 6 },
      ],
    });
    machine.memory.fill(0x4020_0000, 4096, 0xff);
    const plan = boot(machine, { image });
    expect(plan).toMatchObject({ protocol: 'elf', entry: 0x4010_0004, deviceTree: RAM });
    expect([...machine.memory.read(0x4010_0000, 8)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...machine.memory.read(0x4020_0000, 3)]).toEqual([9, 0, 0]);
    expect(machine.cpuStates[0].x(0)).toBe(0n);
  });

  test('firmware starts at the reset vector', () => {
    const plan = boot(machine, { firmware: LOOP });
    expect(plan).toMatchObject({ protocol: 'firmware', entry: 0, deviceTree: RAM });
    expect(machine.memory.readU32(0)).toBe(0x1400_0000);
  });

  test('a device tree from elsewhere is used, with the boot loader’s additions', () => {
    const blob = machine.deviceTree({ bootArguments: 'old' });
    const plan = planBoot(machine, { image: LOOP, deviceTree: blob, bootArguments: 'new' });
    const { properties } = findNode(parseFdt(plan.pieces[1].bytes), '/chosen')!.node;
    expect(String.fromCharCode(...properties.get('bootargs')!)).toBe('new\0');
    expect(planBoot(machine, { image: LOOP, deviceTree: blob }).pieces[1].bytes).toEqual(blob);
  });

  test('gzip is unpacked', async () => {
    const stream = new Blob([Uint8Array.from(linuxImage())])
      .stream()
      .pipeThrough(new CompressionStream('gzip'));
    const packed = new Uint8Array(await new Response(stream).arrayBuffer());
    expect(detectImage(packed)).toBe('gzip');
    expect(failure({ image: packed }).message).toBe('the image is gzip data');
    expect(await decompressImage(packed)).toEqual(linuxImage());
    await expect(decompressImage(packed.subarray(0, packed.length - 9))).rejects.toThrow('damaged');
    expect(await decompressImage(LOOP)).toBe(LOOP);
  });
});

describe('images that are refused', () => {
  const invalid: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(0), 'empty'],
    ['text', new TextEncoder().encode('hello, world\n'), 'text'],
    ['a script in UTF-8', new TextEncoder().encode('#!/bin/sh\necho grüße\n'), 'text'],
    ['three bytes', Uint8Array.of(0x1f, 0x20, 0x03), '3 bytes'],
    ['zeros', new Uint8Array(4096), 'all zeros'],
    ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), 'a PNG picture'],
    ['a device tree', machine.deviceTree(), 'a device tree blob'],
  ];
  test.each(invalid)('%s', (_, image, reason) => {
    expect(failure({ image })).toEqual({
      code: 'IMAGE_INVALID',
      message: `the image is ${reason}, not an image this machine can run`,
    });
  });

  const elf: [string, Uint8Array, string, string][] = [
    ['x86-64', elfImage({ machine: 62 }), 'IMAGE_WRONG_MACHINE', 'is for x86-64'],
    ['32-bit Arm', elfImage({ machine: 40, elfClass: 1 }), 'IMAGE_WRONG_MACHINE', 'is for Arm (32-bit)'],
    ['an unknown machine', elfImage({ machine: 9999 }), 'IMAGE_WRONG_MACHINE', 'is for machine 9999'],
    ['big-endian', elfImage({ encoding: 2 }), 'IMAGE_WRONG_MACHINE', 'is big-endian'],
    ['ILP32', elfImage({ elfClass: 1 }), 'IMAGE_WRONG_MACHINE', 'is of 32-bit class'],
    ['a relocatable file', elfImage({ type: 1 }), 'IMAGE_INVALID', 'is of type relocatable'],
    ['a cut header', elfImage().subarray(0, 40), 'IMAGE_INVALID', '40 bytes do not hold a header'],
    [
      'cut program headers',
      elfImage().subarray(0, 100),
      'IMAGE_INVALID',
      'the program headers at 64 end after',
    ],
    ['a cut segment', elfImage().subarray(0, 122), 'IMAGE_INVALID', 'takes bytes 120 to 124 of 122'],
    ['nothing to load', elfImage({ segments: [] }), 'IMAGE_INVALID', 'has nothing to load'],
    ['an entry outside', elfImage({ entry: 0 }), 'IMAGE_INVALID', 'entry point 0x0000_0000 is in none'],
    [
      'more in the file than in memory',
      elfImage({ segments: [{ paddr: RAM, bytes: [1, 2], memsz: 1 }] }),
      'IMAGE_INVALID',
      '2 bytes in the file and 1 in memory',
    ],
    [
      'a user program',
      elfImage({ segments: [{ paddr: RAM, bytes: [1, 2], type: 3 }] }),
      'IMAGE_INVALID',
      'is a program of an operating system',
    ],
    [
      'overlapping segments',
      elfImage({
        segments: [
          { paddr: 0x4008_0000, bytes: [1, 2, 3, 4, 5, 6, 7, 8] },
          { paddr: 0x4008_0004, bytes: [1] },
        ],
      }),
      'IMAGE_OVERLAP',
      'segment 1 (0x4008_0004-0x4008_0004) overlaps segment 0 (0x4008_0000-0x4008_0007)',
    ],
    [
      'a segment over a device',
      elfImage({ entry: 0x0900_0ffc, segments: [{ paddr: 0x0900_0ffc, bytes: [1, 2, 3, 4], memsz: 64 }] }),
      'IMAGE_OVERLAP',
      'overlaps the device uart (0x0900_0000-0x0900_0fff)',
    ],
    [
      'a segment outside memory',
      elfImage({ entry: 0x8000_0000, segments: [{ paddr: 0x8000_0000, bytes: [1, 2, 3, 4] }] }),
      'IMAGE_INVALID',
      'is outside this machine’s memory',
    ],
    [
      'a segment larger than RAM',
      elfImage({ segments: [{ paddr: 0x4008_0000, bytes: [1, 2, 3, 4], memsz: MiB(128) }] }),
      'IMAGE_TOO_LARGE',
      'does not fit ram (0x4000_0000-0x47ff_ffff)',
    ],
  ];
  test.each(elf)('ELF: %s', (_, image, code, message) => {
    const error = failure({ image });
    expect(error.message).toContain(message);
    expect(error.code).toBe(code);
  });

  test('Images', () => {
    expect(failure({ image: linuxImage({ flags: 1 }) }).code).toBe('IMAGE_WRONG_MACHINE');
    expect(failure({ image: linuxImage({ imageSize: MiB(127) }) }).code).toBe('IMAGE_TOO_LARGE');
    const noRoom = failure({ image: linuxImage({ imageSize: MiB(126) }) });
    expect(noRoom.code).toBe('IMAGE_INVALID');
    expect(noRoom.message).toContain('the device tree');
  });

  test('firmware finds a kernel by fw_cfg', async () => {
    const board = await virt({ memory: MiB(16), flash: LOOP }).build();
    const plan = boot(board, { firmware: LOOP, image: linuxImage(), initrd: LOOP, bootArguments: 'quiet' });
    expect(plan.protocol).toBe('firmware');
    const item = (key: number, size: number): number[] => {
      board.bus.write(0x0902_0008, 2, (key >> 8) | ((key & 0xff) << 8));
      return Array.from({ length: size }, () => board.bus.read(0x0902_0000, 1));
    };
    // The size and contents of the RAM disk, and the command line.
    expect(item(0x0b, 4)).toEqual([LOOP.length, 0, 0, 0]);
    expect(item(0x12, LOOP.length)).toEqual([...LOOP]);
    expect(String.fromCharCode(...item(0x15, 5))).toBe('quiet');
  });

  test('combinations that no protocol knows', () => {
    expect(failure({ image: LOOP, firmware: LOOP }).code).toBe('UNSUPPORTED');
    expect(failure({ image: elfImage(), initrd: LOOP }).code).toBe('UNSUPPORTED');
    expect(failure({ image: LOOP, entry: 0x3000_0000 }).message).toBe(
      'the entry point 0x3000_0000 is not in memory',
    );
    expect(failure({ firmware: new Uint8Array(MiB(2)).fill(1) }).code).toBe('IMAGE_TOO_LARGE');
  });
});
