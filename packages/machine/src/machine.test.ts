import { ArmatureError, BUS_FAULT, MiB, type Part, ppi, spi } from '@armature/core';
import { findNode, parseFdt } from '@armature/fdt';
import { describe, expect, test } from 'vitest';
import { fakeCpu, fakeDevice, fakeExceptions, type Step } from '../test/fakes.ts';
import type { AnyPart } from './any-part.ts';
import { buildMachine } from './assemble.ts';
import { createMachine } from './builder.ts';
import { ram, rom } from './parts/ram.ts';
import { wiredInterrupts } from './parts/wired-interrupts.ts';

const RAM = { base: 0x4000_0000, size: MiB(1) };

async function failure(parts: readonly AnyPart[], options = {}): Promise<ArmatureError> {
  try {
    await buildMachine(parts, options);
  } catch (error) {
    if (error instanceof ArmatureError) return error;
    throw error;
  }
  throw new Error('the machine was built');
}

function scripted(steps: readonly Step[], ...more: AnyPart[]) {
  return buildMachine([fakeExceptions(), fakeCpu(steps), ram(RAM), wiredInterrupts(), ...more]);
}

describe('what build() refuses', () => {
  test('a missing capability', async () => {
    const error = await failure([fakeCpu(), ram(RAM)]);
    expect(error.code).toBe('CAPABILITY_MISSING');
    expect(error.message).toBe('cpu requires exceptions, which no part of this machine provides');
    expect(error.hint).toBe('Add a part that provides exceptions.');
  });

  test('a capability provided twice', async () => {
    const error = await failure([fakeExceptions(), fakeExceptions()]);
    expect(error.code).toBe('CAPABILITY_DUPLICATE');
    expect(error.message).toBe('exceptions and exceptions-2 both provide exceptions');
  });

  test('requirements in a circle', async () => {
    const part = (name: string, provides: 'cpu' | 'firmware', requires: 'cpu' | 'firmware'): AnyPart => ({
      name,
      provides: [provides],
      requires: [requires],
      create: () => ({}),
    });
    const error = await failure([part('a', 'cpu', 'firmware'), part('b', 'firmware', 'cpu')]);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toBe('parts require each other in a circle: b, a');
  });

  test('overlapping regions, naming both parts and both ranges', async () => {
    const error = await failure([ram(RAM), fakeDevice({ base: 0x4000_0ff8 })]);
    expect(error.code).toBe('ADDRESS_OVERLAP');
    expect(error.message).toBe(
      'ram (ram, 0x4000_0000-0x400f_ffff) overlaps device (registers, 0x4000_0ff8-0x4000_0fff)',
    );
  });

  test('ranges that cannot be', async () => {
    expect((await failure([ram({ base: 0x4000_0100, size: 4096 })])).code).toBe('ADDRESS_RANGE');
    expect((await failure([fakeDevice({ base: 2 ** 48 - 4 })])).code).toBe('ADDRESS_RANGE');
    expect((await failure([fakeDevice({ base: -8 })])).code).toBe('ADDRESS_RANGE');
  });

  test('a full device window', async () => {
    const error = await failure([fakeDevice({ size: 0x2000 })], {
      deviceWindow: { base: 0x1000, size: 0x2000 },
    });
    expect(error.message).toBe(
      'device: no room for region registers (8 KiB) in the device window 0x0000_1000-0x0000_2fff',
    );
  });

  test('an interrupt used twice', async () => {
    const error = await failure([
      fakeExceptions(),
      fakeCpu(),
      wiredInterrupts(),
      fakeDevice({ name: 'uart', irq: spi(1) }),
      fakeDevice({ name: 'rtc', irq: spi(1) }),
    ]);
    expect(error.code).toBe('INTERRUPT_CONFLICT');
    expect(error.message).toBe('uart and rtc both use interrupt SPI 1');
  });

  test('interrupts that are not there', async () => {
    expect((await failure([fakeDevice({ irq: ppi(11) })])).message).toBe(
      'device asks for PPI 11, and this machine has no interrupt controller',
    );
    const base = [fakeExceptions(), fakeCpu(), wiredInterrupts({ spis: 1 })];
    const tooHigh = await failure([...base, fakeDevice({ irq: spi(1) })]);
    expect(tooHigh.code).toBe('INTERRUPT_UNAVAILABLE');
    expect(tooHigh.message).toBe('device asks for SPI 1, and the controller has SPIs 0 to 0');
    const full = await failure([...base, fakeDevice({ irq: 'auto' }), fakeDevice({ irq: 'auto' })]);
    expect(full.message).toBe('device-2 asks for an interrupt, and all 1 SPIs are taken');
  });

  test('more memory than 4 GiB', async () => {
    const error = await failure([ram({ base: 0x4000_0000, size: 4 * 2 ** 30 + 4096 })]);
    expect(error.code).toBe('MEMORY_EXHAUSTED');
    expect(error.hint).toMatch(/together can have .*: use less/);
  });

  test('a part that does not give what it promises', async () => {
    const liar: Part<'firmware'> = {
      name: 'liar',
      provides: ['firmware'],
      requires: [],
      create: () => ({}),
    };
    expect((await failure([liar])).message).toBe('liar says it provides firmware, and does not');
    const empty = { ...fakeDevice(), create: () => ({}) };
    expect((await failure([empty])).message).toBe('device has no device for its region registers');
  });

  test('a part that fails has the others disposed', async () => {
    let disposed = 0;
    const good = { ...fakeDevice(), create: () => ({ ...{}, dispose: () => disposed++ }) };
    const bad: Part = {
      name: 'bad',
      provides: [],
      requires: [],
      create: () => {
        throw new Error('no');
      },
    };
    await expect(buildMachine([{ ...good, regions: [] }, bad])).rejects.toThrow('no');
    expect(disposed).toBe(1);
  });
});

describe('replace()', () => {
  const board = createMachine()
    .use(fakeDevice({ base: 0x1000 }))
    .use(ram(RAM))
    .use(fakeDevice({ base: 0x2000 }));

  test('puts a part in the place of another, and leaves the builder as it was', async () => {
    const machine = await board.replace('device-2', fakeDevice({ base: 0x3000 })).build();
    expect(machine.regions.map(({ base }) => base)).toEqual([0x1000, 0x3000, RAM.base]);
    expect((await board.build()).regions.map(({ base }) => base)).toEqual([0x1000, 0x2000, RAM.base]);
  });

  test('a part that is not there is named, with those that are', () => {
    const replace = (): unknown => board.replace('uart', ram(RAM));
    expect(replace).toThrow('this machine has no part "uart"');
    expect(replace).toThrow(
      expect.objectContaining({ code: 'PART_UNKNOWN', hint: 'Its parts are device, ram, device-2.' }),
    );
  });

  test('what the other provides must be provided', () => {
    expect(() => board.replace('ram', fakeDevice({ base: 0x3000 }))).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'device cannot replace ram, which provides ram',
      }),
    );
  });
});

describe('addresses and interrupts', () => {
  test('are assigned where parts leave them open', async () => {
    const first = fakeDevice({ irq: 'auto', size: 0x1800 });
    const second = fakeDevice({ irq: spi(0) });
    const machine = await scripted([], first, second);
    expect(first.context().regions['registers'].base).toBe(0x0c00_0000);
    expect(second.context().regions['registers'].base).toBe(0x0c00_2000);
    expect(first.context().interrupts['line'].spec).toEqual(spi(1));
    expect(machine.regions.map(({ part, base }) => [part, base])).toEqual([
      ['device', 0x0c00_0000],
      ['device-2', 0x0c00_2000],
      ['ram', 0x4000_0000],
    ]);
  });

  test('the bus reaches devices by address', async () => {
    const device = fakeDevice({ base: 0x0900_0000 });
    const { bus } = await scripted([], device, fakeDevice({ base: 0x0900_0010 }));
    expect(bus.write(0x0900_0004, 4, 7)).toBeUndefined();
    expect(bus.read(0x0900_0000, 2)).toBe(7);
    expect(bus.read(0x0900_0010, 1)).toBe(0);
    expect(bus.read(0x0900_0006, 4)).toBe(BUS_FAULT);
    expect(bus.write(0x0900_0008, 1, 0)).toBe(BUS_FAULT);
    expect(bus.read(0x0800_0000, 1)).toBe(BUS_FAULT);
    expect(device.log).toEqual(['write 4 4 7', 'read 0 2']);
  });

  test('lines end at the CPU', async () => {
    const one = fakeDevice({ irq: spi(3) });
    const two = fakeDevice({ irq: ppi(11) });
    const cpu = fakeCpu();
    const machine = await buildMachine([one, two, wiredInterrupts(), fakeExceptions(), cpu]);
    one.context().interrupts['line'].line.set(true);
    two.context().interrupts['line'].line.set(true);
    one.context().interrupts['line'].line.set(false);
    expect(one.context().interrupts['line'].line.level).toBe(false);
    expect(cpu.engine().level).toBe(true);
    machine.reset();
    expect(cpu.engine().level).toBe(false);
  });

  test('ROM holds its bytes, and keeps them over a reset', async () => {
    const machine = await createMachine()
      .use(rom({ base: 0, bytes: Uint8Array.of(1, 2, 3) }))
      .build();
    machine.reset();
    expect([...machine.memory.read(0, 4)]).toEqual([1, 2, 3, 0]);
    expect(machine.regions[0].size).toBe(4096);
    expect(() => rom({ bytes: new Uint8Array(5), size: 4 })).toThrow('5 bytes do not fit rom');
    expect(() => rom({})).toThrow('rom has neither a size nor bytes');
  });
});

describe('run()', () => {
  test('ends with the guest’s power-off, and counts instructions', async () => {
    const machine = await scripted([{ run: 2_500_000 }, { call: (context) => context.requestPower('off') }]);
    expect(await machine.run()).toEqual({ reason: 'power-off', instructions: 2_500_000 });
    expect(machine.statistics.instructions).toBe(2_500_000);
    expect(machine.statistics.translation).toEqual({ hits: 5, misses: 2, faults: 1 });
  });

  test('ends at the budget, exactly, and goes on', async () => {
    const machine = await scripted([{ run: 300_001 }, { call: (context) => context.requestPower('reset') }]);
    expect(await machine.run({ maxInstructions: 300_000 })).toEqual({
      reason: 'budget',
      instructions: 300_000,
    });
    expect(machine.runSync()).toEqual({ reason: 'reset', instructions: 1 });
  });

  test('says when nothing will ever wake the CPU', async () => {
    const machine = await scripted([{ run: 10 }, { wait: true }]);
    expect(await machine.run()).toEqual({ reason: 'waiting', instructions: 10 });
  });

  test('an idle machine’s time jumps to the next deadline', async () => {
    const device = fakeDevice({ irq: spi(0) });
    const steps: Step[] = [
      { run: 100 },
      {
        call: ({ clock }) => {
          clock.schedule(clock.now() + 5_000, () => device.context().interrupts['line'].line.set(true));
        },
      },
      { wait: true },
      { run: 7 },
      { call: (context) => context.requestPower('off') },
    ];
    const machine = await scripted(steps, device);
    expect(machine.runSync()).toEqual({ reason: 'power-off', instructions: 107 });
    expect(machine.clock.now()).toBe(5_107);
  });

  test('a deadline is met in the middle of a slice', async () => {
    const times: number[] = [];
    const machine = await scripted([
      { run: 10 },
      { call: ({ clock }) => void clock.schedule(25, () => times.push(clock.now())) },
      { run: 100 },
      { wait: true },
    ]);
    await machine.run();
    expect(times).toEqual([25]);
  });

  test('stop() ends it; input may arrive between slices', async () => {
    const machine = await scripted([{ run: 1e12 }]);
    setTimeout(() => machine.stop(), 5);
    const { reason } = await machine.run({ slice: 1000 });
    expect(reason).toBe('stopped');
    const running = machine.run({ slice: 1000 });
    await expect(machine.run()).rejects.toThrow('this machine is running already');
    machine.stop();
    expect((await running).reason).toBe('stopped');
  });

  test('on the host’s clock, waits for it', async () => {
    let now = 0;
    const device = fakeDevice({ irq: spi(0) });
    const steps: Step[] = [
      {
        call: ({ clock }) => {
          clock.schedule(2e6, () => device.context().interrupts['line'].line.set(true));
        },
      },
      { wait: true },
      { call: (context) => context.requestPower('off') },
    ];
    const machine = await buildMachine([fakeExceptions(), fakeCpu(steps), wiredInterrupts(), device], {
      clock: 'host',
      hostTime: () => (now += 100_000),
    });
    expect((await machine.run()).reason).toBe('power-off');
    expect(machine.clock.now()).toBeGreaterThan(2e6);
  });

  test('needs a CPU', async () => {
    const machine = await buildMachine([ram(RAM)]);
    expect(() => machine.runSync()).toThrow('this machine has no CPU to run');
  });

  test('recognises an exception that repeats without end', async () => {
    const cpu = fakeCpu([...Array(10_001).fill({ exception: { syndrome: 0x0200_0000 } }), { run: 5 }]);
    const machine = await buildMachine([fakeExceptions(), cpu, ram(RAM)]);
    const result = machine.runSync();
    expect(result.reason).toBe('exception-loop');
    expect(result.exception).toMatchObject({ kind: 'synchronous', syndrome: 0x0200_0000 });
    expect(machine.statistics.exceptions.byClass).toEqual(new Map([[0, 10_001]]));
  });
});

describe('the machine object', () => {
  test('finds capabilities', async () => {
    const machine = await createMachine().use(ram(RAM)).build();
    expect(machine.use('ram')).toBe(machine.memory);
    expect(machine.find('firmware')).toBeUndefined();
    expect(() => (machine as unknown as { use(name: string): void }).use('firmware')).toThrow(
      'no part of this machine provides firmware',
    );
  });

  test('traces topics that someone listens to', async () => {
    const device = fakeDevice();
    const machine = await scripted([], device);
    const lines: string[] = [];
    device.context().trace('device', () => {
      throw new Error('built for nobody');
    });
    const stop = machine.onTrace(['device'], ({ part, message }) => lines.push(`${part}: ${message}`));
    device.context().trace('device', () => 'heard');
    device.context().trace('other', () => 'not heard');
    stop();
    device.context().trace('device', () => 'too late');
    expect(lines).toEqual(['device: heard']);
  });

  test('a snapshot restores in a machine of the same configuration', async () => {
    const make = () => {
      const device = fakeDevice({ base: 0x0900_0000 });
      return scripted([{ run: 1000 }, { wait: true }], device);
    };
    const first = await make();
    first.runSync({ maxInstructions: 400 });
    first.memory.writeU32(0x4000_2000, 0xdead_beef);
    first.bus.write(0x0900_0000, 4, 9);
    first.cpuStates[0].setX(3, 0x1234_5678_9abc_def0n);
    first.cpuStates[0].nzcv = 0xa000_0000;
    first.cpuStates[0].setV(31, 1n, 2n);
    const snapshot = structuredClone(first.snapshot());
    expect(snapshot).toMatchObject({ type: 'machine', version: 1 });

    const second = await make();
    second.memory.writeU32(0x4000_5000, 1);
    second.restore(snapshot);
    expect(second.memory.readU32(0x4000_2000)).toBe(0xdead_beef);
    expect(second.memory.readU32(0x4000_5000)).toBe(0);
    expect(second.bus.read(0x0900_0000, 4)).toBe(9);
    expect(second.cpuStates[0].x(3)).toBe(0x1234_5678_9abc_def0n);
    expect(second.cpuStates[0].nzcv >>> 0).toBe(0xa000_0000);
    expect(second.cpuStates[0].v(31)).toEqual([1n, 2n]);
    expect(second.clock.now()).toBe(400);
    expect(second.statistics.instructions).toBe(400);
    expect(second.snapshot()).toEqual(snapshot);
  });

  test('a snapshot of another configuration is refused', async () => {
    const snapshot = (await scripted([])).snapshot();
    const other = await scripted([], fakeDevice());
    expect(() => other.restore(snapshot)).toThrow('another configuration: parts');
    expect(() => other.restore({ ...snapshot, version: 9 })).toThrow('version 9');
  });

  test('makes its device tree', async () => {
    const machine = await scripted([], fakeDevice({ base: 0x0900_0000 }));
    const tree = parseFdt(
      machine.deviceTree({ bootArguments: 'quiet', initrd: { base: 0x4800_0000, size: 0x1000 } }),
    );
    const property = (path: string, name: string) => [
      ...(findNode(tree, path)?.node.properties.get(name) ?? []),
    ];
    const text = (path: string, name: string) => String.fromCharCode(...property(path, name));
    expect(text('/chosen', 'bootargs')).toBe('quiet\0');
    expect(property('/chosen', 'linux,initrd-end')).toEqual([0, 0, 0, 0, 0x48, 0, 0x10, 0]);
    expect(property('/memory@40000000', 'reg')).toEqual([
      0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0,
    ]);
    expect(text('/cpus/cpu@0', 'compatible')).toBe('arm,cortex-a72\0');
    expect(findNode(tree, '/device@9000000')).toBeDefined();
    expect(property('/', 'interrupt-parent')).toEqual(property('/interrupt-controller', 'phandle'));
  });
});
