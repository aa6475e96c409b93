/** The parts in machines. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cells, MiB, type Part, ppi, spi, unconnectedLine } from '@armature/core';
import { cpu } from '@armature/cpu';
import { genericTimer } from '@armature/device-timer';
import { aarch64Exceptions } from '@armature/exceptions';
import { type DeviceTree, decodeU32, type FdtNode, getNode, parseFdt, printValue } from '@armature/fdt';
import { createMachine, ram } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { describe, expect, test } from 'vitest';
import { GICC, GICD, type GicV3Options, gicV2, gicV3, V2M_LABEL } from '../src/index.ts';
import { qemuAvailable } from './qtest.ts';

function builderWith(gic: Part<'interrupt-controller', 'cpu'>, cpus = 1) {
  return createMachine()
    .use(cpu({ model: 'cortex-a72', count: cpus }))
    .use(ram({ base: 0x4000_0000, size: MiB(1) }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(gic)
    .use(genericTimer());
}

const machineWith = (gic: Part<'interrupt-controller', 'cpu'>, cpus = 1) => builderWith(gic, cpus).build();

/** A part without its machine: what it is made with, but for the CPUs. */
function alone(gic: Part<'interrupt-controller', 'cpu'>) {
  const regions = Object.fromEntries(
    gic.regions!.map((region) => [region.name, { ...region, base: region.base! }]),
  );
  const use = () => ({ interruptInput: unconnectedLine });
  return { gic, regions: { regions, use } };
}

const DISTRIBUTOR = 0x0800_0000;
const CPU_INTERFACE = 0x0801_0000;
const V2M_FRAME = 0x0802_0000;
const REDISTRIBUTORS = 0x080a_0000;
const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });

describe('options', () => {
  test('are in the JSON form as they were given', () => {
    expect(JSON.parse(JSON.stringify(gicV2()))).toEqual({ part: 'gic-v2' });
    expect(JSON.parse(JSON.stringify(gicV2({ spis: 64, v2m: false })))).toEqual({
      part: 'gic-v2',
      spis: 64,
      v2m: false,
    });
    expect(JSON.parse(JSON.stringify(gicV3({ v2m: { count: 8 } })))).toEqual({
      part: 'gic-v3',
      v2m: { count: 8 },
    });
  });

  test('that cannot be are refused', async () => {
    expect(() => gicV2({ spis: 40 })).toThrow(invalid);
    expect(() => gicV3({ spis: 1024 })).toThrow(invalid);
    expect(() => gicV2({ spis: 96 })).toThrow(invalid);
    for (const v2m of [{ firstSpi: -1 }, { count: 0 }, { firstSpi: 250 }, { count: 1.5 }]) {
      expect(() => gicV3({ v2m })).toThrow(invalid);
    }
    const { gic, regions } = alone(gicV2());
    const nine = Array.from({ length: 9 }, () => ({ base: 0 }));
    expect(() => gic.create({ ...regions, cpuStates: nine, activeState: 0 } as never)).toThrow(invalid);
    await expect(machineWith(gicV3({ redistributorSpace: 0x2_0000 }), 2)).rejects.toThrow(invalid);
  });

  test('place the frames', async () => {
    const options: GicV3Options = {
      distributor: 0x1000_0000,
      redistributors: 0x1100_0000,
      v2m: { base: 0x1200_0000 },
    };
    const machine = await machineWith(gicV3(options));
    expect(machine.bus.read(0x1000_0000 + GICD.CTLR, 4)).toBe(0x50);
    expect(machine.bus.read(0x1100_0004, 4)).toBe(0x43b);
    expect(machine.bus.read(0x1200_0008, 4)).toBe((80 << 16) | 64);
  });
});

describe('lines', () => {
  test('are those of the options, and reach the CPU', async () => {
    const machine = await machineWith(gicV2());
    const controller = machine.use('interrupt-controller');
    expect(controller.lines).toEqual({ spi: 256, ppi: 16 });
    const line = controller.line(spi(255));
    const { bus } = machine;
    bus.write(DISTRIBUTOR + GICD.CTLR, 4, 1);
    bus.write(DISTRIBUTOR + GICD.ISENABLER + 32, 4, 0x8000_0000);
    bus.write(CPU_INTERFACE + GICC.CTLR, 4, 1);
    bus.write(CPU_INTERFACE + GICC.PMR, 4, 0xff);
    const input = machine.use('cpu').interruptInput(0, 'irq');
    expect([line.level, input.level]).toEqual([false, false]);
    line.set(true);
    line.set(true);
    expect([line.level, input.level, controller.line(spi(255)).level]).toEqual([true, true, true]);
    machine.reset();
    expect([line.level, input.level]).toEqual([false, false]);
  });

  test('that do not exist are refused', async () => {
    const controller = (await machineWith(gicV3({ spis: 32 }), 2)).use('interrupt-controller');
    const missing = expect.objectContaining({ code: 'INTERRUPT_UNAVAILABLE' });
    for (const spec of [spi(32), spi(-1), ppi(16), spi(0.5)]) {
      expect(() => controller.line(spec)).toThrow(missing);
    }
    for (const which of [2, -1, 0.5]) expect(() => controller.line(ppi(11), which)).toThrow(missing);
  });

  test('in the device tree: type, number and trigger, and CPUs of a GICv2', async () => {
    const [v2, v3] = await Promise.all([machineWith(gicV2(), 3), machineWith(gicV3(), 3)]);
    const cellsOf = (machine: typeof v2) =>
      [spi(7), ppi(11)].map((spec) => machine.use('interrupt-controller').deviceTreeCells(spec));
    expect(cellsOf(v2)).toEqual([
      [0, 7, 4],
      [1, 11, 0x704],
    ]);
    expect(cellsOf(v3)).toEqual([
      [0, 7, 4],
      [1, 11, 4],
    ]);
  });
});

describe('messages', () => {
  test('other nodes refer to the frame by its label', async () => {
    const user: Part = {
      name: 'user',
      provides: [],
      requires: [],
      create: () => ({
        deviceTree: [{ name: 'user', properties: { 'msi-parent': cells({ phandle: V2M_LABEL }) } }],
      }),
    };
    const tree = parseFdt((await builderWith(gicV2()).use(user).build()).deviceTree());
    const frame = getNode(tree, '/intc@8000000/v2m@8020000').node;
    expect(frame.properties.get('phandle')).toEqual(getNode(tree, '/user').node.properties.get('msi-parent'));
  });

  test.each([
    ['GICv2', gicV2()],
    ['GICv3', gicV3({ v2m: {} })],
  ])('make edge-triggered SPIs of a %s pending', async (_, gic) => {
    const { bus } = await machineWith(gic);
    const pending = (): number => bus.read(DISTRIBUTOR + GICD.ISPENDR + 8, 4);
    bus.write(V2M_FRAME + 0x40, 4, 81);
    expect(pending()).toBe(0);
    bus.write(DISTRIBUTOR + GICD.ICFGR + 20, 4, 0xffff_ffff);
    bus.write(V2M_FRAME + 0x40, 4, 81);
    expect(pending()).toBe(1 << 17);
  });
});

describe('several CPUs', () => {
  test('a GICv2 answers the CPU that runs', async () => {
    const cpuStates = [1, 2, 3].map((block, index) => ({ index, block, base: block }));
    const { gic, regions } = alone(gicV2({ v2m: false }));
    const component = await gic.create({ ...regions, cpuStates, activeState: 9 } as never);
    const targets = (): number => component.devices!['distributor'].read(GICD.ITARGETSR, 1);
    const run = (cpu: number): void => {
      for (const state of cpuStates) state.base = state.index === cpu ? 9 : state.block;
    };
    expect(targets()).toBe(1);
    run(2);
    expect(targets()).toBe(4);
    run(1);
    expect(targets()).toBe(2);
    // Between turns the last one counts.
    run(-1);
    expect(targets()).toBe(2);
  });

  test('a GICv3 has a redistributor for each', async () => {
    const { bus } = await machineWith(gicV3(), 3);
    const types = [0, 1, 2].map((index) => bus.read(REDISTRIBUTORS + 0x2_0000 * index + 8, 4));
    expect(types).toEqual([0, 0x100, 0x210]);
    expect(bus.read(REDISTRIBUTORS + 0x2_0000 * 3, 4)).toBe(-1);
  });
});

test('a machine’s snapshot restores the lines to its CPU', async () => {
  const first = await machineWith(gicV3());
  const { bus } = first;
  bus.write(DISTRIBUTOR + GICD.CTLR, 4, 3);
  bus.write(REDISTRIBUTORS + 0x1_0000 + GICD.ISENABLER, 4, 1 << 20);
  const setIcc = (name: string, value: number): void =>
    first.systemRegisters.byName(name)!.write!(first.cpuStates[0], value, 0);
  setIcc('ICC_PMR_EL1', 0xff);
  setIcc('ICC_IGRPEN0_EL1', 1);
  first.use('interrupt-controller').line(ppi(4)).set(true);
  const second = await machineWith(gicV3());
  second.restore(first.snapshot());
  expect(second.use('cpu').interruptInput(0, 'fiq').level).toBe(true);
});

describe.skipIf(!qemuAvailable)('the device tree is QEMU’s', () => {
  function qemuTree(machine: string, cpus: number): DeviceTree {
    const folder = mkdtempSync(join(tmpdir(), 'armature-gic-'));
    try {
      const file = join(folder, 'dtb');
      const args = ['-M', `virt,${machine},dumpdtb=${file}`, '-cpu', 'cortex-a72', '-smp', `${cpus}`];
      execFileSync('qemu-system-aarch64', [...args, '-nic', 'none', '-nographic'], { stdio: 'ignore' });
      return parseFdt(readFileSync(file));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Properties as text, without phandles: their numbers are each tree's own. */
  function describeNode(node: FdtNode): Record<string, unknown> {
    const properties = [...node.properties].filter(([name]) => name !== 'phandle');
    return {
      name: node.name,
      ...Object.fromEntries(properties.map(([name, value]) => [name, printValue(value)])),
      children: node.children.map(describeNode),
    };
  }

  test.each([
    ['gic-version=2', 1, gicV2()],
    ['gic-version=2', 4, gicV2()],
    ['gic-version=3,its=off', 1, gicV3()],
    ['gic-version=3,its=off', 4, gicV3()],
  ])('%s with %i CPUs', async (machine, cpus, gic) => {
    const theirs = qemuTree(machine, cpus);
    const ours = parseFdt((await machineWith(gic, cpus)).deviceTree());
    for (const path of ['/intc@8000000', '/timer']) {
      expect(describeNode(getNode(ours, path).node)).toEqual(describeNode(getNode(theirs, path).node));
    }
    const parent = decodeU32(ours.root.properties.get('interrupt-parent')!);
    expect(parent).toBe(decodeU32(getNode(ours, '/intc@8000000').node.properties.get('phandle')!));
  });
});
