import { type PartContext, PhysicalMemory } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { memoryBacking } from './backing.ts';
import { FLASH_COMMAND as C } from './commands.ts';
import { type FlashOptions, flash } from './part.ts';

const BANK = 0x1_0000;
const SECTOR = 0x1000;

async function make(options: FlashOptions = {}) {
  const memory = new PhysicalMemory(new WebAssembly.Memory({ initial: 3 }), [
    { name: 'flash', base: 0, size: BANK, kind: 'rom', hostOffset: 0x1_0000 },
    { name: 'flash', base: BANK, size: BANK, kind: 'rom', hostOffset: 0x2_0000 },
  ]);
  const traced: string[] = [];
  const regions = Object.fromEntries(
    [0, 1].map((index) => [
      `bank${index}`,
      { name: `bank${index}`, base: index * BANK, size: BANK, kind: 'rom' },
    ]),
  );
  const component = await flash({ base: 0, bankSize: BANK, sectorSize: SECTOR, ...options }).create({
    name: 'flash',
    memory,
    regions,
    interrupts: {},
    trace: (topic: string, message: () => string) => traced.push(`${topic}: ${message()}`),
  } as unknown as PartContext);
  const bank = (index: number) => component.devices![`bank${index}`]!;
  const program = (index: number, offset: number, value: number): void => {
    bank(index).write(offset, 4, C.PROGRAM);
    bank(index).write(offset, 4, value);
    bank(index).write(offset, 4, C.READ_ARRAY);
  };
  const erase = (index: number, offset: number): void => {
    for (const code of [C.BLOCK_ERASE, C.CONFIRM, C.READ_ARRAY]) bank(index).write(offset, 4, code);
  };
  return { component, memory, traced, bank, program, erase };
}

describe('flash()', () => {
  test('asks for a ROM region for each bank, one after the other', () => {
    expect(flash().regions).toEqual([
      { name: 'bank0', size: 2 ** 26, kind: 'rom' },
      { name: 'bank1', size: 2 ** 26, kind: 'rom' },
    ]);
    expect(flash({ base: 0n, bankSize: 2n ** 20n, banks: [{}, {}, {}] }).regions).toEqual([
      { name: 'bank0', base: 0, size: 2 ** 20, kind: 'rom' },
      { name: 'bank1', base: 2 ** 20, size: 2 ** 20, kind: 'rom' },
      { name: 'bank2', base: 2 ** 21, size: 2 ** 20, kind: 'rom' },
    ]);
  });

  test('contents are in memory, and hidden outside array mode', async () => {
    const { memory, bank } = await make({ banks: [{ image: Uint8Array.of(1, 2, 3, 4, 5) }, {}], fill: 0xff });
    expect([memory.readU32(0), memory.readU32(4), memory.readU32(BANK)]).toEqual([
      0x0403_0201, 0xffff_ff05, 0xffff_ffff,
    ]);
    bank(0).write(0, 4, C.READ_STATUS);
    expect(memory.regionAt(0)).toBeUndefined();
    expect(memory.regionAt(BANK)).toBeDefined();
    bank(0).write(0, 4, C.READ_ARRAY);
    expect(memory.readU8(4)).toBe(5);
  });

  test('changes are told, and stored in the backing', async () => {
    const backing = memoryBacking(Uint8Array.of(0xf0));
    const { memory, program, erase } = await make({ banks: [{}, { backing }] });
    const seen: [number, number][] = [];
    memory.onHostWrite((address, length) => seen.push([address, length]));
    program(1, 0, 0x0000_0030);
    expect(memory.readU32(BANK)).toBe(0x30);
    expect([...backing.bytes]).toEqual([0x30, 0, 0, 0]);
    erase(1, SECTOR + 4);
    program(1, SECTOR, 0x1234_5678);
    expect(memory.readU32(BANK + SECTOR)).toBe(0x1234_5678);
    expect(backing.bytes).toHaveLength(2 * SECTOR);
    expect([...backing.bytes.subarray(SECTOR, SECTOR + 5)]).toEqual([0x78, 0x56, 0x34, 0x12, 0xff]);
    expect(seen).toEqual([
      [BANK, 4],
      [BANK + SECTOR, SECTOR],
      [BANK + SECTOR, 4],
    ]);
    const again = await make({ banks: [{}, { backing }] });
    expect(again.memory.readU32(BANK + SECTOR)).toBe(0x1234_5678);
  });

  test('a read-only bank leaves its backing alone', async () => {
    const backing = memoryBacking(Uint8Array.of(0xf0));
    const { component, program } = await make({ banks: [{ backing, readOnly: true }, {}] });
    program(0, 0, 0);
    component.restore!(component.snapshot!());
    expect([...backing.bytes]).toEqual([0xf0]);
  });

  test('a reset shows the contents again and keeps them', async () => {
    const { component, memory, program, bank } = await make({ banks: [{ image: Uint8Array.of(0xff) }, {}] });
    program(0, 0, 0x12);
    bank(0).write(0, 4, C.CFI_QUERY);
    component.reset!();
    expect(memory.readU8(0)).toBe(0x12);
  });

  test('a restored machine answers as before, and the backing holds what it restored', async () => {
    const first = await make({ banks: [{}, {}] });
    first.erase(1, 0);
    first.bank(1).write(0, 4, C.READ_ID);
    const snapshot = structuredClone(first.component.snapshot!());
    const backing = memoryBacking();
    const second = await make({ banks: [{}, { backing }] });
    second.memory.fill(BANK, SECTOR, 0xff);
    second.component.restore!(snapshot);
    expect(second.memory.regionAt(BANK)).toBeUndefined();
    expect(second.bank(1).read(4, 4)).toBe(0x0018_0018);
    expect(backing.bytes).toHaveLength(BANK);
    expect([backing.bytes[0], backing.bytes[SECTOR]]).toEqual([0xff, 0]);
    const other = { ...snapshot, state: { banks: [] } };
    expect(() => second.component.restore!(other)).toThrowError(/not of a flash with 2 banks/);
  });

  test('a backing that fails is traced', async () => {
    const failing = {
      load: () => new Uint8Array(),
      store() {
        throw new Error('disk full');
      },
    };
    const { program, traced, bank } = await make({ banks: [{ backing: failing }, {}] });
    program(0, 0, 0);
    expect(traced).toEqual(['flash: bank0: 4 bytes at offset 0 were not stored: Error: disk full']);
    bank(0).write(0, 4, C.READ_STATUS);
    expect(bank(0).read(0, 1)).toBe(0x90);
  });

  test('mistakes are errors that say what is wrong', async () => {
    const backing = memoryBacking();
    for (const [options, message] of [
      [{ banks: [] }, /no banks/],
      [{ banks: [{ image: new Uint8Array(), backing }] }, /both an image and a backing/],
      [{ fill: 256 }, /256 is not a byte/],
      [{ bankSize: 3 * 2 ** 20 }, /banks of 3145728 bytes/],
      [{ bankSize: 2 ** 20, sectorSize: 2 ** 21 }, /sectors of 2097152 bytes/],
    ] as const) {
      expect(() => flash(options)).toThrowError(message);
    }
    const closed: number[] = [];
    const watched = { ...backing, close: () => closed.push(1) };
    await expect(
      make({ banks: [{ backing: watched }, { image: new Uint8Array(BANK + 1) }] }),
    ).rejects.toThrowError(/65537 bytes do not fit bank1 of flash, which has 64 KiB/);
    expect(closed).toEqual([1]);
  });

  test('backings are closed with the machine', async () => {
    let closed = 0;
    const backing = { ...memoryBacking(), close: () => closed++ };
    const { component } = await make({ banks: [{ backing }, {}] });
    component.dispose!();
    expect(closed).toBe(1);
  });

  test('its device tree is the one of QEMU’s virt', async () => {
    const { component } = await make();
    expect(component.deviceTree).toEqual([
      {
        name: 'flash@0',
        label: 'flash',
        properties: {
          compatible: { strings: ['cfi-flash'] },
          reg: { cells: [0, 0, 0, BANK, 0, BANK, 0, BANK] },
          'bank-width': { cells: [4] },
        },
      },
    ]);
  });

  test('its configuration leaves contents out', () => {
    const part = flash({
      base: 0n,
      bankSize: BANK,
      sectorSize: SECTOR,
      fill: 255,
      banks: [{ image: Uint8Array.of(1), readOnly: true }, { backing: memoryBacking() }],
    });
    expect(JSON.parse(JSON.stringify(part))).toEqual({
      part: 'flash',
      base: 0,
      bankSize: BANK,
      sectorSize: SECTOR,
      fill: 255,
      banks: [{ readOnly: true }, {}],
    });
    expect(flash().toJSON!()).toEqual({ part: 'flash' });
  });
});
