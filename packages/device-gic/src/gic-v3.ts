/**
 * The GICv3: a distributor and a redistributor per CPU, memory-mapped, and a CPU interface in system registers.
 * One Security state (GICD_CTLR.DS is set), affinity routing always on, no LPIs and no ITS.
 *
 * @spec IHI 0069, Arm Generic Interrupt Controller Architecture version 3
 */
import {
  ArmatureError,
  checkSnapshot,
  type MmioDevice,
  type Snapshot,
  type SystemRegisterDefinition,
} from '@armature/core';
import { CpuAffinities } from './affinity.ts';
import { CpuInterfaceV3 } from './cpu-interface-v3.ts';
import type { CpuInputs } from './cpu-outputs.ts';
import { DistributorV3 } from './distributor-v3.ts';
import { iccRegisters } from './icc-registers.ts';
import { InterruptTable } from './interrupt-table.ts';
import { checkSpis } from './limits.ts';
import { Redistributors } from './redistributors.ts';
import { restoreArrays, type SavedArrays, saveArrays } from './saved-arrays.ts';

/** CPUs whose redistributors fit the region that virt boards give them. */
export const GICV3_CPU_LIMIT = 123;

export interface GicV3Config {
  /** Interrupt inputs of each CPU, 1 to 123 of them. */
  readonly cpus: readonly CpuInputs[];
  /** Shared interrupts, a multiple of 32 from 32 to 960. Default 256, as QEMU's virt. */
  readonly spis?: number;
}

/** All state as plain data: registers by CPU and by interrupt, as {@link InterruptTable} orders them. */
export interface GicV3State extends SavedArrays<ReturnType<GicV3['arrays']>> {
  /** Groups that the distributor forwards: bit 0 and bit 1. */
  readonly forwarded: number;
}

const TYPE = 'gic-v3';
const VERSION = 1;

export class GicV3 {
  readonly table: InterruptTable;
  /** 64 KiB of registers, GICD. */
  readonly distributor: MmioDevice;
  /** 128 KiB of registers for each CPU, GICR. */
  readonly redistributors: MmioDevice;
  /** ICC registers of EL1. */
  readonly registers: readonly SystemRegisterDefinition[];
  private readonly dist: DistributorV3;
  private readonly redists: Redistributors;
  private readonly cpuif: CpuInterfaceV3;

  /** @throws CONFIG_INVALID for a number of CPUs or SPIs that this GICv3 can't have */
  constructor({ cpus, spis = 256 }: GicV3Config) {
    checkSpis(spis);
    if (cpus.length < 1 || cpus.length > GICV3_CPU_LIMIT) {
      throw new ArmatureError(
        'CONFIG_INVALID',
        `a GICv3 serves 1 to ${GICV3_CPU_LIMIT} CPUs, not ${cpus.length}`,
        {
          context: { cpus: cpus.length },
          hint: `Use at most ${GICV3_CPU_LIMIT} CPUs.`,
        },
      );
    }
    this.table = new InterruptTable(cpus.length, spis, (cpu) => this.cpuif.update(cpu));
    this.dist = new DistributorV3(this.table, new CpuAffinities(cpus.length));
    this.redists = new Redistributors(this.table);
    this.cpuif = new CpuInterfaceV3(this.table, cpus);
    this.distributor = this.dist;
    this.redistributors = this.redists;
    this.registers = iccRegisters(this.cpuif);
    this.reset();
  }

  reset(): void {
    this.cpuif.clear();
    this.redists.reset();
    this.table.reset();
    this.dist.reset();
    this.table.refreshAll();
  }

  /** All state but what is derived from it. */
  arrays() {
    const { routes } = this.dist;
    const { asleep } = this.redists;
    return { ...this.table.arrays(), routes, asleep, ...this.cpuif.arrays() };
  }

  snapshot(): Snapshot<GicV3State> {
    const state = { ...saveArrays(this.arrays()), forwarded: this.table.forwarded };
    return { type: TYPE, version: VERSION, state };
  }

  /** @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, TYPE, VERSION);
    const state = snapshot.state as GicV3State;
    restoreArrays(this.arrays(), state);
    this.dist.route();
    this.table.forwarded = state.forwarded;
  }
}
