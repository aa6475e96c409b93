/** @spec IHI 0069, Interrupt prioritization; AArch64 System register descriptions */
import { affinityOf } from './affinity.ts';
import { type CpuInputs, SIGNAL, signal } from './cpu-outputs.ts';
import { IDLE_PRIORITY, type InterruptTable, SPURIOUS } from './interrupt-table.ts';

/** Bits of ICC_CTLR_EL1. */
export const ICC_CTLR = {
  CBPR: 1 << 0,
  EOImode: 1 << 1,
  PRIbits: 7 << 8,
  IDbits: 7 << 11,
  A3V: 1 << 15,
} as const;

/** Bits of a priority that are implemented, the highest ones. */
const PRIORITY_BITS = 5;
const PRIORITY_MASK = (0xff << (8 - PRIORITY_BITS)) & 0xff;
const CTLR_WRITABLE = ICC_CTLR.CBPR | ICC_CTLR.EOImode;
/** Five priority bits, 24 INTID bits, Aff3 may be used. */
const CTLR_FIXED = ((PRIORITY_BITS - 1) << 8) | (1 << 11) | ICC_CTLR.A3V;
/** The finest splits: all priority bits decide preemption. That of group 1 is written one higher. */
const MIN_BPR0 = 7 - PRIORITY_BITS;
const MIN_BPR1 = MIN_BPR0 + 1;
/** Shift from a group priority to its bit of active priorities. */
const LEVEL_SHIFT = 8 - PRIORITY_BITS;

/** The CPU interfaces of all CPUs: what the ICC registers do. Group is 0 or 1 throughout. */
export class CpuInterfaceV3 {
  private readonly ctlr: Int32Array;
  private readonly pmr: Uint8Array;
  /** ICC_BPR0 and ICC_BPR1, by 2 * CPU + group. */
  private readonly bpr: Uint8Array;
  /** Enabled groups: bit 0 and bit 1. */
  private readonly igrpen: Uint8Array;
  /** ICC_AP0R0 and ICC_AP1R0, by 2 * CPU + group. */
  private readonly apr: Int32Array;
  private readonly table: InterruptTable;
  private readonly inputs: readonly CpuInputs[];

  constructor(table: InterruptTable, inputs: readonly CpuInputs[]) {
    const { cpus } = table;
    this.table = table;
    this.inputs = inputs;
    this.ctlr = new Int32Array(cpus);
    this.pmr = new Uint8Array(cpus);
    this.bpr = new Uint8Array(2 * cpus);
    this.igrpen = new Uint8Array(cpus);
    this.apr = new Int32Array(2 * cpus);
  }

  /** Group priority of the highest active interrupt, or IDLE_PRIORITY. */
  private running(cpu: number): number {
    const bits = this.apr[2 * cpu] | this.apr[2 * cpu + 1];
    return bits === 0 ? IDLE_PRIORITY : (31 - Math.clz32(bits & -bits)) << LEVEL_SHIFT;
  }

  /** Priority bits that decide preemption. */
  private groupPriorityMask(cpu: number, group: number): number {
    const common = group === 0 || (this.ctlr[cpu] & ICC_CTLR.CBPR) !== 0;
    return -1 << (common ? this.bpr[2 * cpu] + 1 : this.bpr[2 * cpu + 1]);
  }

  /** Group of the interrupt that the CPU should take now, or -1. */
  private signalled(cpu: number): number {
    const group = this.table.bestGroup(cpu, this.igrpen[cpu]);
    if (group < 0) return -1;
    const priority = this.table.bestPriority[2 * cpu + group];
    if (priority >= this.pmr[cpu]) return -1;
    const mask = this.groupPriorityMask(cpu, group);
    return (priority & mask) < (this.running(cpu) & mask) ? group : -1;
  }

  /** Drives the CPU's inputs: group 0 is FIQ, group 1 IRQ. */
  update(cpu: number): void {
    const group = this.signalled(cpu);
    signal(this.inputs[cpu], group < 0 ? SIGNAL.none : group === 0 ? SIGNAL.fiq : SIGNAL.irq);
  }

  /** ICC_IARn_EL1. */
  acknowledge(cpu: number, group: number): number {
    if (this.signalled(cpu) !== group) return SPURIOUS;
    const intid = this.table.best[2 * cpu + group];
    const priority = this.table.bestPriority[2 * cpu + group] & this.groupPriorityMask(cpu, group);
    this.apr[2 * cpu + group] |= 1 << (priority >> LEVEL_SHIFT);
    this.table.activate(intid, cpu);
    return intid;
  }

  /** ICC_HPPIRn_EL1. */
  highestPending(cpu: number, group: number): number {
    return this.table.bestGroup(cpu, this.igrpen[cpu]) === group
      ? this.table.best[2 * cpu + group]
      : SPURIOUS;
  }

  /** ICC_EOIRn_EL1: ignored unless the highest active priority is one of its group. */
  endOfInterrupt(cpu: number, group: number, intid: number): void {
    if (!this.table.has(intid) || this.highestActiveGroup(cpu) !== group) return;
    this.apr[2 * cpu + group] &= this.apr[2 * cpu + group] - 1;
    if ((this.ctlr[cpu] & ICC_CTLR.EOImode) === 0) this.table.deactivate(intid, cpu);
    this.update(cpu);
  }

  private highestActiveGroup(cpu: number): number {
    const zero = this.apr[2 * cpu];
    const one = this.apr[2 * cpu + 1];
    const lowest = (zero | one) & -(zero | one);
    if (lowest === 0) return -1;
    return zero & lowest ? 0 : 1;
  }

  /** ICC_DIR_EL1: ignored unless EOI and deactivation are separate. */
  deactivate(cpu: number, intid: number): void {
    if ((this.ctlr[cpu] & ICC_CTLR.EOImode) === 0 || !this.table.has(intid)) return;
    this.table.deactivate(intid, cpu);
  }

  /** ICC_RPR_EL1. */
  runningPriority(cpu: number): number {
    return Math.min(this.running(cpu), 0xff);
  }

  priorityMask(cpu: number): number {
    return this.pmr[cpu];
  }

  setPriorityMask(cpu: number, value: number): void {
    this.pmr[cpu] = value & PRIORITY_MASK;
    this.update(cpu);
  }

  control(cpu: number): number {
    return this.ctlr[cpu] | CTLR_FIXED;
  }

  setControl(cpu: number, value: number): void {
    this.ctlr[cpu] = value & CTLR_WRITABLE;
    this.update(cpu);
  }

  /** ICC_BPR1_EL1 reads as one more than ICC_BPR0_EL1, to at most 7, while that splits both groups. */
  binaryPoint(cpu: number, group: number): number {
    if (group === 1 && this.ctlr[cpu] & ICC_CTLR.CBPR) return Math.min(this.bpr[2 * cpu] + 1, 7);
    return this.bpr[2 * cpu + group];
  }

  setBinaryPoint(cpu: number, group: number, value: number): void {
    if (group === 1 && this.ctlr[cpu] & ICC_CTLR.CBPR) return;
    this.bpr[2 * cpu + group] = Math.max(value & 7, group === 0 ? MIN_BPR0 : MIN_BPR1);
    this.update(cpu);
  }

  activePriorities(cpu: number, group: number): number {
    return this.apr[2 * cpu + group];
  }

  setActivePriorities(cpu: number, group: number, value: number): void {
    this.apr[2 * cpu + group] = value;
    this.update(cpu);
  }

  groupEnable(cpu: number, group: number): number {
    return (this.igrpen[cpu] >> group) & 1;
  }

  setGroupEnable(cpu: number, group: number, value: number): void {
    this.igrpen[cpu] = (this.igrpen[cpu] & ~(1 << group)) | ((value & 1) << group);
    this.update(cpu);
  }

  /**
   * Sends an SGI as a write of ICC_SGI0R_EL1, ICC_SGI1R_EL1 or ICC_ASGI1R_EL1 asks: to CPUs where it is of that group.
   *
   * @param lo Aff1, INTID and the target list
   * @param hi Aff3, IRM and Aff2; there is no range selector
   */
  sendSgi(sender: number, group: number, lo: number, hi: number): void {
    const intid = (lo >>> 24) & 0xf;
    const toOthers = (hi & (1 << 8)) !== 0;
    const cluster = ((hi & 0xff) << 16) | ((lo >>> 8) & 0xff00);
    const aff3 = (hi >>> 16) & 0xff;
    for (let cpu = 0; cpu < this.table.cpus; cpu++) {
      if (toOthers) {
        if (cpu === sender) continue;
      } else {
        const affinity = affinityOf(cpu);
        if (aff3 !== 0 || (affinity & 0xff_ff00) !== cluster) continue;
        if (((lo >>> (affinity & 0xff)) & 1) === 0) continue;
      }
      if (this.table.isInGroup1(intid, cpu) === (group === 1)) this.table.latch(intid, cpu);
    }
  }

  /** All state. */
  arrays() {
    const { ctlr, pmr, bpr, igrpen, apr } = this;
    return { ctlr, pmr, bpr, igrpen, apr };
  }

  /** To reset values, without driving the outputs. */
  clear(): void {
    for (const array of Object.values(this.arrays())) array.fill(0);
    for (let cpu = 0; cpu < this.table.cpus; cpu++) {
      this.bpr[2 * cpu] = MIN_BPR0;
      this.bpr[2 * cpu + 1] = MIN_BPR1;
    }
  }
}
