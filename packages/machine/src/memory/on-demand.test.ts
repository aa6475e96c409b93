import { createHash } from 'node:crypto';
import { bitmapAllocator } from '@armature/allocator-bitmap';
import {
  ArmatureError,
  type FrameAllocator,
  type FrameAllocatorFactory,
  GiB,
  KiB,
  MiB,
  PAGE_SIZE,
} from '@armature/core';
import { assemble } from '@armature/isa';
import { phase3KernelImage } from '@armature/phase3-kernel';
import { describe, expect, test } from 'vitest';
import {
  allocatorByName,
  allocatorNames,
  boot,
  createArena,
  createMachine,
  type Machine,
  machineFromJSON,
  onDemand,
  ram,
  type VirtOptions,
  virt,
} from '../index.ts';

const RAM = 0x4000_0000;
const CODE = 0x4008_0000;
const DATA = 0x4100_0000;
const POWER_OFF = 'movz w0, #8\nmovk w0, #0x8400, lsl #16\nhvc #0\nb .\n';

const program = (source: string): Uint8Array => assemble(source, { origin: CODE }).bytes;

/** A small machine: what it needs beside RAM is little. */
async function guest(options: VirtOptions, source?: string): Promise<Machine> {
  const machine = await virt({ memory: MiB(256), codeArenaBytes: MiB(1), ...options }).build();
  if (source !== undefined) boot(machine, { image: program(source) });
  return machine;
}

const own = () => onDemand({ allocator: bitmapAllocator() });

async function failure(action: () => unknown): Promise<ArmatureError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof ArmatureError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A machine's snapshot in a few characters. */
function digest(machine: Machine, snapshot = machine.snapshot()): string {
  const text = JSON.stringify(snapshot, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });
  return createHash('sha256').update(text).digest('hex');
}

const frames = (machine: Machine): number => machine.statistics.memory.residentBytes / PAGE_SIZE;

/** Stores a number of its own into each of some pages, then checks them; X0 is 0 at the end when all are right. */
const fillPages = (pages: number, value: number, rounds = 1): string => `
  mov x10, #${rounds}
again:
  movz x1, #0x4100, lsl #16
  mov x2, #${pages}
  mov x3, #${value}
1:str x3, [x1, #8]
  add x1, x1, #4096
  add x3, x3, #1
  subs x2, x2, #1
  b.ne 1b
  movz x1, #0x4100, lsl #16
  mov x2, #${pages}
  mov x3, #${value}
  mov x9, #0
2:ldr x4, [x1, #8]
  ldr x5, [x1]
  eor x4, x4, x3
  orr x9, x9, x4
  orr x9, x9, x5
  add x1, x1, #4096
  add x3, x3, #1
  subs x2, x2, #1
  b.ne 2b
  subs x10, x10, #1
  b.ne again
  ${POWER_OFF}
`;

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

  test('may have more RAM than WebAssembly has memory', async () => {
    const machine = await guest(
      {
        memory: GiB(16),
        backing: onDemand({ arena: createArena({ size: MiB(16) }), allocator: bitmapAllocator() }),
      },
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

describe('an allocator that', () => {
  type Lies = Partial<Record<keyof FrameAllocator, unknown>>;

  /** The bitmap allocator with some of its answers replaced, once it has handed out 300 frames. */
  function liar(lie: (real: FrameAllocator, last: () => number) => Lies): FrameAllocatorFactory {
    return {
      name: 'liar',
      create(range) {
        const real = bitmapAllocator().create(range);
        let last = -1;
        let count = 0;
        const lies = lie(real, () => last);
        const honest: Lies = {
          base: real.base,
          count: real.count,
          alloc: (order: number) => {
            if (count++ >= 300 && lies.alloc) return (lies.alloc as (order: number) => number)(order);
            last = real.alloc(order);
            return last;
          },
          free: lies.free ?? ((frame: number, order: number) => real.free(frame, order)),
          drain: () => real.drain(),
        };
        const { alloc: _, ...others } = lies;
        return { ...honest, ...others } as unknown as FrameAllocator;
      },
    };
  }

  test.each<[string, (real: FrameAllocator, last: () => number) => Lies, string]>([
    ['hands out a frame in use', (_, last) => ({ alloc: last }), 'handed out frame \\d+, which is in use'],
    [
      'hands out a frame below its own',
      (real) => ({ alloc: () => real.base - 1 }),
      'which it does not manage',
    ],
    [
      'hands out a frame past its own',
      (real) => ({ alloc: () => real.base + real.count }),
      'does not manage',
    ],
    ['hands out the null page', () => ({ alloc: () => 0 }), 'handed out frame 0, which it does not manage'],
    ['hands out half a frame', (real) => ({ alloc: () => real.base + 0.5 }), 'does not manage'],
    ['hands out nothing', () => ({ alloc: () => undefined }), 'handed out frame undefined'],
    ['hands out a string', () => ({ alloc: () => '500' }), 'does not manage'],
    ['hands out not a number', () => ({ alloc: () => Number.NaN }), 'does not manage'],
    ['says it has none', () => ({ alloc: () => -1 }), 'has no frame left, with 300 of \\d+ in use'],
    [
      'throws',
      () => ({
        alloc: () => {
          throw new Error('out of order');
        },
      }),
      'threw in alloc: out of order',
    ],
  ])('%s is named, and other machines go on', async (_what, lie, message) => {
    const arena = createArena({ name: 'x', size: MiB(8), overhead: MiB(8) });
    const victim = await guest({ backing: onDemand({ arena, allocator: liar(lie) }) }, fillPages(20, 3));
    await victim.run();
    const kept = victim.memory.read(DATA, 20 * PAGE_SIZE);
    const greedy = await guest({ backing: onDemand({ arena }) }, fillPages(600, 9));
    const error = await failure(() => greedy.run());
    expect(error.code).toBe('ALLOCATOR_MISBEHAVED');
    expect(error.message).toMatch(new RegExp(`^allocator liar of arena x .*${message}`));
    expect(error.context).toMatchObject({ allocator: 'liar', arena: 'x' });
    expect(victim.memory.read(DATA, 20 * PAGE_SIZE)).toEqual(kept);
  });

  test.each<[string, Lies, string]>([
    [
      'refuses a frame back',
      { free: () => 1 },
      'does not take frame \\d+ back, which it handed out: doubleFree',
    ],
    [
      'throws when it gets one back',
      {
        free: () => {
          throw new Error('no');
        },
      },
      'threw in free: no',
    ],
  ])('%s is named, and the frame is zero', async (_what, lies, message) => {
    const arena = createArena({ name: 'x', size: MiB(8), overhead: MiB(8) });
    const machine = await guest(
      { backing: onDemand({ arena, allocator: liar(() => lies) }) },
      fillPages(20, 3),
    );
    await machine.run();
    const at = machine.memory.hostOffset(DATA);
    const error = await failure(() => machine.memory.release(DATA, 20 * PAGE_SIZE));
    expect(error.code).toBe('ALLOCATOR_MISBEHAVED');
    expect(error.message).toMatch(new RegExp(message));
    expect(machine.memory.bytes.subarray(at, at + PAGE_SIZE).every((byte) => byte === 0)).toBe(true);
    expect(machine.memory.readU64(DATA + 8)).toBe(0n);
    expect(machine.memory.readU64(DATA + PAGE_SIZE + 8)).toBe(4n);
    expect((await failure(() => machine.dispose())).code).toBe('ALLOCATOR_MISBEHAVED');
    expect(machine.memory.bytes.some((byte) => byte !== 0)).toBe(false);
  });

  test.each<[string, Lies | Error, string]>([
    ['manages frames that are not its own', { base: 0 }, 'manages 2048 frames from 0, asked for 2048 from'],
    ['manages too many', { count: 4096 }, 'manages 4096 frames'],
    ['manages no number of them', { count: Number.NaN }, 'manages NaN frames'],
    ['can’t be made', new Error('never'), 'threw in create: never'],
  ])('%s is refused at once', async (_what, lies, message) => {
    const made = liar(() => lies as Lies);
    const allocator: FrameAllocatorFactory =
      lies instanceof Error
        ? {
            name: 'liar',
            create() {
              throw lies;
            },
          }
        : made;
    const arena = createArena({ size: MiB(8), overhead: MiB(8) });
    const error = await failure(() => guest({ backing: onDemand({ arena, allocator }) }));
    expect(error.code).toBe('ALLOCATOR_MISBEHAVED');
    expect(error.message).toContain(message);
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
