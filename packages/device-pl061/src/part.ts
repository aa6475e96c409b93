import {
  ArmatureError,
  type CapabilityName,
  type Component,
  cells,
  checkSnapshot,
  type DeviceTreeNode,
  empty,
  type InterruptSpec,
  type Part,
  type PartConfig,
  type PartContext,
  PERIPHERAL_CLOCK,
  reg,
  type Snapshot,
  strings,
} from '@armature/core';
import { Pl061, type Pl061Config } from './pl061.ts';
import { type MachinePowerButton, PowerButton } from './power-button.ts';
import { PIN_COUNT } from './registers.ts';

const SNAPSHOT_TYPE = 'pl061-part';
const SNAPSHOT_VERSION = 1;
/** Linux's event code KEY_POWER. */
const KEY_POWER = 116;

/** The pins of a machine, as its user sees them: the capability `gpio`. */
export interface MachineGpio {
  /** Drives a pin, 0 to 7, from outside. @throws CONFIG_INVALID for another pin */
  setInput(pin: number, level: boolean): void;
  /** The level of a pin, whoever drives it. @throws CONFIG_INVALID for another pin */
  level(pin: number): boolean;
  /** Calls back when the guest changes a pin it drives; returns a function that ends it. */
  listen(listener: (pin: number, level: boolean) => void): () => void;
}

declare module '@armature/core' {
  interface Capabilities {
    gpio: MachineGpio;
    'power-button': MachinePowerButton;
  }
}

export interface Pl061Options extends Omit<Pl061Config, 'irq'> {
  /** Physical address. Default: assigned by the machine. */
  readonly base?: number | bigint;
  /** The interrupt to use, or `auto` for one that the machine chooses. Default: none, the guest polls. */
  readonly irq?: InterruptSpec | 'auto';
  /** Pin, 0 to 7, of a power button: the capability `power-button`, and a `gpio-keys` node. Default: no button. */
  readonly powerButton?: number;
  /** Provide the capability `gpio`, default true. A machine has one; give further ports `false`. */
  readonly gpio?: boolean;
}

type Provided<Options extends Pl061Options> =
  | (Options extends { readonly gpio: false } ? never : 'gpio')
  | (Options extends { readonly powerButton: number } ? 'power-button' : never);
type Needed<Options extends Pl061Options> = 'irq' extends keyof Options
  ? [Options['irq']] extends [undefined]
    ? never
    : 'interrupt-controller'
  : never;

/**
 * A PL061 port of eight pins as a part of a machine.
 *
 * @throws CONFIG_INVALID for a power button on a pin that does not exist
 * @example
 * createMachine().use(pl061({ base: 0x0903_0000, irq: spi(7), powerButton: 3 }))
 */
export function pl061(): Part<'gpio'>;
export function pl061<const Options extends Pl061Options>(
  options: Options,
): Part<Provided<Options>, Needed<Options>>;
export function pl061(
  options: Pl061Options = {},
): Part<'gpio'> | Part<'gpio' | 'power-button', 'interrupt-controller'> {
  const { base, irq, powerButton, gpio = true } = options;
  if (powerButton !== undefined && !isPin(powerButton)) {
    throw new ArmatureError('CONFIG_INVALID', `a PL061 has no pin ${powerButton} for a power button`, {
      context: { powerButton },
      hint: 'Its pins are 0 to 7.',
    });
  }
  const provides: CapabilityName[] = [];
  if (gpio) provides.push('gpio');
  if (powerButton !== undefined) provides.push('power-button');
  return {
    name: 'pl061',
    provides: provides as ('gpio' | 'power-button')[],
    requires: irq === undefined ? [] : ['interrupt-controller'],
    regions: [
      { name: 'registers', ...(base !== undefined && { base: Number(base) }), size: 0x1000, kind: 'mmio' },
    ],
    interrupts: irq === undefined ? [] : [{ name: 'gpio', ...(irq !== 'auto' && { spec: irq }) }],
    create: (context) => createComponent(context, options),
    toJSON(): PartConfig {
      const { onOutput: _, ...plain } = options;
      return { part: 'pl061', ...plain, ...(base !== undefined && { base: Number(base) }) };
    },
  };
}

const isPin = (pin: number): boolean => Number.isInteger(pin) && pin >= 0 && pin < PIN_COUNT;

function createComponent(
  context: PartContext<'interrupt-controller'>,
  { onOutput, powerButton: pin, gpio: isGpio = true }: Pl061Options,
): Component<'gpio' | 'power-button'> {
  const listeners = new Set<(pin: number, level: boolean) => void>();
  const interrupt = context.interrupts['gpio'];
  const device = new Pl061({
    ...(interrupt && { irq: interrupt.line }),
    onOutput(changed, level) {
      onOutput?.(changed, level);
      for (const listener of listeners) listener(changed, level);
    },
  });
  const gpio: MachineGpio = {
    setInput: (which, level) => device.setInput(which, level),
    level: (which) => device.level(which),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const button =
    pin === undefined ? undefined : new PowerButton(context.clock, (level) => device.setInput(pin, level));
  return {
    capabilities: {
      ...(isGpio && { gpio }),
      ...(button && { 'power-button': button }),
    } as Component<'gpio' | 'power-button'>['capabilities'] & object,
    devices: { registers: device },
    deviceTree: [
      PERIPHERAL_CLOCK,
      portNode(context, interrupt?.spec),
      ...(pin === undefined ? [] : [keysNode(context.name, pin)]),
    ],
    reset() {
      button?.reset();
      device.reset();
    },
    snapshot: () => ({
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: { port: device.snapshot(), button: button?.snapshot() ?? null },
    }),
    restore(snapshot) {
      checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
      const saved = snapshot.state as { port: Snapshot; button: Snapshot | null } | null;
      if (!saved?.port || (saved.button === null) !== (button === undefined)) {
        throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot of a PL061 is of another configuration');
      }
      device.restore(saved.port);
      if (saved.button !== null) button?.restore(saved.button);
    },
  };
}

function portNode(
  context: PartContext<'interrupt-controller'>,
  interrupt: InterruptSpec | undefined,
): DeviceTreeNode {
  const { base, size } = context.regions['registers'];
  return {
    name: `pl061@${base.toString(16)}`,
    label: context.name,
    properties: {
      compatible: strings('arm,pl061', 'arm,primecell'),
      reg: reg([base, size]),
      '#gpio-cells': cells(2),
      'gpio-controller': empty,
      ...(interrupt && {
        interrupts: cells(...context.use('interrupt-controller').deviceTreeCells(interrupt)),
      }),
      clocks: cells({ phandle: 'apb-pclk' }),
      'clock-names': strings('apb_pclk'),
    },
  };
}

function keysNode(port: string, pin: number): DeviceTreeNode {
  return {
    name: 'gpio-keys',
    properties: { compatible: strings('gpio-keys') },
    children: [
      {
        name: 'poweroff',
        properties: {
          label: strings('GPIO Key Poweroff'),
          'linux,code': cells(KEY_POWER),
          gpios: cells({ phandle: port }, pin, 0),
        },
      },
    ],
  };
}
