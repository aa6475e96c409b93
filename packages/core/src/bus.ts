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

/** Devices by physical address. Addresses that nothing answers give {@link BUS_FAULT}. */
export interface Bus {
  read(address: number, size: AccessSize): number;
  write(address: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT;
}
