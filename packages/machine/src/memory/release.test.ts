import { bitmapAllocator } from '@armature/allocator-bitmap';
import { MiB, PAGE_SIZE } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { CODE, DATA, failure, fillPages, frames, guest, own } from '../../test/on-demand-guests.ts';
import { createArena, type Machine, onDemand } from '../index.ts';

describe('frames that go back', () => {
  /** Counts at DATA, and tells how far it is in X9. */
  const COUNTER = `
    movz x1, #0x4100, lsl #16
    adr x2, counting
    mov x3, #0
  counting:
    ldr x9, [x1]
    add x9, x9, #1
    str x9, [x1]
    b counting
  `;

  test.each(['interpreter', 'jit'] as const)(
    'are zero for the guest that runs on, engine %s',
    async (engine) => {
      const jit = { threshold: 100, batch: 1 };
      const machine = await guest({ backing: own(), engine, ...(engine === 'jit' && { jit }) }, COUNTER);
      // Up to the beginning of the loop.
      machine.runSync({ maxInstructions: 100_003 });
      expect(machine.memory.readU64(DATA)).toBe(25_000n);
      const before = frames(machine);
      expect(machine.memory.release(DATA, PAGE_SIZE)).toBe(1);
      expect(frames(machine)).toBe(before - 1);
      expect(machine.memory.readU64(DATA)).toBe(0n);
      machine.runSync({ maxInstructions: 400 });
      expect(machine.memory.readU64(DATA)).toBe(100n);
      expect(frames(machine)).toBe(before);
    },
  );

  test.each(['interpreter', 'jit'] as const)(
    'are another machine’s, which sees zeros and no stores of the first, engine %s',
    async (engine) => {
      const arena = createArena({ size: MiB(4), overhead: MiB(8) });
      const allocator = bitmapAllocator();
      const jit = { threshold: 100, batch: 1 };
      const options = { engine, ...(engine === 'jit' && { jit }) };
      const first = await guest({ backing: onDemand({ arena, allocator }), ...options }, COUNTER);
      const second = await guest({ backing: onDemand({ arena, allocator }), ...options }, COUNTER);
      first.runSync({ maxInstructions: 100_000 });
      const frame = first.memory.hostOffset(DATA);
      first.memory.release(DATA, PAGE_SIZE);
      // All of the rest, so that the very frame comes back.
      let at = 0x4800_0000;
      while (second.memory.hostOffset(at) !== frame) at += PAGE_SIZE;
      expect(second.memory.read(at, PAGE_SIZE).every((byte) => byte === 0)).toBe(true);
      second.memory.fill(at, PAGE_SIZE, 0x5a);
      first.runSync({ maxInstructions: 100_000 });
      expect(first.memory.readU64(DATA)).toBeGreaterThan(20_000n);
      expect(second.memory.read(at, PAGE_SIZE).every((byte) => byte === 0x5a)).toBe(true);
    },
  );

  test.each(['interpreter', 'jit'] as const)('and with them the code in them, engine %s', async (engine) => {
    const jit = { threshold: 100, batch: 1 };
    const machine = await guest({ backing: own(), engine, ...(engine === 'jit' && { jit }) }, COUNTER);
    machine.runSync({ maxInstructions: 100_000 });
    const code = machine.memory.read(CODE, PAGE_SIZE);
    machine.memory.release(CODE, PAGE_SIZE);
    const words = new DataView(code.buffer);
    for (let word = 0; word < 16; word++) {
      // add x9, x9, #1 becomes add x9, x9, #0
      if (words.getUint32(4 * word, true) === 0x9100_0529) words.setUint32(4 * word, 0x9100_0129, true);
    }
    machine.memory.write(CODE, code);
    const before = machine.memory.readU64(DATA);
    machine.runSync({ maxInstructions: 100_000 });
    expect(machine.memory.readU64(DATA) - before).toBeLessThanOrEqual(1n);
    // Without anything in their place the guest runs zeros.
    machine.memory.release(CODE, PAGE_SIZE);
    machine.runSync({ maxInstructions: 100_000 });
    expect(machine.memory.readU32(CODE)).toBe(0);
    expect(machine.statistics.exceptions.synchronous).toBeGreaterThan(0);
  });

  test('go back with the machine, which does nothing any more', async () => {
    const arena = createArena({ size: MiB(4), overhead: MiB(4) });
    const machine = await guest(
      { backing: onDemand({ arena, allocator: bitmapAllocator() }) },
      fillPages(100, 3),
    );
    await machine.run();
    const bytes = new Uint8Array(machine.memory.memory.buffer);
    expect(bytes.some((byte) => byte !== 0)).toBe(true);
    machine.dispose();
    machine.dispose();
    expect(bytes.some((byte) => byte !== 0)).toBe(false);
    expect((await failure(() => machine.run())).message).toBe('this machine was disposed of');
    expect((await failure(() => machine.memory.writeU8(DATA, 1))).message).toContain('was disposed of');
    expect(machine.memory.readU8(DATA)).toBe(0);
    expect(arena.statistics).toMatchObject({
      frames: { used: 0 },
      machines: [],
      touched: arena.statistics.released,
    });
  });

  test('a machine that is disposed of while it runs ends its run first', async () => {
    const arena = createArena({ size: MiB(4), overhead: MiB(4) });
    let machine: Machine | undefined;
    machine = await guest(
      { backing: onDemand({ arena, allocator: bitmapAllocator() }), onTransmit: () => machine?.dispose() },
      `movz x1, #0x0900, lsl #16
       mov w2, #65
     1:strb w2, [x1]
       b 1b`,
    );
    expect((await machine.run()).reason).toBe('stopped');
    expect(arena.statistics.machines).toEqual([]);
    expect(new Uint8Array(machine.memory.memory.buffer).some((byte) => byte !== 0)).toBe(false);
  });
});
