import {
  ArmatureError,
  type Capabilities,
  type CapabilityName,
  type Component,
  cells,
  type DeviceTreeNode,
  empty,
  type InterruptSpec,
  type MmioDevice,
  type Part,
  type PartConfig,
  type PartContext,
  reg,
  type Snapshot,
  spi,
  strings,
  toNumber,
} from '@armature/core';
import type { VirtioDevice } from './device.ts';
import { VirtioMmio } from './mmio.ts';
import { VIRTIO_MMIO_SIZE } from './registers.ts';

/** Where virtio devices go: memory-mapped transports, or another kind of transport with the same interface. */
export interface VirtioBus {
  /**
   * Puts a device into a slot.
   *
   * @param slot default: the highest that is free
   * @returns the slot
   * @throws CONFIG_INVALID when there is no such slot or it is taken
   */
  attach(device: VirtioDevice, slot?: number): number;
}

declare module '@armature/core' {
  interface Capabilities {
    'virtio-mmio': VirtioBus;
  }
}

export interface VirtioMmioBusOptions {
  /** Transports, 1 to 512. Default 32. */
  readonly slots?: number;
  /** Physical address of the first; they follow each other at 0x200 bytes. Default 0x0a00_0000, as QEMU's virt. */
  readonly base?: number | bigint;
  /** Interrupt of the first; each has its own, in the same order. Default SPI 16, as QEMU's virt. */
  readonly firstInterrupt?: InterruptSpec;
  /**
   * The interface before version 1 of the specification, with which QEMU's transports present themselves. Default
   * true; drivers of Linux know both.
   */
  readonly legacy?: boolean;
}

const SLOT_LIMIT = 512;
const DEFAULT_BASE = 0x0a00_0000;
const DEFAULT_INTERRUPT = spi(16);
/** Trigger type of an interrupt that counts when it rises, as the GIC's binding has it. */
const EDGE_RISING = 1;

/**
 * Memory-mapped virtio transports as a part of a machine: they are all there from the start, and devices are parts
 * that take a slot, from the highest down.
 *
 * @throws CONFIG_INVALID when `slots` is not a whole number from 1 to 512
 * @example
 * createMachine().use(virtioMmioBus()).use(virtioBlock({ disk }))
 */
export function virtioMmioBus(
  options: VirtioMmioBusOptions = {},
): Part<'virtio-mmio', 'interrupt-controller'> {
  const { slots = 32, base = DEFAULT_BASE, firstInterrupt = DEFAULT_INTERRUPT, legacy = true } = options;
  if (!Number.isInteger(slots) || slots < 1 || slots > SLOT_LIMIT) {
    throw new ArmatureError('CONFIG_INVALID', `${slots} is not a number of virtio transports`, {
      context: { slots },
      hint: `Give a whole number from 1 to ${SLOT_LIMIT}.`,
    });
  }
  const numbers = Array.from({ length: slots }, (_, slot) => slot);
  return {
    name: 'virtio-mmio',
    provides: ['virtio-mmio'],
    requires: ['interrupt-controller'],
    regions: [{ name: 'transports', base: toNumber(base), size: VIRTIO_MMIO_SIZE * slots, kind: 'mmio' }],
    interrupts: numbers.map((slot) => ({
      name: `slot${slot}`,
      spec: { type: firstInterrupt.type, number: firstInterrupt.number + slot },
    })),
    create: (context) => createBus(context, numbers, legacy),
    toJSON: (): PartConfig => ({
      part: 'virtio-mmio',
      ...options,
      ...(options.base !== undefined && { base: toNumber(options.base) }),
    }),
  };
}

function createBus(
  context: PartContext<'interrupt-controller'>,
  numbers: readonly number[],
  legacy: boolean,
): Component<'virtio-mmio'> {
  const transports = numbers.map(
    (slot) =>
      new VirtioMmio({
        memory: context.memory,
        clock: context.clock,
        irq: context.interrupts[`slot${slot}`].line,
        legacy,
        trace: (message) => context.trace('virtio', () => `slot ${slot}: ${message()}`),
      }),
  );
  const registers: MmioDevice = {
    read: (offset, size) =>
      transports[Math.floor(offset / VIRTIO_MMIO_SIZE)].read(offset % VIRTIO_MMIO_SIZE, size),
    write: (offset, size, value) =>
      transports[Math.floor(offset / VIRTIO_MMIO_SIZE)].write(offset % VIRTIO_MMIO_SIZE, size, value),
  };
  const { base } = context.regions['transports'];
  const controller = context.use('interrupt-controller');
  const node = (slot: number): DeviceTreeNode => {
    const address = base + VIRTIO_MMIO_SIZE * slot;
    const interrupt = controller.deviceTreeCells(context.interrupts[`slot${slot}`].spec);
    return {
      name: `virtio_mmio@${address.toString(16)}`,
      properties: {
        'dma-coherent': empty,
        interrupts: cells(...interrupt.slice(0, -1), EDGE_RISING),
        reg: reg([address, VIRTIO_MMIO_SIZE]),
        compatible: strings('virtio,mmio'),
      },
    };
  };
  return {
    capabilities: { 'virtio-mmio': { attach: (device, slot) => attach(transports, device, slot) } },
    devices: { transports: registers },
    deviceTree: numbers.map(node),
    reset() {
      for (const transport of transports) transport.reset();
    },
    snapshot: () => ({
      type: 'virtio-mmio-bus',
      version: 1,
      state: transports.map((transport) => transport.snapshot()),
    }),
    restore: (snapshot) => restoreBus(transports, snapshot),
  };
}

function attach(transports: readonly VirtioMmio[], device: VirtioDevice, wanted?: number): number {
  const slot = wanted ?? transports.findLastIndex((transport) => transport.device === undefined);
  const transport = transports[slot];
  if (transport === undefined || transport.device !== undefined) {
    const problem =
      wanted === undefined
        ? `all ${transports.length} slots are taken`
        : transport === undefined
          ? `there is no slot ${wanted}`
          : `slot ${wanted} has a ${transport.device?.name}`;
    throw new ArmatureError('CONFIG_INVALID', `no place for a ${device.name}: ${problem}`, {
      context: { device: device.name, slot: wanted, slots: transports.length },
      hint: `Choose a free slot from 0 to ${transports.length - 1}, or leave it out to get one.`,
    });
  }
  transport.attach(device);
  return slot;
}

function restoreBus(transports: readonly VirtioMmio[], snapshot: Snapshot): void {
  const states = snapshot.state as readonly Snapshot[];
  const fits =
    snapshot.type === 'virtio-mmio-bus' &&
    snapshot.version === 1 &&
    Array.isArray(states) &&
    states.length === transports.length;
  if (!fits) {
    throw new ArmatureError(
      'SNAPSHOT_INVALID',
      `expected ${transports.length} transports of virtio-mmio-bus version 1, got ${snapshot.type} version ${snapshot.version}`,
      { context: { type: snapshot.type, version: snapshot.version } },
    );
  }
  for (const [slot, transport] of transports.entries()) transport.restore(states[slot]);
}

/** Names of capabilities that are a {@link VirtioBus}. */
export type VirtioBusName = {
  [Name in CapabilityName]: Capabilities[Name] extends VirtioBus ? Name : never;
}[CapabilityName];

/** Options that every virtio device has as a part. */
export interface VirtioPlacement<Bus extends VirtioBusName = 'virtio-mmio'> {
  /** The kind of transport. Default `virtio-mmio`. */
  readonly bus?: Bus;
  /** The slot. Default: the highest that is free. */
  readonly slot?: number;
}

export interface VirtioPartOptions<Provides extends CapabilityName, Bus extends VirtioBusName>
  extends VirtioPlacement<Bus> {
  readonly name: string;
  readonly provides?: readonly Provides[];
  /** Makes the device, and what else its component has. */
  create(context: PartContext<Bus>): { readonly device: VirtioDevice } & Component<Provides>;
  /** Options for the JSON form, without functions. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** A virtio device as a part of a machine: it takes a slot of a bus, which resets it and keeps its snapshots. */
export function virtioPart<
  Provides extends CapabilityName = never,
  Bus extends VirtioBusName = 'virtio-mmio',
>(options: VirtioPartOptions<Provides, Bus>): Part<Provides, Bus> {
  const { name, provides = [], bus = 'virtio-mmio' as Bus, slot } = options;
  return {
    name,
    provides,
    requires: [bus],
    create(context) {
      const { device, ...component } = options.create(context);
      context.use(bus).attach(device, slot);
      return component as Component<Provides>;
    },
    toJSON: (): PartConfig => ({
      part: name,
      ...options.options,
      ...(options.bus !== undefined && { bus }),
      ...(slot !== undefined && { slot }),
    }),
  };
}
