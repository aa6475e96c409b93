import { type AccessSize, BUS_FAULT, type IrqLine, type MmioDevice, type Part } from '@armature/core';
import { DEVICE, DEVICE_REGISTER } from './layout.ts';

/** What the device does beyond its registers. */
export interface DeviceActions {
  /** The host writes memory. */
  transfer(): void;
  fiq(level: boolean): void;
  stop(): void;
}

/**
 * A device whose answers follow from all accesses before, so that one access too many, too few or out of order is
 * seen. Registers at its end raise and lower interrupts, write memory, stop the engine, and refuse accesses.
 */
export class ProbeDevice implements MmioDevice {
  /** Accesses since the reset, and a hash of them. */
  accesses = 0;
  hash = 0;
  actions: DeviceActions | undefined;
  private readonly irq: IrqLine;

  constructor(irq: IrqLine) {
    this.irq = irq;
  }

  reset(): void {
    this.accesses = 0;
    this.hash = 0;
    this.irq.set(false);
    this.actions?.fiq(false);
  }

  setIrq(level: boolean): void {
    this.irq.set(level);
  }

  private note(kind: number, offset: number, size: number, value: number): void {
    this.accesses++;
    for (const part of [kind | (size << 4) | (offset << 8), value]) {
      this.hash = Math.imul(this.hash ^ part, 0x0100_0193) ^ (this.hash >>> 15);
    }
  }

  read(offset: number, size: AccessSize): number {
    if (offset >= DEVICE_REGISTER.refused) return BUS_FAULT;
    this.note(1, offset, size, 0);
    return this.hash >>> (32 - 8 * Math.min(size, 4));
  }

  write(offset: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT {
    if (offset >= DEVICE_REGISTER.refused) return BUS_FAULT;
    this.note(2, offset, size, Number(value) | 0);
    switch (offset) {
      case DEVICE_REGISTER.transfer:
        this.actions?.transfer();
        break;
      case DEVICE_REGISTER.raiseIrq:
        this.irq.set(true);
        break;
      case DEVICE_REGISTER.lowerIrq:
        this.irq.set(false);
        break;
      case DEVICE_REGISTER.raiseFiq:
        this.actions?.fiq(true);
        break;
      case DEVICE_REGISTER.lowerFiq:
        this.actions?.fiq(false);
        break;
      case DEVICE_REGISTER.stop:
        this.actions?.stop();
        break;
    }
    return undefined;
  }
}

/** The device as a part; `made` gets it. */
export function probeDevice(made: (device: ProbeDevice) => void): Part<never, 'interrupt-controller'> {
  return {
    name: 'probe',
    provides: [],
    requires: ['interrupt-controller'],
    regions: [{ name: 'registers', base: DEVICE.base, size: DEVICE.size, kind: 'mmio' }],
    interrupts: [{ name: 'probe' }],
    create(context) {
      const device = new ProbeDevice(context.interrupts['probe']!.line);
      made(device);
      return { devices: { registers: device }, reset: () => device.reset() };
    },
  };
}
