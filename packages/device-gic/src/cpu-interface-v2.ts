/** @spec IHI 0048B, CPU interface register descriptions; Interrupt prioritization */
import { type AccessSize, BUS_FAULT, type MmioDevice } from '@armature/core';
import { type CpuInputs, SIGNAL, signal } from './cpu-outputs.ts';
import type { DistributorV2 } from './distributor-v2.ts';
import { IDLE_PRIORITY, type InterruptTable, SGI_COUNT, SPURIOUS } from './interrupt-table.ts';

/** Offsets of the CPU interface's registers. */
export const GICC = {
  CTLR: 0x0000 /* RW */,
  PMR: 0x0004 /* RW */,
  BPR: 0x0008 /* RW */,
  IAR: 0x000c /* RO */,
  EOIR: 0x0010 /* WO */,
  RPR: 0x0014 /* RO */,
  HPPIR: 0x0018 /* RO */,
  ABPR: 0x001c /* RW */,
  AIAR: 0x0020 /* RO */,
  AEOIR: 0x0024 /* WO */,
  AHPPIR: 0x0028 /* RO */,
  APR: 0x00d0 /* RW, 4 words of group 0 */,
  NSAPR: 0x00e0 /* RW, 4 words of group 1 */,
  IIDR: 0x00fc /* RO */,
  DIR: 0x1000 /* WO */,
} as const;

/** Bits of GICC_CTLR. */
export const GICC_CTLR = {
  EnableGrp0: 1 << 0,
  EnableGrp1: 1 << 1,
  AckCtl: 1 << 2,
  FIQEn: 1 << 3,
  CBPR: 1 << 4,
  EOImode: 1 << 9,
} as const;

const FRAME_SIZE = 0x2000;
const CTLR_MASK = 0x21f;
/** GICC_IIDR: a GIC-400 of revision 0. */
const IIDR = 0x0002_043b;
/** The highest priority pending interrupt is of group 1, and this register doesn't give those. */
const GROUP_1_PENDING = 1022;
/** Words of active priorities of one group: a bit for each of 128 group priorities. */
const APR_WORDS = 4;
/** The finest split of group 1: one bit coarser than that of group 0. */
const MIN_ABPR = 1;

export class CpuInterfaceV2 implements MmioDevice {
  private readonly ctlr: Int32Array;
  private readonly pmr: Uint8Array;
  private readonly bpr: Uint8Array;
  private readonly abpr: Uint8Array;
  /** Active priorities: 4 words of group 0, then 4 of group 1, for each CPU. */
  private readonly apr: Int32Array;
  private readonly table: InterruptTable;
  private readonly distributor: DistributorV2;
  private readonly inputs: readonly CpuInputs[];
  private readonly accessingCpu: () => number;

  constructor(
    table: InterruptTable,
    distributor: DistributorV2,
    inputs: readonly CpuInputs[],
    accessingCpu: () => number,
  ) {
    const { cpus } = table;
    this.table = table;
    this.distributor = distributor;
    this.inputs = inputs;
    this.accessingCpu = accessingCpu;
    this.ctlr = new Int32Array(cpus);
    this.pmr = new Uint8Array(cpus);
    this.bpr = new Uint8Array(cpus);
    this.abpr = new Uint8Array(cpus);
    this.apr = new Int32Array(2 * APR_WORDS * cpus);
  }

  /** Registers are words; of a narrower access, the register's low bytes take part. */
  read(offset: number, size: AccessSize): number {
    if (offset >= FRAME_SIZE) return BUS_FAULT;
    if ((offset & 3) !== 0) return 0;
    const value = this.readRegister(offset, this.accessingCpu());
    return size === 4 ? value >>> 0 : value & ((1 << (8 * size)) - 1);
  }

  write(offset: number, _size: AccessSize, value: number): undefined | typeof BUS_FAULT {
    if (offset >= FRAME_SIZE) return BUS_FAULT;
    if ((offset & 3) === 0) this.writeRegister(offset, this.accessingCpu(), value);
    return undefined;
  }

  private readRegister(offset: number, cpu: number): number {
    switch (offset) {
      case GICC.CTLR:
        return this.ctlr[cpu];
      case GICC.PMR:
        return this.pmr[cpu];
      case GICC.BPR:
        return this.bpr[cpu];
      case GICC.IAR:
        return this.acknowledge(cpu, this.ctlr[cpu] & GICC_CTLR.AckCtl ? -1 : 0);
      case GICC.RPR:
        return Math.min(this.runningPriority(cpu), 0xff);
      case GICC.HPPIR:
        return this.highestPending(cpu, this.ctlr[cpu] & GICC_CTLR.AckCtl ? -1 : 0);
      case GICC.ABPR:
        return this.abpr[cpu];
      case GICC.AIAR:
        return this.acknowledge(cpu, 1);
      case GICC.AHPPIR:
        return this.highestPending(cpu, 1);
      case GICC.IIDR:
        return IIDR;
      default:
        if (offset < GICC.APR || offset >= GICC.NSAPR + 4 * APR_WORDS) return 0;
        return this.apr[this.aprIndex(offset, cpu)];
    }
  }

  private writeRegister(offset: number, cpu: number, value: number): void {
    switch (offset) {
      case GICC.CTLR:
        this.ctlr[cpu] = value & CTLR_MASK;
        break;
      case GICC.PMR:
        this.pmr[cpu] = value;
        break;
      case GICC.BPR:
        this.bpr[cpu] = value & 7;
        break;
      case GICC.ABPR:
        this.abpr[cpu] = Math.max(value & 7, MIN_ABPR);
        break;
      case GICC.EOIR:
        this.endOfInterrupt(cpu, value & 0x3ff);
        break;
      case GICC.AEOIR:
        this.endOfGroup1(cpu, value & 0x3ff);
        break;
      case GICC.DIR:
        if (this.ctlr[cpu] & GICC_CTLR.EOImode) this.deactivate(cpu, value & 0x3ff);
        return;
      default:
        if (offset < GICC.APR || offset >= GICC.NSAPR + 4 * APR_WORDS) return;
        this.apr[this.aprIndex(offset, cpu)] = value;
    }
    this.update(cpu);
  }

  /** Of GICC_APRn and GICC_NSAPRn. */
  private aprIndex(offset: number, cpu: number): number {
    return 2 * APR_WORDS * cpu + ((offset - GICC.APR) >> 2);
  }

  /** Group priority of the highest active interrupt, or IDLE_PRIORITY. */
  private runningPriority(cpu: number): number {
    const first = 2 * APR_WORDS * cpu;
    for (let word = 0; word < APR_WORDS; word++) {
      const bits = this.apr[first + word] | this.apr[first + APR_WORDS + word];
      if (bits !== 0) return (32 * word + 31 - Math.clz32(bits & -bits)) << 1;
    }
    return IDLE_PRIORITY;
  }

  /** Priority bits that decide preemption. */
  private groupPriorityMask(cpu: number, group: number): number {
    const own = group === 1 && (this.ctlr[cpu] & GICC_CTLR.CBPR) === 0;
    return -1 << (own ? this.abpr[cpu] : this.bpr[cpu] + 1);
  }

  /** Group of the interrupt that the CPU should take now, or -1. */
  private signalled(cpu: number): number {
    const group = this.table.bestGroup(cpu, this.ctlr[cpu] & 3);
    if (group < 0) return -1;
    const priority = this.table.bestPriority[2 * cpu + group];
    if (priority >= this.pmr[cpu]) return -1;
    const mask = this.groupPriorityMask(cpu, group);
    return (priority & mask) < (this.runningPriority(cpu) & mask) ? group : -1;
  }

  /** Drives the CPU's inputs. */
  update(cpu: number): void {
    const group = this.signalled(cpu);
    const isFiq = group === 0 && (this.ctlr[cpu] & GICC_CTLR.FIQEn) !== 0;
    signal(this.inputs[cpu], group < 0 ? SIGNAL.none : isFiq ? SIGNAL.fiq : SIGNAL.irq);
  }

  /** @param wanted the group that the register gives, or -1 for both */
  private acknowledge(cpu: number, wanted: number): number {
    const group = this.signalled(cpu);
    if (group < 0) return SPURIOUS;
    if (wanted >= 0 && group !== wanted) return group === 1 ? GROUP_1_PENDING : SPURIOUS;
    const intid = this.table.best[2 * cpu + group];
    const level = (this.table.bestPriority[2 * cpu + group] & this.groupPriorityMask(cpu, group)) >> 1;
    this.apr[2 * APR_WORDS * cpu + APR_WORDS * group + (level >> 5)] |= 1 << (level & 31);
    if (intid < SGI_COUNT) return intid | (this.distributor.acknowledgeSgi(cpu, intid) << 10);
    this.table.activate(intid, cpu);
    return intid;
  }

  private highestPending(cpu: number, wanted: number): number {
    const group = this.table.bestGroup(cpu, this.ctlr[cpu] & 3);
    if (group < 0) return SPURIOUS;
    if (wanted >= 0 && group !== wanted) return group === 1 ? GROUP_1_PENDING : SPURIOUS;
    const intid = this.table.best[2 * cpu + group];
    return intid < SGI_COUNT ? intid | (this.distributor.sgiSource(cpu, intid) << 10) : intid;
  }

  private endOfGroup1(cpu: number, intid: number): void {
    if (this.table.has(intid) && this.table.isInGroup1(intid, cpu)) this.endOfInterrupt(cpu, intid);
  }

  private endOfInterrupt(cpu: number, intid: number): void {
    if (!this.table.has(intid) || this.runningPriority(cpu) === IDLE_PRIORITY) return;
    this.dropPriority(cpu, this.table.isInGroup1(intid, cpu) ? 1 : 0);
    if ((this.ctlr[cpu] & GICC_CTLR.EOImode) === 0) this.deactivate(cpu, intid);
  }

  private dropPriority(cpu: number, group: number): void {
    const first = 2 * APR_WORDS * cpu + APR_WORDS * group;
    for (let at = first; at < first + APR_WORDS; at++) {
      if (this.apr[at] === 0) continue;
      this.apr[at] &= this.apr[at] - 1;
      return;
    }
  }

  private deactivate(cpu: number, intid: number): void {
    if (this.table.has(intid)) this.table.deactivate(intid, cpu);
  }

  /** All state. */
  arrays() {
    const { ctlr, pmr, bpr, abpr, apr } = this;
    return { ctlr, pmr, bpr, abpr, apr };
  }

  /** To reset values, without driving the outputs. */
  clear(): void {
    for (const array of Object.values(this.arrays())) array.fill(0);
    this.abpr.fill(MIN_ABPR);
  }
}
