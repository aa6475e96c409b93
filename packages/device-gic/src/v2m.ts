/**
 * The GICv2m frame: message-signalled interrupts as writes that make SPIs pending.
 *
 * @spec DEN 0029, Server Base System Architecture: GICv2m Architecture
 */
import type { AccessSize, MmioDevice } from '@armature/core';

/** Offsets of the frame's registers. */
export const V2M = {
  MSI_TYPER: 0x008 /* RO */,
  MSI_SETSPI_NS: 0x040 /* WO */,
  MSI_IIDR: 0xfcc /* RO */,
} as const;

/** Bytes of the frame. */
export const V2M_SIZE = 0x1000;

/** MSI_IIDR: the product code that QEMU's model has. */
const IIDR = 0x0510_0000;

export interface V2mConfig {
  /** INTID of the first SPI that the frame can send. */
  readonly firstIntid: number;
  /** How many it can send. */
  readonly count: number;
  /** Makes an edge-triggered SPI pending. */
  readonly send: (intid: number) => void;
}

/** An MSI frame. It has no state: what was sent is pending at the distributor. */
export class V2mFrame implements MmioDevice {
  private readonly config: V2mConfig;

  constructor(config: V2mConfig) {
    this.config = config;
  }

  read(offset: number, size: AccessSize): number {
    if ((offset & 3) !== 0) return 0;
    const value = this.readRegister(offset);
    return size === 4 ? value >>> 0 : value & ((1 << (8 * size)) - 1);
  }

  private readRegister(offset: number): number {
    if (offset === V2M.MSI_TYPER) return (this.config.firstIntid << 16) | this.config.count;
    return offset === V2M.MSI_IIDR ? IIDR : 0;
  }

  /** The INTID has 10 bits: MSI_SETSPI_NS takes half-words too. Others than the frame's are ignored. */
  write(offset: number, size: AccessSize, value: number): undefined {
    if (offset !== V2M.MSI_SETSPI_NS || size === 1) return;
    const { firstIntid, count, send } = this.config;
    const intid = value & 0x3ff;
    if (intid >= firstIntid && intid < firstIntid + count) send(intid);
  }
}
