import {
  type Component,
  cells,
  type InterruptSpec,
  type Part,
  type PartConfig,
  type PartContext,
  PERIPHERAL_CLOCK,
  reg,
  strings,
} from '@armature/core';
import { Pl031, type Pl031Config } from './pl031.ts';

export interface Pl031Options extends Omit<Pl031Config, 'irq' | 'clock'> {
  /** Physical address. Default: assigned by the machine. */
  readonly base?: number | bigint;
  /** The interrupt to use, or `auto` for one that the machine chooses. Default: none, the guest polls. */
  readonly irq?: InterruptSpec | 'auto';
}

type Needed<Options extends Pl031Options> = 'irq' extends keyof Options
  ? [Options['irq']] extends [undefined]
    ? never
    : 'interrupt-controller'
  : never;

/**
 * A PL031 real time clock as a part of a machine. Its time is `startTime` plus what the machine's clock has counted.
 *
 * @example
 * createMachine().use(pl031({ base: 0x0901_0000, irq: spi(2), startTime: Math.floor(Date.now() / 1000) }))
 */
export function pl031(): Part;
export function pl031<const Options extends Pl031Options>(options: Options): Part<never, Needed<Options>>;
export function pl031(options: Pl031Options = {}): Part<never, 'interrupt-controller' | never> {
  const { base, irq, ...config } = options;
  return {
    name: 'pl031',
    provides: [],
    requires: irq === undefined ? [] : ['interrupt-controller'],
    regions: [
      { name: 'registers', ...(base !== undefined && { base: Number(base) }), size: 0x1000, kind: 'mmio' },
    ],
    interrupts: irq === undefined ? [] : [{ name: 'rtc', ...(irq !== 'auto' && { spec: irq }) }],
    create: (context) => createComponent(context, config),
    toJSON: (): PartConfig => ({
      part: 'pl031',
      ...options,
      ...(base !== undefined && { base: Number(base) }),
    }),
  };
}

function createComponent(
  context: PartContext<'interrupt-controller'>,
  config: Omit<Pl031Config, 'irq' | 'clock'>,
): Component {
  const interrupt = context.interrupts['rtc'];
  const device = new Pl031({ ...config, clock: context.clock, ...(interrupt && { irq: interrupt.line }) });
  const { base, size } = context.regions['registers'];
  return {
    devices: { registers: device },
    deviceTree: [
      PERIPHERAL_CLOCK,
      {
        name: `pl031@${base.toString(16)}`,
        label: context.name,
        properties: {
          compatible: strings('arm,pl031', 'arm,primecell'),
          reg: reg([base, size]),
          ...(interrupt && {
            interrupts: cells(...context.use('interrupt-controller').deviceTreeCells(interrupt.spec)),
          }),
          clocks: cells({ phandle: 'apb-pclk' }),
          'clock-names': strings('apb_pclk'),
        },
      },
    ],
    reset: () => device.reset(),
    snapshot: () => device.snapshot(),
    restore: (snapshot) => device.restore(snapshot),
  };
}
