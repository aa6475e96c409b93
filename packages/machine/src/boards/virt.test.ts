import { createHash } from 'node:crypto';
import { ArmatureError, MiB, type MmioDevice, spi } from '@armature/core';
import { pl011 } from '@armature/device-pl011';
import { findNode, parseFdt, regOf } from '@armature/fdt';
import { assemble } from '@armature/isa';
import { phase3KernelImage } from '@armature/phase3-kernel';
import { describe, expect, test } from 'vitest';
import { boot } from '../boot/boot.ts';
import { machineFromJSON } from '../json/from-json.ts';
import { allocatorNames } from '../json/part-registry.ts';
import type { Machine } from '../machine.ts';
import { type VirtOptions, virt } from './virt.ts';

const BASE = 0x4008_0000;
const POWER_OFF = 'movz w0, #8\nmovk w0, #0x8400, lsl #16\nhvc #0\n';

/** Enables the GICv2's private interrupts and SPIs 0 to 31, on the first CPU. */
const ENABLE_GIC = `
  mov x0, #0x08000000
  mov w1, #0x01010101
  str w1, [x0, #0x820]
  mov w1, #-1
  str w1, [x0, #0x100]
  str w1, [x0, #0x104]
  mov w1, #1
  str w1, [x0]
  add x0, x0, #0x10000
  str w1, [x0]
  mov w1, #0xff
  str w1, [x0, #4]
`;

interface Guest {
  readonly machine: Machine;
  output(): string;
}

async function guest(image: Uint8Array, options: VirtOptions = {}): Promise<Guest> {
  const bytes: number[] = [];
  const machine = await virt({ ...options, onTransmit: (byte) => bytes.push(byte) }).build();
  boot(machine, { image });
  return { machine: machine, output: () => String.fromCharCode(...bytes) };
}

const program = (source: string): Uint8Array => assemble(source, { origin: BASE }).bytes;

/** A snapshot in a few characters. */
function digest(machine: Machine): string {
  const text = JSON.stringify(machine.snapshot(), (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });
  return createHash('sha256').update(text).digest('hex');
}

describe('virt()', () => {
  test('runs the memory kernel to its end, the same way every time', async () => {
    const { bytes } = phase3KernelImage();
    const first = await guest(bytes);
    const result = await first.machine.run();
    expect(result.reason).toBe('power-off');
    expect(first.output()).toMatch(/ALL TESTS PASSED\r?\n$/);
    const second = await guest(bytes);
    expect(second.machine.runSync()).toEqual(result);
    expect(second.output()).toBe(first.output());
    expect(second.machine.statistics).toEqual(first.machine.statistics);
    expect(second.machine.clock.now()).toBe(first.machine.clock.now());
  });

  test('continues from a snapshot in another machine as if nothing had happened', async () => {
    const { bytes } = phase3KernelImage();
    const whole = await guest(bytes);
    const end = whole.machine.runSync();
    for (const at of [200_001, 9_000_001]) {
      const first = await guest(bytes);
      expect(first.machine.runSync({ maxInstructions: at }).reason).toBe('budget');
      const snapshot = structuredClone(first.machine.snapshot());
      const second = await guest(bytes);
      second.machine.runSync({ maxInstructions: 5_000 });
      const before = second.output().length;
      second.machine.restore(snapshot);
      expect(second.machine.runSync()).toEqual({
        reason: 'power-off',
        instructions: end.instructions - at,
      });
      expect(first.output() + second.output().slice(before)).toBe(whole.output());
      expect(second.machine.clock.now()).toBe(whole.machine.clock.now());
      expect(digest(second.machine)).toBe(digest(whole.machine));
    }
  });

  test('CPUs take turns, the same way every time, also from a snapshot in the middle of a turn', async () => {
    const image = program(`
      movz w0, #0x0003
      movk w0, #0xc400, lsl #16
      mov x1, #1
      adr x2, second
      mov x3, #7
      hvc #0
      mov x21, x0
      b work
    second:
      mov x22, x0
    work:
      mov x1, #0x41000000
      mov x2, #0x20000
    1:ldxr x3, [x1]
      add x3, x3, #1
      stxr w4, x3, [x1]
      cbnz w4, 1b
      add x20, x20, #1
      cmp x3, x2
      b.lo 1b
      mrs x5, mpidr_el1
      tst x5, #1
      b.ne 2f
      ${POWER_OFF}
    2:wfe
      b 2b`);
    const start = async (): Promise<Guest> => guest(image, { cpus: 2 });
    const whole = await start();
    const end = whole.machine.runSync();
    expect(end.reason).toBe('power-off');
    const [first, second] = whole.machine.cpuStates;
    expect([first.x(21), second.x(22)]).toEqual([0n, 7n]);
    // Every addition was one of either CPU, and each had its share.
    expect(first.x(20) + second.x(20)).toBeGreaterThanOrEqual(0x20000n);
    expect(Number(second.x(20))).toBeGreaterThan(0x8000);
    const begun = await start();
    begun.machine.runSync({ maxInstructions: 333_333 });
    const again = await start();
    again.machine.restore(structuredClone(begun.machine.snapshot()));
    expect(again.machine.runSync()).toEqual({
      reason: 'power-off',
      instructions: end.instructions - 333_333,
    });
    expect(digest(again.machine)).toBe(digest(whole.machine));
  });

  test('a reset and a second boot run the guest again', async () => {
    const image = program(`mov x1, #0x09000000\nmov w2, #'x'\nstr w2, [x1]\n${POWER_OFF}`);
    const { machine, output } = await guest(image);
    expect(machine.runSync().reason).toBe('power-off');
    boot(machine, { image });
    expect(machine.runSync().reason).toBe('power-off');
    expect(output()).toBe('xx');
  });

  test('an interrupt from the UART reaches the guest’s vector', async () => {
    const image = program(`
      adr x0, vectors
      msr vbar_el1, x0
      ${ENABLE_GIC}
      mov x20, #0x09000000
      mov w1, #0x10
      str w1, [x20, #0x38]
      mov w1, #0x301
      str w1, [x20, #0x30]
      msr daifclr, #2
    1:wfi
      b 1b
      .balign 2048
    vectors:
      .space 0x280
      ldr w2, [x20]
      str w2, [x20]
      ${POWER_OFF}`);
    const { machine, output } = await guest(image);
    expect((await machine.run()).reason).toBe('waiting');
    machine.use('console').write(Uint8Array.of(0x21));
    expect((await machine.run()).reason).toBe('power-off');
    expect(output()).toBe('!');
    expect(machine.statistics.exceptions.irq).toBe(1);
  });

  test('a timer wakes the guest, and the time it slept has passed', async () => {
    const image = program(`
      adr x0, vectors
      msr vbar_el1, x0
      ${ENABLE_GIC}
      mrs x10, cntvct_el0
      mov x1, #62500 // 1 ms
      msr cntv_tval_el0, x1
      mov x1, #1
      msr cntv_ctl_el0, x1
      msr daifclr, #2
    1:wfi
      b 1b
      .balign 2048
    vectors:
      .space 0x280
      mrs x11, cntvct_el0
      sub x11, x11, x10
      mov x1, #2
      msr cntv_ctl_el0, x1
      ${POWER_OFF}`);
    const { machine } = await guest(image);
    const { instructions, reason } = await machine.run();
    expect(reason).toBe('power-off');
    expect(instructions).toBeLessThan(60);
    const ticks = Number(machine.cpuStates[0].x(11));
    expect(ticks).toBeGreaterThanOrEqual(62_500);
    expect(ticks).toBeLessThan(62_510);
    expect(machine.clock.now()).toBeGreaterThanOrEqual(1e6);
  });

  test('the counter moves while the guest polls it', async () => {
    const image = program(`
      mrs x10, cntvct_el0
      mov x12, #0
    1:add x12, x12, #1
      mrs x11, cntvct_el0
      sub x13, x11, x10
      cmp x13, #1000
      b.lo 1b
      ${POWER_OFF}`);
    const { machine } = await guest(image);
    const { instructions } = machine.runSync();
    expect(machine.cpuStates[0].x(13)).toBe(1000n);
    // 1000 ticks of 16 ns, one instruction a nanosecond.
    expect(instructions).toBeGreaterThan(15_900);
    expect(instructions).toBeLessThan(16_100);
  });

  test('a guest that overwrites its code runs what it wrote, host writes included', async () => {
    const image = program(`
      adr x0, 1f
      ldr w1, 2f
    1:mov x5, #1
      str w1, [x0]
      dc cvau, x0
      dsb ish
      ic ivau, x0
      dsb ish
      isb
      tbz x5, #1, 1b
      ${POWER_OFF}
    2:.inst 0xd2800045 // mov x5, #2`);
    const { machine } = await guest(image);
    expect(machine.runSync().reason).toBe('power-off');
    expect(machine.cpuStates[0].x(5)).toBe(2n);
    boot(machine, { image });
    expect(machine.runSync().reason).toBe('power-off');
  });

  test('has the map of QEMU’s board, and its options', async () => {
    const machine = await virt({ memory: MiB(512), cpu: 'cortex-a53', flash: Uint8Array.of(1) }).build();
    expect(machine.regions.map(({ part, base, size }) => [part, base, size])).toEqual([
      ['flash', 0, MiB(64)],
      ['flash', MiB(64), MiB(64)],
      ['gic', 0x0800_0000, 0x1_0000],
      ['gic', 0x0801_0000, 0x1_0000],
      ['gic', 0x0802_0000, 0x1000],
      ['pl011', 0x0900_0000, 0x1000],
      ['pl031', 0x0901_0000, 0x1000],
      ['fw-cfg', 0x0902_0000, 0x18],
      ['pl061', 0x0903_0000, 0x1000],
      ['virtio-mmio', 0x0a00_0000, 0x4000],
      ['ram', 0x4000_0000, MiB(512)],
    ]);
    const tree = parseFdt(machine.deviceTree());
    const memory = findNode(tree, '/memory@40000000')!;
    expect(regOf(tree, memory)).toEqual([{ address: 0x4000_0000n, size: 0x2000_0000n }]);
    expect(findNode(tree, '/psci')).toBeDefined();
    expect(Buffer.from(findNode(tree, '/cpus/cpu@0')!.node.properties.get('compatible')!).toString()).toBe(
      'arm,cortex-a53\0',
    );
  });

  test('has a JSON form that builds it again', async () => {
    const machine = await virt({ memory: MiB(32) }).build();
    const document = JSON.parse(JSON.stringify(machine.toJSON()));
    const again = await machineFromJSON(document);
    expect(again.toJSON()).toEqual(document);
    expect(again.regions).toEqual(machine.regions);
    expect(again.deviceTree()).toEqual(machine.deviceTree());
    expect(virt({ memory: MiB(32) }).toJSON()).toEqual(document);
  });

  test('takes more parts', async () => {
    const counter: MmioDevice = { read: () => 42, write: () => undefined };
    const machine = await virt()
      .use(pl011({ irq: spi(8), console: false }))
      .use({
        name: 'counter',
        provides: [],
        requires: [],
        regions: [{ name: 'registers', base: 0x0b00_0000, size: 0x1000, kind: 'mmio' }],
        create: () => ({ devices: { registers: counter } }),
      })
      .build();
    const image = program(`mov x1, #0x0b000000\nldr w7, [x1, #4]\n${POWER_OFF}`);
    boot(machine, { image });
    expect(machine.runSync().reason).toBe('power-off');
    expect(machine.cpuStates[0].x(7)).toBe(42n);
    expect(machine.regions.find(({ part }) => part === 'pl011-2')!.base).toBe(0x0c00_0000);
  });

  test.each([undefined, ...allocatorNames])(
    'has a memory manager that an allocator serves: %s',
    async (name) => {
      const board = virt({ memory: MiB(8), ...(name && { allocator: name }) });
      for (const machine of [await board.build(), await machineFromJSON(board.toJSON())]) {
        const manager = machine.find('memory-management')!;
        const { allocator } = manager;
        expect([allocator.name, allocator.base, allocator.count]).toEqual([name ?? 'bitmap', 0x4_0000, 2048]);
        expect(manager.layoutReport()).toContain(`allocator ${name ?? 'bitmap'}\n`);
      }
    },
  );

  test.each<[string, VirtOptions, string]>([
    ['CONFIG_INVALID', { memory: 5000 }, '5000 bytes of memory are not whole 4 KiB pages'],
    [
      'PART_UNKNOWN',
      { allocator: 'heap' },
      'there is no allocator "heap", only bitmap, hierarchical, buddy, tree, extent',
    ],
    ['CONFIG_INVALID', { cpu: 'z80' as 'max' }, 'unknown CPU model "z80"'],
    ['IMAGE_TOO_LARGE', { flash: new Uint8Array(MiB(65)) }, 'do not fit flash, which has 64 MiB'],
  ])('refuses with %s', (code, options, message) => {
    let error: unknown;
    try {
      virt(options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ArmatureError);
    expect((error as ArmatureError).code).toBe(code);
    expect((error as ArmatureError).message).toContain(message);
  });
});
