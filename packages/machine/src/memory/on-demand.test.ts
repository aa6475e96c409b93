import { bitmapAllocator } from '@armature/allocator-bitmap';
import { GiB, KiB, MiB, PAGE_SIZE } from '@armature/core';
import { phase3KernelImage } from '@armature/phase3-kernel';
import { describe, expect, test } from 'vitest';
import {
  DATA,
  digest,
  failure,
  fillPages,
  frames,
  guest,
  own,
  POWER_OFF,
  RAM,
} from '../../test/on-demand-guests.ts';
import {
  allocatorByName,
  allocatorNames,
  boot,
  createArena,
  machineFromJSON,
  onDemand,
  virt,
} from '../index.ts';

describe('a guest whose RAM is backed on demand', () => {
  test('runs as one with RAM in one piece does, and costs what it touches', async () => {
    const [one, other] = await Promise.all([
      virt({ memory: MiB(128) }).build(),
      virt({ memory: MiB(128), backing: own() }).build(),
    ]);
    for (const machine of [one, other]) {
      boot(machine, { image: phase3KernelImage().bytes });
      expect((await machine.run()).reason).toBe('power-off');
    }
    const { memory: _, ...statistics } = other.statistics;
    expect(one.statistics).toMatchObject(statistics);
    expect(digest(other)).toBe(digest(one));
    expect(one.statistics.memory).toEqual({ bytes: MiB(128), residentBytes: MiB(128) });
    expect(frames(other)).toBeLessThan(9000);
    expect(other.statistics.memory.bytes).toBe(MiB(128));
  });

  test.each(['interpreter', 'jit'] as const)(
    'costs its pages and no more with the engine %s',
    async (engine) => {
      const machine = await guest({ backing: own(), engine }, fillPages(500, 7, 20));
      const before = frames(machine);
      // The image and the device tree.
      expect(before).toBeLessThan(300);
      expect((await machine.run()).reason).toBe('power-off');
      expect(machine.cpuStates[0].x(9)).toBe(0n);
      expect(frames(machine)).toBe(before + 500);
    },
  );

  test.each([
    [
      'a small arena',
      () => onDemand({ arena: createArena({ size: MiB(16) }), allocator: bitmapAllocator() }),
    ],
    ['an arena of its own, which is as large as can be', own],
  ])('may have more RAM than WebAssembly has memory: %s', async (_what, backing) => {
    const machine = await guest(
      { memory: GiB(16), backing: backing() },
      `movz x1, #0x3, lsl #32
       mov x2, #77
       str x2, [x1]
       ldr x9, [x1]
       ldr x3, [x1, #8]
       add x9, x9, x3
       ${POWER_OFF}`,
    );
    expect((await machine.run()).reason).toBe('power-off');
    expect(machine.cpuStates[0].x(9)).toBe(77n);
    expect(machine.memory.readU64(0x3_0000_0000)).toBe(77n);
  });

  test('RAM in one piece ends 64 KiB before WebAssembly’s does', async () => {
    const least = await virt({ memory: PAGE_SIZE }).build();
    const room = 2 ** 32 - least.memory.regions[0].hostOffset;
    const most = await virt({ memory: room - 65536 }).build();
    boot(most, { image: phase3KernelImage().bytes });
    expect((await most.run({ maxInstructions: 1000 })).reason).toBe('budget');
    const error = await failure(() => virt({ memory: room }).build());
    expect(error.code).toBe('MEMORY_EXHAUSTED');
    expect(error.hint).toContain('backed on demand');
  });

  test('with two CPUs', async () => {
    const machine = await guest({ backing: own(), cpus: 2 }, fillPages(40, 7));
    await machine.run();
    expect(machine.cpuStates[0].x(9)).toBe(0n);
    machine.dispose();
  });

  test.each(allocatorNames)('with the allocator %s', async (name) => {
    const arena = createArena({ size: MiB(8), overhead: MiB(8) });
    const machine = await guest(
      { backing: onDemand({ arena, allocator: allocatorByName(name) }) },
      fillPages(900, 7),
    );
    await machine.run();
    expect(machine.cpuStates[0].x(9)).toBe(0n);
    const { used } = arena.statistics.frames;
    expect(used).toBe(frames(machine));
    machine.memory.release(DATA, 900 * PAGE_SIZE);
    expect(arena.statistics.frames.used).toBe(used - 900);
    machine.dispose();
    expect(arena.statistics.frames).toMatchObject({ used: 0, peak: used });
  });
});

describe('snapshots', () => {
  test('hold the touched frames that are not zero, and go either way', async () => {
    const arena = createArena({ size: MiB(8), overhead: MiB(8) });
    const backing = () => onDemand({ arena, allocator: bitmapAllocator() });
    const source = fillPages(300, 7, 4);
    const demand = await guest({ backing: backing(), memory: MiB(64) }, source);
    const whole = await guest({ memory: MiB(64) }, source);
    demand.runSync({ maxInstructions: 3000 });
    whole.runSync({ maxInstructions: 3000 });
    const snapshot = structuredClone(demand.snapshot());
    const middle = digest(demand, snapshot);
    expect(digest(whole)).toBe(middle);
    demand.runSync();
    const end = digest(demand);
    const restored = await guest({ backing: backing(), memory: MiB(64) }, fillPages(600, 1));
    await restored.run();
    restored.restore(snapshot);
    expect(frames(restored)).toBeLessThanOrEqual(frames(demand));
    expect(digest(restored)).toBe(middle);
    restored.runSync();
    expect(digest(restored)).toBe(end);
    whole.restore(snapshot);
    whole.runSync();
    expect(digest(whole)).toBe(end);
  });
});

describe('the JSON form', () => {
  const document = (arena?: object, name?: string) => ({
    parts: [
      {
        part: 'ram',
        base: '0x4000_0000',
        size: '2GiB',
        backing: { kind: 'on-demand', ...(name && { name }), ...(arena && { arena }), allocator: 'bitmap' },
      },
    ],
  });

  test('builds such a machine, which gives it again', async () => {
    const shared = { name: 'shared', size: '64MiB', overhead: '1MiB' };
    for (const written of [document(), document(shared), document(shared, 'web')]) {
      const machine = await machineFromJSON(written);
      expect(machine.toJSON()).toEqual(written);
      machine.memory.writeU8(RAM, 1);
      expect(frames(machine)).toBe(1);
      const again = await machineFromJSON(JSON.parse(JSON.stringify(machine.toJSON())));
      expect(again.memory.memory).not.toBe(machine.memory.memory);
    }
  });

  test('says how much the guest may touch', async () => {
    const backing = { kind: 'on-demand', limit: '8KiB', allocator: 'bitmap' };
    const written = { parts: [{ part: 'ram', base: '0x4000_0000', size: '1GiB', backing }] };
    const machine = await machineFromJSON(written);
    expect(machine.toJSON()).toEqual(written);
    machine.memory.fill(RAM, 2 * PAGE_SIZE, 1);
    const error = await failure(() => machine.memory.writeU8(RAM + 2 * PAGE_SIZE, 1));
    expect(error.code).toBe('MEMORY_EXHAUSTED');
    expect(error.message).toContain('all of the 8 KiB of RAM that it may touch');
  });

  test('documents meet in an arena that is given', async () => {
    const arena = createArena({ name: 'shared', size: MiB(16), overhead: MiB(1) });
    const first = await machineFromJSON(document({ name: 'shared' }), { arenas: [arena] });
    const second = await machineFromJSON(document({ name: 'shared', size: '1MiB' }), { arenas: [arena] });
    expect(first.memory.memory).toBe(second.memory.memory);
    expect(arena.statistics.machines).toHaveLength(2);
  });

  test('two RAMs of a document meet in its arena', async () => {
    const backing = {
      kind: 'on-demand',
      allocator: 'tree',
      arena: { name: 'own', size: '1MiB', overhead: '64KiB' },
    };
    const machine = await machineFromJSON({
      parts: [
        { part: 'ram', base: 0, size: '1GiB', backing },
        { part: 'ram', name: 'high', base: '0x1_0000_0000', size: '1GiB', backing },
      ],
    });
    machine.memory.writeU32(0x1000, 1);
    machine.memory.writeU32(0x1_0000_1000, 2);
    expect([machine.memory.readU32(0x1000), machine.memory.readU32(0x1_0000_1000)]).toEqual([1, 2]);
  });

  test.each<[object, string]>([
    [{ kind: 'lazy' }, 'parts[0].backing.kind: expected one of on-demand'],
    [{}, 'parts[0].backing.kind: missing'],
    [{ kind: 'on-demand' }, 'parts[0].backing.allocator: missing'],
    [{ kind: 'on-demand', allocator: 'none' }, 'parts[0]: there is no allocator "none"'],
    [
      { kind: 'on-demand', allocator: 'bitmap', arena: { name: 'a' } },
      'parts[0].backing.arena.size: missing',
    ],
    [
      { kind: 'on-demand', allocator: 'bitmap', arena: { size: 4096 } },
      'parts[0].backing.arena.name: missing',
    ],
    [{ kind: 'on-demand', allocator: 'bitmap', pages: 3 }, 'parts[0].backing.pages: there is no such option'],
  ])('%j is refused', async (backing, message) => {
    const error = await failure(() => machineFromJSON({ parts: [{ part: 'ram', size: KiB(64), backing }] }));
    expect(error.message).toContain(message);
  });
});
