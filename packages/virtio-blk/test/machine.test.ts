import { MiB } from '@armature/core';
import { cpu } from '@armature/cpu';
import { memoryDisk } from '@armature/disk';
import { aarch64Exceptions } from '@armature/exceptions';
import { createMachine, ram, wiredInterrupts } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { virtioMmioBus } from '@armature/virtio';
import { writeDescriptor } from '@armature/virtio/contract';
import { expect, test } from 'vitest';
import { virtioBlock } from '../src/index.ts';

const RAM = 0x4000_0000;
const BUS = 0x0a00_0000;
const QUEUE = RAM + 0x1000;
const HEADER = RAM + 0x8000;
const DATA = RAM + 0x9000;
const STATUS = RAM + 0xa000;

const make = (contents: Uint8Array) =>
  createMachine()
    .use(cpu({ engine: 'interpreter' }))
    .use(ram({ base: RAM, size: MiB(1) }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(wiredInterrupts({ spis: 64 }))
    .use(virtioBlock({ disk: memoryDisk(contents) }))
    .use(virtioBlock({ disk: memoryDisk(new Uint8Array(1024)), slot: 2 }))
    .use(virtioMmioBus({ slots: 4, base: BUS }))
    .build();

type Machine = Awaited<ReturnType<typeof make>>;

const register = (slot: number, offset: number): number => BUS + 0x200 * slot + offset;

function startDriver({ bus }: Machine): void {
  const set = (offset: number, value: number): void => {
    bus.write(register(3, offset), 4, value);
  };
  set(0x28, 4096);
  set(0x70, 3);
  set(0x20, 0);
  set(0x38, 4);
  set(0x3c, 4096);
  set(0x40, QUEUE / 4096);
  set(0x70, 7);
}

/** Offers a read of the first sector, without notifying. */
function offerRead({ memory }: Machine, count: number): void {
  memory.fill(HEADER, 16, 0);
  writeDescriptor(memory, QUEUE, HEADER, 16, 1, 1);
  writeDescriptor(memory, QUEUE + 16, DATA, 512, 3, 2);
  writeDescriptor(memory, QUEUE + 32, STATUS, 1, 2, 0);
  memory.writeU8(STATUS, 0xff);
  memory.fill(DATA, 512, 0);
  memory.writeU32(QUEUE + 64, count << 16);
}

test('a machine with two disks reads, is put into a snapshot between offer and notification, and goes on', async () => {
  const contents = new Uint8Array(4096).fill(0x77);
  const machine = await make(contents);
  const ids = [0, 1, 2, 3].map((slot) => machine.bus.read(register(slot, 8), 4));
  expect(ids).toEqual([0, 0, 2, 2]);
  expect(machine.bus.read(register(2, 0x100), 4)).toBe(2);
  expect(machine.bus.read(register(3, 0x100), 4)).toBe(8);
  startDriver(machine);
  offerRead(machine, 1);
  machine.bus.write(register(3, 0x50), 4, 0);
  expect(machine.memory.readU8(DATA)).toBe(0x77);
  expect(machine.memory.readU8(STATUS)).toBe(0);
  offerRead(machine, 2);
  const snapshot = structuredClone(machine.snapshot());

  const other = await make(contents);
  other.restore(snapshot);
  expect(other.snapshot()).toEqual(snapshot);
  expect(other.bus.read(register(3, 0x60), 4)).toBe(1);
  other.bus.write(register(3, 0x50), 4, 0);
  expect(other.memory.readU8(DATA + 511)).toBe(0x77);
  expect(other.memory.readU32(QUEUE + 4096) >>> 16).toBe(2);

  other.reset();
  expect(other.bus.read(register(3, 0x70), 4)).toBe(0);
  expect(other.bus.read(register(3, 0x60), 4)).toBe(0);
});

test('a disk in a machine without transports is an error of the type, and of the build', async () => {
  const builder = createMachine()
    .use(ram({ base: RAM, size: MiB(1) }))
    .use(virtioBlock({ disk: memoryDisk(512) }));
  // @ts-expect-error no part provides virtio-mmio
  await expect(() => builder.build()).rejects.toThrow(
    expect.objectContaining({ code: 'CAPABILITY_MISSING' }),
  );
});
