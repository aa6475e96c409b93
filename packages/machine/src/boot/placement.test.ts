import { type FrameAllocatorFactory, MiB } from '@armature/core';
import { findNode, parseFdt } from '@armature/fdt';
import { assemble } from '@armature/isa';
import { describe, expect, test } from 'vitest';
import { linuxHeader } from '../../test/guests.ts';
import { virt } from '../boards/virt.ts';
import { allocatorByName, allocatorNames } from '../json/part-registry.ts';
import { applyBoot, planBoot } from './boot.ts';

const RAM = 0x4000_0000;
const SECTION = MiB(2);

/** An Image of a few bytes that takes so many in memory, and switches off when X0 points to a device tree. */
const kernel = (bytes: number): Uint8Array =>
  assemble(
    `${linuxHeader(0, bytes)}
  ldr w1, [x0]
  ldr w2, =0xedfe0dd0
  cmp w1, w2
  b.ne .
  movz w0, #0x0008
  movk w0, #0x8400, lsl #16
  hvc #0
  .ltorg`,
    { origin: 0 },
  ).bytes;

describe.each(allocatorNames)('with the %s allocator', (allocator) => {
  test.each([
    ['little memory', MiB(64), MiB(1), 5000],
    ['more', MiB(512), MiB(20), MiB(7) + 1],
    ['a large kernel', MiB(512), MiB(200), MiB(40)],
    ['no initial RAM disk', MiB(128), MiB(4), undefined],
  ])('a kernel boots in %s', async (_what, memory, image, initrdSize) => {
    const machine = await virt({ memory, allocator }).build();
    const initrd = initrdSize === undefined ? undefined : new Uint8Array(initrdSize).fill(0x5a);
    const plan = planBoot(machine, { image: kernel(image), ...(initrd && { initrd }) });
    const low = RAM + Math.max(Math.min(memory / 2, MiB(128)), SECTION + image);
    const [first, ...others] = plan.pieces;
    expect(first).toMatchObject({ name: 'the image', address: RAM + SECTION, size: image });
    expect(others.map(({ name }) => name)).toEqual([
      ...(initrd ? ['the initial RAM disk'] : []),
      'the device tree',
    ]);
    for (const { address, size } of others) {
      expect(address).toBeGreaterThanOrEqual(low);
      expect(address % 4096).toBe(0);
      expect(address + size).toBeLessThanOrEqual(RAM + memory);
    }
    const tree = others.at(-1)!;
    expect(plan.deviceTree).toBe(tree.address);
    expect(tree.address % SECTION).toBe(0);
    const chosen = findNode(parseFdt(tree.bytes), '/chosen')!;
    expect(chosen.node.properties.has('linux,initrd-start')).toBe(initrd !== undefined);
    if (initrd && allocator === 'bitmap') {
      expect(others[0]!.address).toBe(Math.ceil(low / 4096) * 4096);
      expect(tree.address).toBe(Math.ceil((others[0]!.address + initrd.length) / SECTION) * SECTION);
    }
    applyBoot(machine, plan);
    expect(machine.runSync({ maxInstructions: 10_000 }).reason).toBe('power-off');
  });

  test('what does not fit is named', async () => {
    const machine = await virt({ memory: MiB(64), allocator }).build();
    const plan = (size: number) => () =>
      planBoot(machine, { image: kernel(4096), initrd: new Uint8Array(size) });
    expect(plan(MiB(33))).toThrow(/^the initial RAM disk .* does not fit ram/);
    expect(plan(MiB(32))).toThrow(/^the device tree .* is outside this machine/);
  });

  test('a program has the device tree at RAM base, unless something is there', async () => {
    const machine = await virt({ allocator }).build();
    const image = assemble('b .', { origin: 0 }).bytes;
    expect(planBoot(machine, { image, loadAddress: RAM + MiB(1) }).deviceTree).toBe(RAM);
    expect(planBoot(machine, { image, loadAddress: RAM + 4096 }).deviceTree).toBeUndefined();
  });
});

test('an allocator of someone else’s places them too', async () => {
  const used: { base: number; count: number }[] = [];
  const allocator: FrameAllocatorFactory = {
    name: 'mine',
    create(range) {
      used.push(range);
      return allocatorByName('bitmap').create(range);
    },
  };
  const machine = await virt({ memory: MiB(64), allocator }).build();
  planBoot(machine, { image: kernel(4096), initrd: new Uint8Array(4096) });
  expect(used.at(-1)).toEqual({ base: RAM / 4096, count: MiB(64) / 4096 });
});
