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
import { pl031 } from './part.ts';

const line = unconnectedLine();
const controller: InterruptController = {
  lines: { spi: 96, ppi: 16 },
  line: () => line,
  deviceTreeCells: ({ number }) => [0, number, 4],
};

function context(spec?: InterruptSpec): PartContext<'interrupt-controller'> {
  return {
    name: 'pl031',
    clock: manualClock(),
    regions: { registers: { name: 'registers', base: 0x0901_0000, size: 0x1000, kind: 'mmio' } },
    interrupts: spec ? { rtc: { line, spec } } : {},
    use: () => controller,
    find: () => undefined,
  } as unknown as PartContext<'interrupt-controller'>;
}

describe('pl031()', () => {
  test('asks for one region, and for an interrupt only when told to', () => {
    const polled = pl031();
    expect(polled.regions).toEqual([{ name: 'registers', size: 0x1000, kind: 'mmio' }]);
    expect(polled.interrupts).toEqual([]);
    expect(polled.requires).toEqual([]);
    expect(pl031({ irq: 'auto' }).interrupts).toEqual([{ name: 'rtc' }]);
    const wired = pl031({ base: 0x0901_0000n, irq: spi(2) });
    expect(wired.regions).toEqual([{ name: 'registers', base: 0x0901_0000, size: 0x1000, kind: 'mmio' }]);
    expect(wired.interrupts).toEqual([{ name: 'rtc', spec: spi(2) }]);
    expect(wired.requires).toEqual(['interrupt-controller']);
    expectTypeOf(polled).toEqualTypeOf<Part<never, never>>();
    expectTypeOf(pl031({ startTime: 1 })).toEqualTypeOf<Part<never, never>>();
    expectTypeOf(wired).toEqualTypeOf<Part<never, 'interrupt-controller'>>();
  });

  test('drives its interrupt, resets and restores', async () => {
    const component = await pl031({ irq: spi(2), startTime: 9 }).create(context(spi(2)));
    const rtc = component.devices!['registers'];
    rtc.write(0x10, 4, 1);
    rtc.write(0x04, 4, 9);
    expect(line.level).toBe(true);
    const snapshot = component.snapshot!();
    component.reset!();
    expect(line.level).toBe(false);
    component.restore!(snapshot);
    expect(line.level).toBe(true);
  });

  test('its device tree is the one of QEMU’s virt', async () => {
    const wired = await pl031({ irq: spi(2) }).create(context(spi(2)));
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
        name: 'pl031@9010000',
        label: 'pl031',
        properties: {
          compatible: { strings: ['arm,pl031', 'arm,primecell'] },
          reg: { cells: [0, 0x0901_0000, 0, 0x1000] },
          interrupts: { cells: [0, 2, 4] },
          clocks: { cells: [{ phandle: 'apb-pclk' }] },
          'clock-names': { strings: ['apb_pclk'] },
        },
      },
    ]);
    const polled = await pl031().create(context());
    expect(polled.deviceTree![1].properties).not.toHaveProperty('interrupts');
  });

  test('its configuration makes it again', () => {
    const part = pl031({ base: 0x0901_0000n, irq: spi(2), startTime: 1_700_000_000 });
    expect(JSON.parse(JSON.stringify(part))).toEqual({
      part: 'pl031',
      base: 0x0901_0000,
      irq: { type: 'spi', number: 2 },
      startTime: 1_700_000_000,
    });
  });
});
