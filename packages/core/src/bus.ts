/** Returned by {@link Bus.read} and {@link MmioDevice.read} for an external abort. */
export const BUS_FAULT = -1;

export type AccessSize = 1 | 2 | 4;

/**
 * A memory-mapped device. It sees offsets from its own base, never its address or the machine.
 * Values are unsigned, at most 32 bits; a bus splits 64-bit accesses, low half first.
 */
export interface MmioDevice {
  /** Returns the value, or {@link BUS_FAULT} for an access that the device answers with an abort. */
  read(offset: number, size: AccessSize): number;
  /** Returns nothing, or {@link BUS_FAULT}. */
  write(offset: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT;
}

/** What an access of `size` bytes at `offset` reads of a device that has 32-bit registers only: its byte lanes. */
export function fromLanes(register: number, offset: number, size: AccessSize): number {
  return truncate(register >>> (8 * (offset & 3)), size);
}

/** What such a device is written: the value in the byte lanes of the access, zeros in the others. */
export function toLanes(value: number, offset: number, size: AccessSize): number {
  return (truncate(value, size) << (8 * (offset & 3))) >>> 0;
}

function truncate(value: number, size: AccessSize): number {
  return size === 4 ? value : value & (size === 2 ? 0xffff : 0xff);
}

/** Devices by physical address. Addresses that nothing answers give {@link BUS_FAULT}. */
export interface Bus {
  read(address: number, size: AccessSize): number;
  write(address: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT;
}
