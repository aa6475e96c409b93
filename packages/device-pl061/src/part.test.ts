import {
  type DrivenClock,
  type InterruptController,
  type InterruptSpec,
  manualClock,
  type Part,
  type PartContext,
  spi,
  unconnectedLine,
} from '@armature/core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { pl061 } from './part.ts';
import { dataOffset, PL061_REGISTER as R } from './registers.ts';

const line = unconnectedLine();
const controller: InterruptController = {
  lines: { spi: 96, ppi: 16 },
  line: () => line,
  deviceTreeCells: ({ number }) => [0, number, 4],
};

function context(
  spec?: InterruptSpec,
  clock: DrivenClock = manualClock(),
): PartContext<'interrupt-controller'> {
  return {
    name: 'pl061',
    clock,
    regions: { registers: { name: 'registers', base: 0x0903_0000, size: 0x1000, kind: 'mmio' } },
    interrupts: spec ? { gpio: { line, spec } } : {},
    use: () => controller,
    find: () => undefined,
  } as unknown as PartContext<'interrupt-controller'>;
}

describe('pl061()', () => {
  test('asks for one region, and for an interrupt only when told to', () => {
    const polled = pl061();
    expect(polled.regions).toEqual([{ name: 'registers', size: 0x1000, kind: 'mmio' }]);
    expect([polled.interrupts, polled.requires, polled.provides]).toEqual([[], [], ['gpio']]);
    expect(pl061({ irq: 'auto' }).interrupts).toEqual([{ name: 'gpio' }]);
    const wired = pl061({ base: 0x0903_0000n, irq: spi(7), powerButton: 3 });
    expect(wired.regions).toEqual([{ name: 'registers', base: 0x0903_0000, size: 0x1000, kind: 'mmio' }]);
    expect(wired.interrupts).toEqual([{ name: 'gpio', spec: spi(7) }]);
    expect([wired.requires, wired.provides]).toEqual([['interrupt-controller'], ['gpio', 'power-button']]);
    for (const powerButton of [8, -1, 0.5]) {
      expect(() => pl061({ powerButton })).toThrowError(/no pin .* for a power button/);
    }
  });

  test('its type says what it needs and offers', () => {
    expectTypeOf(pl061()).toEqualTypeOf<Part<'gpio', never>>();
    expectTypeOf(pl061({ irq: spi(7), powerButton: 3 })).toEqualTypeOf<
      Part<'gpio' | 'power-button', 'interrupt-controller'>
    >();
    expectTypeOf(pl061({ gpio: false })).toEqualTypeOf<Part<never, never>>();
  });

  test('gpio reaches both directions of the pins', async () => {
    const direct: number[] = [];
    const component = await pl061({ onOutput: (pin) => direct.push(pin) }).create(context());
    const port = component.devices!['registers'];
    const { gpio } = component.capabilities!;
    expect(Object.keys(component.capabilities!)).toEqual(['gpio']);
    const heard: [number, boolean][] = [];
    const stop = gpio.listen((pin, level) => heard.push([pin, level]));
    port.write(R.GPIODIR, 4, 2);
    port.write(dataOffset(2), 4, 2);
    stop();
    port.write(dataOffset(2), 4, 0);
    expect(heard).toEqual([[1, true]]);
    expect(direct).toEqual([1, 1]);
    gpio.setInput(0, true);
    expect(gpio.level(0)).toBe(true);
    expect(port.read(dataOffset(1), 4)).toBe(1);
  });

  test('a press of the power button is a pulse of 100 ms on its pin', async () => {
    const clock = manualClock();
    const part = pl061({ irq: spi(7), powerButton: 3, gpio: false });
    const component = await part.create(context(spi(7), clock));
    const port = component.devices!['registers'];
    port.write(R.GPIOIBE, 4, 8);
    port.write(R.GPIOIE, 4, 8);
    component.capabilities!['power-button'].press();
    expect([line.level, port.read(dataOffset(8), 4)]).toEqual([true, 8]);
    port.write(R.GPIOIC, 4, 8);
    clock.advanceTo(60e6);
    const snapshot = structuredClone(component.snapshot!());
    component.capabilities!['power-button'].press();
    clock.advanceTo(159e6);
    expect([line.level, port.read(dataOffset(8), 4)]).toEqual([false, 8]);
    clock.advanceTo(160e6);
    expect([line.level, port.read(dataOffset(8), 4)]).toEqual([true, 0]);

    const later = manualClock();
    later.advanceTo(60e6);
    const restored = await part.create(context(spi(7), later));
    restored.restore!(snapshot);
    later.advanceTo(99e6);
    expect(restored.devices!['registers'].read(dataOffset(8), 4)).toBe(8);
    later.advanceTo(100e6);
    expect(restored.devices!['registers'].read(dataOffset(8), 4)).toBe(0);
  });

  test('a reset lets the button go', async () => {
    const clock = manualClock();
    const component = await pl061({ powerButton: 0 }).create(context(undefined, clock));
    component.capabilities!['power-button'].press();
    component.reset!();
    expect(component.devices!['registers'].read(dataOffset(1), 4)).toBe(0);
    expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test('snapshots of another configuration are refused', async () => {
    const button = await pl061({ powerButton: 0 }).create(context());
    const plain = await pl061().create(context());
    expect(() => button.restore!(plain.snapshot!())).toThrowError(/another configuration/);
    expect(() => plain.restore!(button.snapshot!())).toThrowError(/another configuration/);
    expect(() => plain.restore!({ ...plain.snapshot!(), state: null })).toThrowError(/another configuration/);
    const { state, ...header } = structuredClone(button.snapshot!());
    const bad = {
      ...(state as object),
      button: { type: 'power-button', version: 1, state: { releaseIn: -1 } },
    };
    expect(() => button.restore!({ ...header, state: bad })).toThrowError(/let go in -1/);
  });

  test('its device tree is the one of QEMU’s virt', async () => {
    const component = await pl061({ irq: spi(7), powerButton: 3 }).create(context(spi(7)));
    expect(component.deviceTree).toEqual([
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
        name: 'pl061@9030000',
        label: 'pl061',
        properties: {
          compatible: { strings: ['arm,pl061', 'arm,primecell'] },
          reg: { cells: [0, 0x0903_0000, 0, 0x1000] },
          '#gpio-cells': { cells: [2] },
          'gpio-controller': { empty: true },
          interrupts: { cells: [0, 7, 4] },
          clocks: { cells: [{ phandle: 'apb-pclk' }] },
          'clock-names': { strings: ['apb_pclk'] },
        },
      },
      {
        name: 'gpio-keys',
        properties: { compatible: { strings: ['gpio-keys'] } },
        children: [
          {
            name: 'poweroff',
            properties: {
              label: { strings: ['GPIO Key Poweroff'] },
              'linux,code': { cells: [116] },
              gpios: { cells: [{ phandle: 'pl061' }, 3, 0] },
            },
          },
        ],
      },
    ]);
    expect((await pl061().create(context())).deviceTree).toHaveLength(2);
  });

  test('its configuration leaves functions out', () => {
    const part = pl061({ base: 0x0903_0000n, irq: spi(7), powerButton: 3, onOutput: () => {} });
    expect(JSON.parse(JSON.stringify(part))).toEqual({
      part: 'pl061',
      base: 0x0903_0000,
      irq: { type: 'spi', number: 7 },
      powerButton: 3,
    });
  });
});
