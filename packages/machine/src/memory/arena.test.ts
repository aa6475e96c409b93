import { bitmapAllocator } from '@armature/allocator-bitmap';
import { GiB, MiB, PAGE_SIZE } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { DATA, failure, fillPages, frames, guest, own, RAM } from '../../test/on-demand-guests.ts';
import { allocatorByName, createArena, createMachine, type Machine, onDemand, ram } from '../index.ts';

/** A level 1 table, and the descriptor of the GiB that RAM is in: Normal memory, so that no alignment is asked for. */
const TABLE = 0x4006_0000;
const NORMAL_BLOCK = 0x4000_0701n;
const TRANSLATION_ON = `
  movz x0, #0x4006, lsl #16
  msr ttbr0_el1, x0
  mov x0, #0xff
  msr mair_el1, x0
  movz x0, #0x3519
  movk x0, #0x80, lsl #16
  msr tcr_el1, x0
  isb
  mrs x0, sctlr_el1
  orr x0, x0, #1
  msr sctlr_el1, x0
  mov x0, #0x300000
  msr cpacr_el1, x0
  isb
`;

describe('machines in one arena', () => {
  test('eight of them, in turns, each with its own', async () => {
    const arena = createArena({ name: 'shared', size: MiB(32), overhead: MiB(16) });
    const machines: Machine[] = [];
    for (let index = 0; index < 8; index++) {
      const backing = onDemand({ arena, allocator: bitmapAllocator(), name: `guest ${index}` });
      machines.push(await guest({ backing }, fillPages(200 + index, 1000 * index, 3)));
    }
    expect(new Set(machines.map(({ memory }) => memory.memory)).size).toBe(1);
    const left = new Set(machines);
    while (left.size > 0) {
      for (const machine of left) {
        const { reason } = machine.runSync({ maxInstructions: 500 });
        if (reason !== 'budget') left.delete(machine);
      }
    }
    for (const [index, machine] of machines.entries()) {
      expect(machine.cpuStates[0].x(9)).toBe(0n);
      expect(machine.memory.readU64(DATA + 8)).toBe(BigInt(1000 * index));
    }
    const { machines: uses, frames: all } = arena.statistics;
    expect(uses.map(({ machine, frames: count }) => [machine, count])).toEqual(
      machines.map((machine, index) => [`guest ${index}`, frames(machine)]),
    );
    expect(all.used).toBe(uses.reduce((sum, { frames: count }) => sum + count, 0));
    // Together they have 2 GiB of RAM.
    expect(all.used * PAGE_SIZE).toBeLessThan(MiB(20));
    for (const machine of machines) machine.dispose();
    expect(arena.statistics).toMatchObject({ frames: { used: 0 }, machines: [] });
  }, 30_000);

  test('a full arena stops the machine that needs a frame, by name, and no other; with room it goes on', async () => {
    const arena = createArena({ name: 'small', size: MiB(4), overhead: MiB(8) });
    const backing = (name: string) => onDemand({ arena, allocator: bitmapAllocator(), name });
    const modest = await guest({ backing: backing('modest') }, fillPages(100, 5, 50));
    const hostile = await guest({ backing: backing('hostile') }, fillPages(2000, 9));
    modest.runSync({ maxInstructions: 3000 });
    const error = await failure(() => hostile.run());
    expect(error.code).toBe('MEMORY_EXHAUSTED');
    expect(error.message).toMatch(
      /^arena small has no frame left for hostile, of 4 MiB: modest has .* of RAM .*, hostile has .* of RAM/,
    );
    expect(error.context).toMatchObject({ arena: 'small', machine: 'hostile', size: MiB(4) });
    expect(error.hint).toContain('larger');
    const at = hostile.cpuStates[0].pc;
    expect((await failure(() => hostile.run())).code).toBe('MEMORY_EXHAUSTED');
    expect(hostile.cpuStates[0].pc).toBe(at);
    // The host's writes find no frame either, and say so.
    expect((await failure(() => hostile.memory.writeU8(0x4f00_0000, 1))).code).toBe('MEMORY_EXHAUSTED');
    expect((await modest.run()).reason).toBe('power-off');
    expect(modest.cpuStates[0].x(9)).toBe(0n);
    // Pages that it wrote and does not need any more.
    modest.dispose();
    const done = Number(hostile.cpuStates[0].x(1));
    hostile.memory.release(DATA, Math.floor((done - DATA) / PAGE_SIZE) * PAGE_SIZE);
    await failure(() => hostile.run());
    expect(Number(hostile.cpuStates[0].x(1))).toBeGreaterThan(done + 100 * PAGE_SIZE);
  });

  test('a machine at its limit stops, and leaves the others what the arena has', async () => {
    const arena = createArena({
      name: 'shared',
      size: MiB(16),
      overhead: MiB(8),
      allocator: bitmapAllocator(),
    });
    const modest = await guest({ backing: onDemand({ arena, name: 'modest' }) }, fillPages(1000, 5));
    const backing = onDemand({ arena, name: 'hostile', limit: MiB(2) });
    const hostile = await guest({ backing }, fillPages(5000, 9));
    const error = await failure(() => hostile.run());
    expect([error.code, error.message]).toEqual([
      'MEMORY_EXHAUSTED',
      'hostile touched all of the 2 MiB of RAM that it may touch',
    ]);
    expect(error.hint).toMatch(/^Raise the limit/);
    expect(frames(hostile)).toBe(MiB(2) / PAGE_SIZE);
    expect((await modest.run()).reason).toBe('power-off');
    expect(modest.cpuStates[0].x(9)).toBe(0n);
    // What it gives back it may touch again.
    hostile.memory.release(DATA, 16 * PAGE_SIZE);
    const at = Number(hostile.cpuStates[0].x(1));
    await failure(() => hostile.run());
    expect(Number(hostile.cpuStates[0].x(1)) - at).toBe(16 * PAGE_SIZE);
    expect(() => onDemand({ arena, limit: 5000 })).toThrow('a limit of 5000 bytes is not whole 4 KiB frames');
  });

  test.each([
    ['stores', 'str x3, [x1]'],
    ['loads', 'ldr x3, [x1]'],
    ['stores across pages', 'str x3, [x1, #-4]'],
    ['pairs across pages', 'stp x3, x4, [x1, #-8]'],
    ['vectors', 'str q0, [x1, #-16]'],
    ['zeroed blocks', 'dc zva, x1'],
    ['exclusive stores', 'ldxr x4, [x1]\nstxr w5, x3, [x1]'],
  ])('a guest that touches everything by %s leaves the others and the host alone', async (_what, touch) => {
    const arena = createArena({ size: MiB(2), overhead: MiB(8) });
    const backing = () => onDemand({ arena, allocator: bitmapAllocator() });
    const quiet = await guest({ backing: backing(), memory: MiB(256) }, fillPages(20, 5));
    const before = quiet.memory.read(RAM, MiB(32));
    const hostile = await guest(
      { backing: backing(), memory: MiB(256) },
      `${TRANSLATION_ON}
       movz x1, #0x4200, lsl #16
     1:${touch}
       add x1, x1, #4096
       b 1b`,
    );
    hostile.memory.writeU64(TABLE + 8, NORMAL_BLOCK);

    const error = await failure(() => hostile.run({ maxInstructions: 1e6 }));
    expect(error.code).toBe('MEMORY_EXHAUSTED');
    expect(arena.statistics.frames.used).toBe(MiB(2) / PAGE_SIZE);
    expect(Buffer.compare(quiet.memory.read(RAM, MiB(32)), before)).toBe(0);
    expect((await failure(() => quiet.run())).code).toBe('MEMORY_EXHAUSTED');
    hostile.dispose();
    expect((await quiet.run()).reason).toBe('power-off');
    expect(quiet.cpuStates[0].x(9)).toBe(0n);
  });

  test('an instruction fetch from what is untouched runs zeros, which are undefined', async () => {
    const machine = await guest({ backing: own() }, 'movz x1, #0x4200, lsl #16\nbr x1');
    const before = frames(machine);
    expect((await machine.run({ maxInstructions: 100_000 })).reason).toBe('exception-loop');
    expect(frames(machine) - before).toBeLessThanOrEqual(2);
  });

  test('a machine that does not fit beside its RAM is refused', async () => {
    const arena = createArena({ name: 'tight', size: MiB(4), overhead: MiB(4) });
    const backing = (name: string) => onDemand({ arena, allocator: bitmapAllocator(), name });
    const first = await guest({ backing: backing('first') });
    await guest({ backing: backing('second') });
    const error = await failure(() => guest({ backing: backing('third') }));
    expect(error.code).toBe('MEMORY_EXHAUSTED');
    expect(error.message).toMatch(
      /^arena tight has no room for .* that third needs beside its RAM: first has/,
    );
    first.dispose();
    const third = await guest({ backing: backing('third') }, fillPages(20, 3));
    await third.run();
    expect(third.cpuStates[0].x(9)).toBe(0n);
    expect(arena.statistics.machines.map(({ machine }) => machine)).toEqual(['second', 'third']);
  });

  test('what cannot be is refused', async () => {
    const arena = createArena({ name: 'a', size: MiB(4) });
    expect(() => onDemand({ arena, allocator: bitmapAllocator() })).not.toThrow();
    expect(() => onDemand({ arena, allocator: allocatorByName('buddy') })).toThrow(
      'arena a has the allocator bitmap, and a machine in it wants buddy',
    );
    expect(() => createArena({ size: 5000 })).toThrow('a size of 5000 bytes is not whole 4 KiB frames');
    expect(() => createArena({ size: GiB(4) })).toThrow('more than 4 GiB');
    expect(() => createArena({ size: GiB(2), overhead: GiB(3) })).toThrow('more than 4 GiB');
    const error = await failure(() =>
      createMachine()
        .use(ram({ size: MiB(1), backing: onDemand({ arena: createArena({ size: MiB(1) }) }) }))
        .build(),
    );
    expect([error.code, error.message]).toEqual(['CONFIG_INVALID', 'arena arena has no allocator']);
    const two = createMachine()
      .use(ram({ base: 0, size: MiB(1), backing: own() }))
      .use(ram({ base: RAM, name: 'other', size: MiB(1), backing: own() }) as never);
    expect((await failure(() => (two as { build(): unknown }).build())).message).toBe(
      'ram and other are backed from different memories, and a machine has one',
    );
  });
});
