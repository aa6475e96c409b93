import {
  type Capabilities,
  type Component,
  cells,
  type DeviceTreeNode,
  fixedClock,
  type InterruptSpec,
  type Part,
  type PartConfig,
  type PartContext,
  PERIPHERAL_CLOCK,
  reg,
  strings,
} from '@armature/core';
import { Pl011, type Pl011Config } from './pl011.ts';

/** A terminal line of a machine, as its user sees it: the capability `console`. */
export interface MachineConsole {
  /** Sends bytes to the guest. They queue without limit and arrive as the guest reads. */
  write(bytes: Uint8Array): void;
  /** Calls back for every byte the guest sends, 0 to 255; returns a function that ends it. */
  listen(listener: (byte: number) => void): () => void;
}

declare module '@armature/core' {
  interface Capabilities {
    console: MachineConsole;
  }
}

export interface Pl011Options extends Omit<Pl011Config, 'irq' | 'clock'> {
  /** Physical address. Default: assigned by the machine. */
  readonly base?: number | bigint;
  /** The interrupt to use, or `auto` for one that the machine chooses. Default: none, the guest polls. */
  readonly irq?: InterruptSpec | 'auto';
  /** Provide the capability `console`, default true. A machine has one; give further UARTs `false`. */
  readonly console?: boolean;
}

type Provided<Options> = Options extends { readonly console: false } ? never : 'console';
type Needed<Options extends Pl011Options> = 'irq' extends keyof Options
  ? [Options['irq']] extends [undefined]
    ? never
    : 'interrupt-controller'
  : never;

/** The node that PrimeCell peripherals take their clock from; every part that needs it contributes it alike. */
/** The clock that peripherals share, or one of its own. */
function clockOf(part: string, frequency: number): DeviceTreeNode {
  if (frequency === 24_000_000) return PERIPHERAL_CLOCK;
  return fixedClock(`${part}-clk`, frequency, `clk${frequency / 1e6}mhz`);
}

/**
 * A PL011 UART as a part of a machine.
 *
 * @example
 * createMachine().use(pl011({ base: 0x0900_0000, irq: spi(1), onTransmit: (byte) => output.push(byte) }))
 */
export function pl011(): Part<'console'>;
export function pl011<const Options extends Pl011Options>(
  options: Options,
): Part<Provided<Options>, Needed<Options>>;
export function pl011(options: Pl011Options = {}): Part<'console' | never, 'interrupt-controller' | never> {
  const { base, irq, console: isConsole = true, ...config } = options;
  const frequency = config.clockFrequency ?? 24_000_000;
  return {
    name: 'pl011',
    provides: isConsole ? ['console'] : [],
    requires: irq === undefined ? [] : ['interrupt-controller'],
    regions: [
      { name: 'registers', ...(base !== undefined && { base: Number(base) }), size: 0x1000, kind: 'mmio' },
    ],
    interrupts: irq === undefined ? [] : [{ name: 'uart', ...(irq !== 'auto' && { spec: irq }) }],
    create(context) {
      const connected = irq !== undefined;
      return createComponent(context, { ...config, clockFrequency: frequency }, connected, isConsole);
    },
    toJSON(): PartConfig {
      const { onTransmit: _, onBreak: __, ...plain } = options;
      return { part: 'pl011', ...plain, ...(base !== undefined && { base: Number(base) }) };
    },
  };
}

function createComponent(
  context: PartContext<'interrupt-controller'>,
  config: Pl011Config & { clockFrequency: number },
  connected: boolean,
  isConsole: boolean,
): Component<'console'> {
  const listeners = new Set<(byte: number) => void>();
  const interrupt = connected ? context.interrupts['uart'] : undefined;
  const device = new Pl011({
    ...config,
    clock: context.clock,
    ...(interrupt && { irq: interrupt.line }),
    onTransmit(byte) {
      config.onTransmit?.(byte);
      for (const listener of listeners) listener(byte);
    },
  });
  const { base, size } = context.regions['registers'];
  const clockNode = clockOf(context.name, config.clockFrequency);
  const clockLabel = clockNode.name;
  const console: Capabilities['console'] = {
    write: (bytes) => device.receive(bytes),
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    ...(isConsole && { capabilities: { console } }),
    devices: { registers: device },
    deviceTree: [
      clockNode,
      {
        name: `pl011@${base.toString(16)}`,
        label: context.name,
        properties: {
          compatible: strings('arm,pl011', 'arm,primecell'),
          reg: reg([base, size]),
          ...(interrupt && {
            interrupts: cells(...context.use('interrupt-controller').deviceTreeCells(interrupt.spec)),
          }),
          clocks: cells({ phandle: clockLabel }, { phandle: clockLabel }),
          'clock-names': strings('uartclk', 'apb_pclk'),
        },
      },
    ],
    reset: () => device.reset(),
    snapshot: () => device.snapshot(),
    restore: (snapshot) => device.restore(snapshot),
  };
}
