/**
 * Virtio over MMIO: one transport, with a device behind it or without.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Virtio Over MMIO
 */
import {
  type AccessSize,
  ArmatureError,
  type Clock,
  checkSnapshot,
  type IrqLine,
  type MmioDevice,
  type PhysicalMemory,
  type Snapshot,
  unconnectedLine,
} from '@armature/core';
import { VirtioCore } from './core.ts';
import { DESCRIPTOR_BYTES } from './definitions.ts';
import type { VirtioDevice } from './device.ts';
import { INTERRUPT, MAGIC_VALUE, VIRTIO_MMIO_REGISTER as REGISTER, VENDOR_ID } from './registers.ts';
import type { QueueLayout } from './virtqueue.ts';

const SNAPSHOT_TYPE = 'virtio-mmio';
const SNAPSHOT_VERSION = 1;
const DEFAULT_PAGE_SIZE = 4096;
const DEFAULT_ALIGNMENT = 4096;

export interface VirtioMmioConfig {
  /** Guest memory, where the queues are. */
  readonly memory: PhysicalMemory;
  /** The device; without one the transport is an empty slot. */
  readonly device?: VirtioDevice;
  /** Up while InterruptStatus is not zero. Default: connected to nothing. */
  readonly irq?: IrqLine;
  /** The interface before version 1 of the specification, as QEMU shows unless told otherwise. Default true. */
  readonly legacy?: boolean;
  /** Lets a driver that keeps the device busy not keep the host there. */
  readonly clock?: Clock;
  readonly trace?: (message: () => string) => void;
}

/** What the driver wrote about one queue. */
interface QueueRegisters {
  num: number;
  /** Low and high halves of the addresses of descriptor table, driver area and device area. */
  descriptors: [number, number];
  driver: [number, number];
  device: [number, number];
  align: number;
  pfn: number;
}

/** The state in a snapshot; its type is `virtio-mmio`, its version 1. */
export interface VirtioMmioState {
  readonly deviceFeaturesSelect: number;
  readonly driverFeaturesSelect: number;
  readonly driverFeatures: readonly number[];
  readonly queueSelect: number;
  readonly guestPageSize: number;
  readonly interruptStatus: number;
  readonly queues: readonly Readonly<QueueRegisters>[];
  /** Snapshot of the device and its queues; null for an empty slot. */
  readonly core: Snapshot | null;
}

export class VirtioMmio implements MmioDevice {
  private readonly config: VirtioMmioConfig;
  private readonly legacy: boolean;
  private readonly irq: IrqLine;
  private core: VirtioCore | undefined;
  private deviceFeaturesSelect = 0;
  private driverFeaturesSelect = 0;
  private driverFeatures = [0, 0];
  private queueSelect = 0;
  private guestPageSize = DEFAULT_PAGE_SIZE;
  private interruptStatus = 0;
  private queues: QueueRegisters[] = [];

  constructor(config: VirtioMmioConfig) {
    this.config = config;
    this.legacy = config.legacy ?? true;
    this.irq = config.irq ?? unconnectedLine();
    if (config.device !== undefined) this.attach(config.device);
  }

  get device(): VirtioDevice | undefined {
    return this.core?.device;
  }

  /** Puts a device into an empty slot. @throws CONFIG_INVALID when there is one */
  attach(device: VirtioDevice): void {
    if (this.core !== undefined) {
      throw new ArmatureError('CONFIG_INVALID', `the transport already has a ${this.core.device.name}`, {
        context: { device: device.name },
        hint: 'Use another slot.',
      });
    }
    const { memory, clock, trace } = this.config;
    this.core = new VirtioCore(device, {
      memory,
      modern: !this.legacy,
      transport: {
        queueInterrupt: () => this.raise(INTERRUPT.USED_BUFFER),
        configurationInterrupt: () => this.raise(INTERRUPT.CONFIGURATION),
      },
      ...(clock && { clock }),
      ...(trace && { trace }),
    });
    this.queues = device.queueSizes.map(freshQueue);
  }

  read(offset: number, size: AccessSize): number {
    const { core } = this;
    if (core === undefined) return size === 4 ? this.readIdentity(offset) : 0;
    if (offset >= REGISTER.Config) return core.readConfiguration(offset - REGISTER.Config, size);
    if (size !== 4) return 0;
    switch (offset) {
      case REGISTER.DeviceID:
        return core.device.deviceId;
      case REGISTER.DeviceFeatures:
        return this.deviceFeatures(core);
      case REGISTER.QueueNumMax:
        return core.queues[this.queueSelect]?.maximumSize ?? 0;
      case REGISTER.QueuePFN:
        return this.legacy ? (this.queues[this.queueSelect]?.pfn ?? 0) : 0;
      case REGISTER.QueueReady:
        return !this.legacy && core.queues[this.queueSelect]?.isEnabled ? 1 : 0;
      case REGISTER.InterruptStatus:
        return this.interruptStatus;
      case REGISTER.Status:
        return core.status;
      case REGISTER.SHMLenLow:
      case REGISTER.SHMLenHigh:
      case REGISTER.SHMBaseLow:
      case REGISTER.SHMBaseHigh:
        return 0xffff_ffff;
      case REGISTER.ConfigGeneration:
        return this.legacy ? 0 : core.configurationGeneration;
      default:
        return this.readIdentity(offset);
    }
  }

  write(offset: number, size: AccessSize, value: number): undefined {
    const { core } = this;
    if (core === undefined) return;
    if (offset >= REGISTER.Config) {
      core.writeConfiguration(offset - REGISTER.Config, size, value);
      return;
    }
    if (size !== 4) return;
    switch (offset) {
      case REGISTER.DeviceFeaturesSel:
        this.deviceFeaturesSelect = value;
        return;
      case REGISTER.DriverFeatures:
        this.writeDriverFeatures(core, value);
        return;
      case REGISTER.DriverFeaturesSel:
        this.driverFeaturesSelect = value;
        return;
      case REGISTER.QueueSel:
        this.queueSelect = value;
        return;
      case REGISTER.QueueNotify:
        core.notify(value);
        return;
      case REGISTER.InterruptACK:
        this.interruptStatus &= ~value;
        this.drive();
        return;
      case REGISTER.Status:
        this.writeStatus(core, value);
        return;
      default:
        if (this.legacy) this.writeLegacy(core, offset, value);
        else this.writeModern(core, offset, value);
    }
  }

  reset(): void {
    this.guestPageSize = DEFAULT_PAGE_SIZE;
    this.deviceFeaturesSelect = 0;
    this.driverFeaturesSelect = 0;
    this.resetDevice();
  }

  snapshot(): Snapshot<VirtioMmioState> {
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: {
        deviceFeaturesSelect: this.deviceFeaturesSelect,
        driverFeaturesSelect: this.driverFeaturesSelect,
        driverFeatures: [...this.driverFeatures],
        queueSelect: this.queueSelect,
        guestPageSize: this.guestPageSize,
        interruptStatus: this.interruptStatus,
        queues: structuredClone(this.queues),
        core: this.core?.snapshot() ?? null,
      },
    };
  }

  /** @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const state = snapshot.state as VirtioMmioState;
    if ((state.core === null) !== (this.core === undefined) || state.queues.length !== this.queues.length) {
      const found = state.core?.type ?? 'no device';
      const expected = this.core?.device.name ?? 'no device';
      throw new ArmatureError('SNAPSHOT_INVALID', `the transport had ${found}, and has ${expected}`, {
        context: { found, expected },
        hint: 'Restore it in a machine with the same devices in the same slots.',
      });
    }
    if (state.core !== null) this.core?.restore(state.core);
    this.deviceFeaturesSelect = state.deviceFeaturesSelect;
    this.driverFeaturesSelect = state.driverFeaturesSelect;
    this.driverFeatures = [...state.driverFeatures];
    this.queueSelect = state.queueSelect;
    this.guestPageSize = state.guestPageSize;
    this.queues = structuredClone(state.queues) as QueueRegisters[];
    this.interruptStatus = state.interruptStatus;
    this.drive();
  }

  /** Registers that an empty slot has as well. */
  private readIdentity(offset: number): number {
    switch (offset) {
      case REGISTER.MagicValue:
        return MAGIC_VALUE;
      case REGISTER.Version:
        return this.legacy ? 1 : 2;
      case REGISTER.VendorID:
        return VENDOR_ID;
      default:
        return 0;
    }
  }

  private deviceFeatures(core: VirtioCore): number {
    const words = this.legacy ? 1 : 2;
    if (this.deviceFeaturesSelect >= words) return 0;
    return Number((core.offeredFeatures >> BigInt(32 * this.deviceFeaturesSelect)) & 0xffff_ffffn);
  }

  private writeDriverFeatures(core: VirtioCore, value: number): void {
    if (this.driverFeaturesSelect >= (this.legacy ? 1 : 2)) return;
    this.driverFeatures[this.driverFeaturesSelect] = value;
    if (this.legacy) core.acceptFeatures(BigInt(value));
  }

  private writeStatus(core: VirtioCore, value: number): void {
    if ((value & 0xff) === 0) {
      this.resetDevice();
      return;
    }
    const [low, high] = this.driverFeatures;
    core.writeStatus(value, this.legacy ? undefined : (BigInt(high) << 32n) | BigInt(low));
  }

  private writeLegacy(core: VirtioCore, offset: number, value: number): void {
    const queue = this.queues[this.queueSelect];
    switch (offset) {
      case REGISTER.GuestPageSize:
        // The lowest bit that is set, so that the unit is a power of two whatever was written.
        this.guestPageSize = (value & -value) >>> 0 || DEFAULT_PAGE_SIZE;
        return;
      case REGISTER.QueueNum:
        if (queue) queue.num = value;
        return;
      case REGISTER.QueueAlign:
        if (queue) queue.align = value;
        return;
      case REGISTER.QueuePFN:
        if (!queue) return;
        queue.pfn = value;
        if (value === 0) core.disableQueue(this.queueSelect);
        else core.enableQueue(this.queueSelect, legacyLayout(queue, this.guestPageSize));
        return;
    }
  }

  private writeModern(core: VirtioCore, offset: number, value: number): void {
    const queue = this.queues[this.queueSelect];
    if (queue === undefined) return;
    switch (offset) {
      case REGISTER.QueueNum:
        queue.num = value;
        return;
      case REGISTER.QueueReady:
        this.writeReady(core, queue, value);
        return;
      case REGISTER.QueueDescLow:
      case REGISTER.QueueDescHigh:
        queue.descriptors[(offset >> 2) & 1] = value;
        return;
      case REGISTER.QueueDriverLow:
      case REGISTER.QueueDriverHigh:
        queue.driver[(offset >> 2) & 1] = value;
        return;
      case REGISTER.QueueDeviceLow:
      case REGISTER.QueueDeviceHigh:
        queue.device[(offset >> 2) & 1] = value;
        return;
    }
  }

  private writeReady(core: VirtioCore, queue: QueueRegisters, value: number): void {
    const isEnabled = core.queues[this.queueSelect].isEnabled;
    if (!(value & 1)) {
      core.disableQueue(this.queueSelect);
    } else if (!isEnabled) {
      const join = ([low, high]: readonly [number, number]): number => high * 2 ** 32 + low;
      core.enableQueue(this.queueSelect, {
        size: queue.num,
        descriptors: join(queue.descriptors),
        driver: join(queue.driver),
        device: join(queue.device),
      });
    }
  }

  /** What the driver's reset does: the legacy page size stays, since drivers state it before. */
  private resetDevice(): void {
    this.driverFeatures = [0, 0];
    this.queueSelect = 0;
    this.interruptStatus = 0;
    this.core?.reset();
    this.queues = this.core?.device.queueSizes.map(freshQueue) ?? [];
    this.drive();
  }

  private raise(cause: number): void {
    this.interruptStatus |= cause;
    this.drive();
  }

  private drive(): void {
    this.irq.set(this.interruptStatus !== 0);
  }
}

function freshQueue(maximumSize: number): QueueRegisters {
  return {
    num: maximumSize,
    descriptors: [0, 0],
    driver: [0, 0],
    device: [0, 0],
    align: DEFAULT_ALIGNMENT,
    pfn: 0,
  };
}

/** @spec Virtual I/O Device (VIRTIO) Version 1.2, Legacy Interfaces: A Note on Virtqueue Layout */
function legacyLayout({ num, align, pfn }: QueueRegisters, pageSize: number): QueueLayout {
  const descriptors = pfn * pageSize;
  const driver = descriptors + DESCRIPTOR_BYTES * num;
  const alignment = align > 0 ? align : 1;
  return {
    size: num,
    descriptors,
    driver,
    device: Math.ceil((driver + 2 * (3 + num)) / alignment) * alignment,
  };
}
