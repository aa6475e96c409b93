import { type AccessSize, BUS_FAULT, type Bus, type MmioDevice } from '@armature/core';

interface BusRange {
  readonly base: number;
  readonly end: number;
  device: MmioDevice | undefined;
}

/**
 * Devices by physical address. Addresses without a device, accesses that cross a device's end and devices not
 * made yet answer with {@link BUS_FAULT}.
 */
export class MmioBus implements Bus {
  private readonly ranges: readonly BusRange[];
  private last: BusRange | undefined;

  /** @param ranges ranges that do not overlap, bytes */
  constructor(ranges: readonly { readonly base: number; readonly size: number }[]) {
    this.ranges = ranges
      .map(({ base, size }): BusRange => ({ base, end: base + size, device: undefined }))
      .sort((a, b) => a.base - b.base);
  }

  /** Puts a device at the range that begins at `base`. */
  attach(base: number, device: MmioDevice): void {
    const range = this.ranges.find((candidate) => candidate.base === base);
    if (range !== undefined) range.device = device;
  }

  read(address: number, size: AccessSize): number {
    const range = this.find(address, size);
    return range?.device === undefined ? BUS_FAULT : range.device.read(address - range.base, size);
  }

  write(address: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT {
    const range = this.find(address, size);
    return range?.device === undefined ? BUS_FAULT : range.device.write(address - range.base, size, value);
  }

  /** The range that holds the whole access. Devices are hit in runs, so the last one is tried first. */
  private find(address: number, size: number): BusRange | undefined {
    const last = this.last;
    if (last !== undefined && address >= last.base && address + size <= last.end) return last;
    let low = 0;
    let high = this.ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.ranges[middle];
      if (address < range.base) high = middle - 1;
      else if (address >= range.end) low = middle + 1;
      else {
        if (address + size > range.end) return undefined;
        this.last = range;
        return range;
      }
    }
    return undefined;
  }
}
