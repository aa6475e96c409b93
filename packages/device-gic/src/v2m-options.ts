import { ArmatureError, type MmioDevice, type RegionRequest } from '@armature/core';
import { FIRST_SPI, type InterruptTable } from './interrupt-table.ts';
import { V2M_SIZE, V2mFrame } from './v2m.ts';

export interface V2mOptions {
  /** Physical address. Default 0x0802_0000, as on virt boards. */
  readonly base?: number;
  /** The first SPI it sends. Default 48. */
  readonly firstSpi?: number;
  /** How many SPIs it sends. Default 64. */
  readonly count?: number;
}

/** A GICv2m frame as a GIC's part has it. */
export class V2mSetup {
  readonly region: RegionRequest;
  private readonly firstIntid: number;
  private readonly count: number;

  /** @throws CONFIG_INVALID for SPIs that the GIC doesn't have */
  constructor({ base = 0x0802_0000, firstSpi = 48, count = 64 }: V2mOptions, spis: number) {
    const isRange = Number.isInteger(firstSpi) && Number.isInteger(count) && firstSpi >= 0 && count > 0;
    if (!isRange || firstSpi + count > spis) {
      throw new ArmatureError('CONFIG_INVALID', `the MSI frame wants ${count} SPIs from ${firstSpi}`, {
        context: { firstSpi, count, spis },
        hint: `Choose among SPIs 0 to ${spis - 1}.`,
      });
    }
    this.region = { name: 'v2m', base, size: V2M_SIZE, kind: 'mmio' };
    this.firstIntid = FIRST_SPI + firstSpi;
    this.count = count;
  }

  device(table: InterruptTable): MmioDevice {
    const { firstIntid, count } = this;
    return new V2mFrame({ firstIntid, count, send: (intid) => table.pulse(intid, 0) });
  }
}
