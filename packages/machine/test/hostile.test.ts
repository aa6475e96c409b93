/** What hostile guests and files do to a whole board: errors for them, never for the host. */
import { type AccessSize, ArmatureError, BUS_FAULT, MiB } from '@armature/core';
import { memoryDisk } from '@armature/disk';
import { virtioBlock } from '@armature/virtio-blk';
import { virtioConsole } from '@armature/virtio-console';
import { virtioRng } from '@armature/virtio-rng';
import { describe, expect, test } from 'vitest';
import { type Machine, planBoot, virt } from '../src/index.ts';

/** Random numbers from a seed. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const board = (gic: 2 | 3) =>
  virt({ memory: MiB(16), gic, cpus: 2, flash: new Uint8Array(4096) })
    .use(virtioBlock({ disk: memoryDisk(MiB(1)) }))
    .use(virtioConsole())
    .use(virtioRng())
    .build();

describe.each([2, 3] as const)('GICv%i', (gic) => {
  test('100,000 random accesses to every device', async () => {
    const machine = await board(gic);
    const next = generator(gic);
    const devices = machine.regions.filter(({ kind }) => kind !== 'ram');
    const sizes = [1, 2, 4] as const;
    // Addresses of RAM and its edges, sizes and small numbers: what takes devices furthest.
    const values = [0, 1, 2, 0x4000_0000, 0x40ff_f000, 0x4100_0000, 0xffff_ffff, 0x1000, 0x80, 0xff];
    for (let count = 0; count < 100_000 * devices.length; count++) {
      const { base, size } = devices[count % devices.length];
      const width: AccessSize = sizes[next(3)];
      const offset = next(2) === 0 ? next(Math.min(size, 0x400)) : next(size);
      const address = base + offset - (offset % width);
      if (next(2) === 0) {
        const value = machine.bus.read(address, width);
        const inRange =
          value === BUS_FAULT || (Number.isInteger(value) && value >= 0 && value < 2 ** (8 * width));
        if (!inRange) throw new Error(`read ${value} at 0x${address.toString(16)}`);
      } else {
        const value = next(2) === 0 ? values[next(values.length)] : next(2 ** 32);
        machine.bus.write(address, width, width === 4 ? value >>> 0 : value & (2 ** (8 * width) - 1));
      }
      if (count % 100_000 === 0) machine.restore(machine.snapshot());
    }
  });
});

describe('images', () => {
  const FATAL = /^(IMAGE_|UNSUPPORTED|ADDRESS_)/;

  /** Plans to boot it, or is refused with a code that says so. */
  const plan = (
    machine: Machine,
    deviceTree: Uint8Array,
    image: Uint8Array,
    initrd?: Uint8Array,
  ): boolean => {
    try {
      planBoot(machine, { image, deviceTree, ...(initrd && { initrd }) });
      return true;
    } catch (error) {
      if (error instanceof ArmatureError && FATAL.test(error.code)) return false;
      throw error;
    }
  };

  test('100,000 spoiled headers of kernel images', async () => {
    const machine = await virt({ memory: MiB(16) }).build();
    const tree = machine.deviceTree();
    const next = generator(5);
    const good = new Uint8Array(4096);
    const view = new DataView(good.buffer);
    view.setUint32(0, 0x1400_0010, true);
    view.setBigUint64(8, 0x8_0000n, true);
    view.setBigUint64(16, 0x10_0000n, true);
    view.setUint32(56, 0x644d_5241, true);
    let accepted = 0;
    for (let round = 0; round < 100_000; round++) {
      const image = good.slice(0, next(8) === 0 ? next(4096) : 4096);
      for (let count = next(4); count >= 0; count--) {
        if (image.length > 0) image[next(Math.min(64, image.length))] = next(256);
      }
      if (plan(machine, tree, image, next(16) === 0 ? image : undefined)) accepted++;
    }
    expect(accepted).toBeGreaterThan(1000);
    expect(accepted).toBeLessThan(99_000);
  });
});
