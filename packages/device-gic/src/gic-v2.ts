/**
 * The GICv2: a distributor and a CPU interface per CPU, both memory-mapped, without the Security Extensions and
 * with both interrupt groups. Its registers are banked: which CPU accesses them decides what they show.
 *
 * @spec IHI 0048B, Arm Generic Interrupt Controller Architecture version 2.0
 */
import { ArmatureError, checkSnapshot, type MmioDevice, type Snapshot } from '@armature/core';
import { CpuInterfaceV2 } from './cpu-interface-v2.ts';
import type { CpuInputs } from './cpu-outputs.ts';
import { DistributorV2 } from './distributor-v2.ts';
import { InterruptTable, SGI_BITS } from './interrupt-table.ts';
import { checkSpis } from './limits.ts';
import { restoreArrays, type SavedArrays, saveArrays } from './saved-arrays.ts';

/** CPUs that a GICv2 can serve. */
export const GICV2_CPU_LIMIT = 8;

export interface GicV2Config {
  /** Interrupt inputs of each CPU, 1 to 8 of them. */
  readonly cpus: readonly CpuInputs[];
  /** Shared interrupts, a multiple of 32 from 32 to 960. Default 256, as QEMU's virt. */
  readonly spis?: number;
  /** Index of the CPU whose access the devices answer. Default: always 0. */
  readonly accessingCpu?: () => number;
}

/** All state as plain data: registers by CPU and by interrupt, as {@link InterruptTable} orders them. */
export interface GicV2State extends SavedArrays<ReturnType<GicV2['arrays']>> {
  /** Groups that the distributor forwards: bit 0 and bit 1. */
  readonly forwarded: number;
}

const TYPE = 'gic-v2';
const VERSION = 1;

export class GicV2 {
  readonly table: InterruptTable;
  /** 4 KiB of registers, GICD. */
  readonly distributor: MmioDevice;
  /** 8 KiB of registers, GICC. */
  readonly cpuInterface: MmioDevice;
  private readonly dist: DistributorV2;
  private readonly cpuif: CpuInterfaceV2;

  /** @throws CONFIG_INVALID for a number of CPUs or SPIs that a GICv2 can't have */
  constructor({ cpus, spis = 256, accessingCpu = () => 0 }: GicV2Config) {
    checkSpis(spis);
    if (cpus.length < 1 || cpus.length > GICV2_CPU_LIMIT) {
      throw new ArmatureError(
        'CONFIG_INVALID',
        `a GICv2 serves 1 to ${GICV2_CPU_LIMIT} CPUs, not ${cpus.length}`,
        {
          context: { cpus: cpus.length },
          hint: 'Use gicV3() for more.',
        },
      );
    }
    this.table = new InterruptTable(cpus.length, spis, (cpu) => this.cpuif.update(cpu));
    this.dist = new DistributorV2(this.table, accessingCpu);
    this.cpuif = new CpuInterfaceV2(this.table, this.dist, cpus, accessingCpu);
    this.distributor = this.dist;
    this.cpuInterface = this.cpuif;
    this.reset();
  }

  reset(): void {
    this.cpuif.clear();
    this.table.reset();
    this.table.enabled.fill(SGI_BITS, 0, this.table.cpus);
    this.dist.reset();
    this.table.refreshAll();
  }

  /** All state but what is derived from it. */
  arrays() {
    const { targets, sgiSources } = this.dist;
    return { ...this.table.arrays(), targets, sgiSources, ...this.cpuif.arrays() };
  }

  snapshot(): Snapshot<GicV2State> {
    const state = { ...saveArrays(this.arrays()), forwarded: this.table.forwarded };
    return { type: TYPE, version: VERSION, state };
  }

  /** @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, TYPE, VERSION);
    const state = snapshot.state as GicV2State;
    restoreArrays(this.arrays(), state);
    this.dist.route();
    this.table.forwarded = state.forwarded;
  }
}
