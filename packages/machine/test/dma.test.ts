/** Devices read and write buffers in the pages that a machine's memory manager hands out, with each allocator. */
import { MiB, PAGE_SIZE } from '@armature/core';
import { cpu } from '@armature/cpu';
import { DMA_CONTROL, FWCFG_KEY, FWCFG_REGISTER, fwCfg } from '@armature/device-fwcfg';
import { gicV2 } from '@armature/device-gic';
import { memoryDisk } from '@armature/disk';
import { aarch64Exceptions } from '@armature/exceptions';
import { memoryManager } from '@armature/memory';
import { vmsav8 } from '@armature/mmu';
import { VIRTIO_MMIO_REGISTER as REGISTER, VIRTIO_STATUS, virtioMmioBus } from '@armature/virtio';
import { virtioBlock } from '@armature/virtio-blk';
import { describe, expect, test } from 'vitest';
import { VIRT_MAP } from '../src/boards/virt.ts';
import { createMachine } from '../src/builder.ts';
import { allocatorByName, allocatorNames } from '../src/json/part-registry.ts';
import { ram } from '../src/parts/ram.ts';

const QUEUE_SIZE = 16;
const SECTOR = 512;
const BUFFER_PAGES = 5;
const FILLER = 0xee;
const DESCRIPTOR = { next: 1, write: 2 } as const;
const BLOCK = { in: 0, out: 1 } as const;

const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7) ^ (index >> 8));

describe.each(allocatorNames)('with the %s allocator', (allocator) => {
  /** A machine with a disk, and single pages of it with one in use before and after each. */
  async function bench(pages: number) {
    const disk = memoryDisk(64 * 1024);
    const { ram: place, fwCfg: configuration, virtio } = VIRT_MAP;
    const machine = await createMachine()
      .use(cpu())
      .use(ram({ base: place.base, size: MiB(32) }))
      .use(vmsav8())
      .use(aarch64Exceptions())
      .use(gicV2())
      .use(fwCfg({ base: configuration.base }))
      .use(virtioMmioBus({ base: virtio.base, legacy: false }))
      .use(virtioBlock({ disk, slot: 0 }))
      .use(memoryManager({ allocator: allocatorByName(allocator, MiB(16) / PAGE_SIZE) }))
      .build();
    const manager = machine.use('memory-management');
    const { memory } = machine;
    const page = (): number => {
      const result = manager.memoryAllocPages(1);
      if (!result.ok) throw new Error(result.message);
      memory.fill(result.address, PAGE_SIZE, FILLER);
      return result.address;
    };
    const all = Array.from({ length: 2 * pages + 1 }, page);
    const own = all.filter((_, index) => index % 2 === 1);
    const others = all.filter((_, index) => index % 2 === 0);
    const untouched = (): void => {
      for (const other of others) {
        expect(memory.read(other, PAGE_SIZE).every((byte) => byte === FILLER)).toBe(true);
      }
      expect(manager.validate()).toEqual([]);
    };
    return { machine, memory, own, untouched };
  }

  test('a disk is written from scattered pages and read into others', async () => {
    const { machine, memory, own, untouched } = await bench(4 + 2 * BUFFER_PAGES);
    const [descriptors, available, used, header, ...buffers] = own as [number, number, number, number];
    const register = (name: keyof typeof REGISTER, value: number): void => {
      machine.bus.write(VIRT_MAP.virtio.base + REGISTER[name], 4, value);
    };
    for (const address of [descriptors, available, used]) memory.fill(address, PAGE_SIZE, 0);
    const { ACKNOWLEDGE, DRIVER, DRIVER_OK, FEATURES_OK } = VIRTIO_STATUS;
    register('Status', ACKNOWLEDGE | DRIVER);
    register('DriverFeaturesSel', 1);
    register('DriverFeatures', 1);
    register('Status', ACKNOWLEDGE | DRIVER | FEATURES_OK);
    register('QueueNum', QUEUE_SIZE);
    register('QueueDescLow', descriptors);
    register('QueueDriverLow', available);
    register('QueueDeviceLow', used);
    register('QueueReady', 1);
    register('Status', ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);

    let requests = 0;
    /** One request over several pages: header, a descriptor for each page, status. */
    const request = (type: number, pages: readonly number[]): number => {
      memory.write(header, new Uint8Array(32));
      memory.writeU32(header, type);
      const status = header + 16;
      memory.writeU8(status, 0xff);
      const device = type === BLOCK.in ? DESCRIPTOR.write : 0;
      const chain: [address: number, length: number, flags: number][] = [
        [header, 16, DESCRIPTOR.next],
        ...pages.map((page): [number, number, number] => [page, PAGE_SIZE, DESCRIPTOR.next | device]),
        [status, 1, DESCRIPTOR.write],
      ];
      for (const [index, [address, length, flags]] of chain.entries()) {
        const at = descriptors + 16 * index;
        memory.writeU64(at, BigInt(address));
        memory.writeU32(at + 8, length);
        memory.writeU16(at + 12, flags);
        memory.writeU16(at + 14, index + 1);
      }
      memory.writeU16(available + 4 + 2 * (requests % QUEUE_SIZE), 0);
      memory.writeU16(available + 2, ++requests);
      register('QueueNotify', 0);
      expect(memory.readU16(used + 2)).toBe(requests);
      return memory.readU8(status);
    };

    const from = buffers.slice(0, BUFFER_PAGES);
    const into = buffers.slice(BUFFER_PAGES);
    const bytes = pattern(BUFFER_PAGES * PAGE_SIZE);
    for (const [index, page] of from.entries()) {
      memory.write(page, bytes.subarray(index * PAGE_SIZE, (index + 1) * PAGE_SIZE));
    }
    expect(request(BLOCK.out, from)).toBe(0);
    expect(request(BLOCK.in, into)).toBe(0);
    const read = into.flatMap((page) => [...memory.read(page, PAGE_SIZE)]);
    expect(Uint8Array.from(read)).toEqual(bytes);
    expect(read.length % SECTOR).toBe(0);
    untouched();
  });

  test('the firmware configuration copies a file into a run of pages', async () => {
    const { machine, memory, own, untouched } = await bench(1);
    const manager = machine.use('memory-management');
    const run = manager.memoryAllocPages(BUFFER_PAGES);
    if (!run.ok) throw new Error(run.message);
    memory.fill(run.address, run.bytes, FILLER);
    const [descriptor] = own as [number];
    const bytes = pattern(run.bytes - 100);
    machine.use('firmware-configuration').setInitrd(bytes);
    const words = new DataView(new ArrayBuffer(16));
    words.setUint32(0, (FWCFG_KEY.INITRD_DATA << 16) | DMA_CONTROL.SELECT | DMA_CONTROL.READ);
    words.setUint32(4, bytes.length);
    words.setBigUint64(8, BigInt(run.address));
    memory.write(descriptor, new Uint8Array(words.buffer));
    const bigEndian = new DataView(new ArrayBuffer(4));
    bigEndian.setUint32(0, descriptor);
    machine.bus.write(VIRT_MAP.fwCfg.base + FWCFG_REGISTER.DMA, 4, 0);
    machine.bus.write(VIRT_MAP.fwCfg.base + FWCFG_REGISTER.DMA + 4, 4, bigEndian.getUint32(0, true));
    expect(memory.readU32(descriptor)).toBe(0);
    expect(memory.read(run.address, bytes.length)).toEqual(bytes);
    expect(memory.read(run.address + bytes.length, 100).every((byte) => byte === FILLER)).toBe(true);
    untouched();
  });
});
