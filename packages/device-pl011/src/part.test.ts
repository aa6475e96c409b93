import {
  type InterruptController,
  type InterruptSpec,
  manualClock,
  type Part,
  type PartContext,
  spi,
  unconnectedLine,
} from '@armature/core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Pl011Options, pl011 } from './part.ts';

const line = unconnectedLine();
const controller: InterruptController = {
  lines: { spi: 96, ppi: 16 },
  line: () => line,
  deviceTreeCells: ({ number }) => [0, number, 4],
};

function context(spec?: InterruptSpec): PartContext<'interrupt-controller'> {
  return {
    name: 'pl011',
    clock: manualClock(),
    regions: { registers: { name: 'registers', base: 0x0900_0000, size: 0x1000, kind: 'mmio' } },
    interrupts: spec ? { uart: { line, spec } } : {},
    use: () => controller,
    find: () => undefined,
  } as unknown as PartContext<'interrupt-controller'>;
}

describe('pl011()', () => {
  test('asks for one region, and for an interrupt only when told to', () => {
    const polled = pl011();
    expect(polled.regions).toEqual([{ name: 'registers', size: 0x1000, kind: 'mmio' }]);
    expect(polled.interrupts).toEqual([]);
    expect(polled.requires).toEqual([]);
    expect(pl011({ irq: 'auto' }).interrupts).toEqual([{ name: 'uart' }]);
    const wired = pl011({ base: 0x0900_0000n, irq: spi(1) });
    expect(wired.regions).toEqual([{ name: 'registers', base: 0x0900_0000, size: 0x1000, kind: 'mmio' }]);
    expect(wired.interrupts).toEqual([{ name: 'uart', spec: spi(1) }]);
    expect(wired.requires).toEqual(['interrupt-controller']);
  });

  test('its type says what it needs and offers', () => {
    expectTypeOf(pl011()).toEqualTypeOf<Part<'console', never>>();
    expectTypeOf(pl011({ base: 1 })).toEqualTypeOf<Part<'console', never>>();
    expectTypeOf(pl011({ irq: 'auto' })).toEqualTypeOf<Part<'console', 'interrupt-controller'>>();
    expectTypeOf(pl011({ irq: spi(1), console: false })).toEqualTypeOf<Part<never, 'interrupt-controller'>>();
    const unknown: Pl011Options = {};
    expectTypeOf(pl011(unknown)).toEqualTypeOf<Part<'console', 'interrupt-controller'>>();
  });

  test('the console reaches both directions of the line', async () => {
    const direct: number[] = [];
    const component = await pl011({ onTransmit: (byte) => direct.push(byte) }).create(context());
    const uart = component.devices!['registers'];
    const heard: number[] = [];
    const stop = component.capabilities!.console.listen((byte) => heard.push(byte));
    uart.write(0, 1, 0x41);
    stop();
    uart.write(0, 1, 0x42);
    expect(heard).toEqual([0x41]);
    expect(direct).toEqual([0x41, 0x42]);
    component.capabilities!.console.write(Uint8Array.of(0x43));
    expect(uart.read(0, 1)).toBe(0x43);
  });

  test('drives its interrupt and resets', async () => {
    const component = await pl011({ irq: spi(1), console: false }).create(context(spi(1)));
    expect(component.capabilities).toBeUndefined();
    const uart = component.devices!['registers'];
    uart.write(0x38, 4, 0x20);
    uart.write(0, 1, 0x41);
    expect(line.level).toBe(true);
    const snapshot = component.snapshot!();
    component.reset!();
    expect(line.level).toBe(false);
    component.restore!(snapshot);
    expect(line.level).toBe(true);
  });

  test('its device tree is the one of QEMU’s virt', async () => {
    const wired = await pl011({ irq: spi(1) }).create(context(spi(1)));
    expect(wired.deviceTree).toEqual([
      {
        name: 'apb-pclk',
        label: 'apb-pclk',
        properties: {
          compatible: { strings: ['fixed-clock'] },
          '#clock-cells': { cells: [0] },
          'clock-frequency': { cells: [24_000_000] },
          'clock-output-names': { strings: ['clk24mhz'] },
        },
      },
      {
        name: 'pl011@9000000',
        label: 'pl011',
        properties: {
          compatible: { strings: ['arm,pl011', 'arm,primecell'] },
          reg: { cells: [0, 0x0900_0000, 0, 0x1000] },
          interrupts: { cells: [0, 1, 4] },
          clocks: { cells: [{ phandle: 'apb-pclk' }, { phandle: 'apb-pclk' }] },
          'clock-names': { strings: ['uartclk', 'apb_pclk'] },
        },
      },
    ]);
    const polled = await pl011({ clockFrequency: 48_000_000 }).create(context());
    expect(polled.deviceTree![0].name).toBe('pl011-clk');
    expect(polled.deviceTree![1].properties).not.toHaveProperty('interrupts');
  });

  test('its configuration leaves functions out', () => {
    const part = pl011({ base: 0x0900_0000n, irq: spi(1), strict: true, onTransmit: () => {} });
    expect(JSON.parse(JSON.stringify(part))).toEqual({
      part: 'pl011',
      base: 0x0900_0000,
      irq: { type: 'spi', number: 1 },
      strict: true,
    });
  });
});
