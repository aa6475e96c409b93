import {
  ACCESS,
  type Access,
  type AddressTranslator,
  type CpuState,
  PERMISSION,
  type PhysicalMemory,
  PSTATE,
  type SystemRegisterDefinition,
  sharedRegisterOffset,
  type TranslationObserver,
  type TranslationResult,
} from '@armature/core';
import { type HalfControl, TranslationControl } from './control.ts';
import { FAULT_STATUS } from './fault-status.ts';
import type { ResolvedFeatures } from './features.ts';
import { hasUnprivilegedData, rightsAt, rightsOf } from './permissions.ts';
import { StaleNotifier } from './stale.ts';
import { TLB_NO_ENTRY, Tlb } from './tlb.ts';
import { TableWalker } from './walker.ts';

const TTBR0_EL1 = sharedRegisterOffset('TTBR0_EL1');
const TTBR1_EL1 = sharedRegisterOffset('TTBR1_EL1');
const MAIR_EL1 = sharedRegisterOffset('MAIR_EL1');

const ALL_RIGHTS = PERMISSION.read | PERMISSION.write | PERMISSION.execute;
const RIGHT_BY_ACCESS = {
  [ACCESS.read]: PERMISSION.read,
  [ACCESS.write]: PERMISSION.write,
  [ACCESS.execute]: PERMISSION.execute,
} as const;

/** MAIR attribute bytes that apply while the MMU is off. @spec DDI 0487, The effects of disabling an address translation stage */
const DEVICE_nGnRnE = 0x00;
const NORMAL_NON_CACHEABLE = 0x44;
const NORMAL_WRITE_THROUGH = 0xaa;
const OUTER_SHAREABLE = 2;
/** Without tables the mapping is the same everywhere; this is a block to cache it by. */
const IDENTITY_BLOCK_BITS = 30;

interface MutableStatistics {
  hits: number;
  misses: number;
  faults: number;
}

/** Stage 1 of the EL1&0 regime for one CPU. */
export class VmsaTranslator implements AddressTranslator {
  readonly result: TranslationResult = {
    physicalAddress: 0,
    blockBits: 12,
    permissions: 0,
    attributes: 0,
    shareability: 0,
    device: false,
    guarded: false,
    global: true,
    unprivileged: false,
    faultStatus: 0,
  };
  readonly statistics: MutableStatistics = { hits: 0, misses: 0, faults: 0 };
  readonly registers: readonly SystemRegisterDefinition[];
  readonly cpu: CpuState;
  readonly tlb: Tlb;
  readonly stale = new StaleNotifier();
  readonly control: TranslationControl;
  private readonly walker: TableWalker;

  constructor(
    cpu: CpuState,
    memory: PhysicalMemory,
    features: ResolvedFeatures,
    tlbEntries: number,
    registers: readonly SystemRegisterDefinition[],
  ) {
    this.cpu = cpu;
    this.registers = registers;
    this.control = new TranslationControl(features);
    this.walker = new TableWalker(memory);
    this.tlb = new Tlb(tlbEntries);
  }

  translate(vaLo: number, vaHi: number, access: Access, privileged: boolean): boolean {
    const { control, cpu, statistics } = this;
    if (control.refresh(cpu)) this.tlb.clear();
    const half = vaHi & (1 << 23) ? control.high : control.low;
    const untaggedHi = withoutTag(vaHi, half, access);
    if (!control.enabled) return this.translateIdentity(vaLo, untaggedHi, access);
    if (half.el0Excluded && !privileged) return this.fault(FAULT_STATUS.translation);
    let entry = this.tlb.lookup(vaLo, untaggedHi, this.currentAsid());
    if (entry === TLB_NO_ENTRY) {
      if (!this.walk(vaLo, untaggedHi, half, true)) return this.fault(this.walker.faultStatus);
      statistics.misses++;
      entry = this.tlb.insert(vaLo, untaggedHi, this.currentAsid(), this.walker, this.leafRights());
    } else {
      statistics.hits++;
    }
    const { tlb } = this;
    const pan = (cpu.pstate & PSTATE.PAN) !== 0;
    const permissions = rightsAt(tlb.rights(entry), privileged, pan);
    if ((permissions & RIGHT_BY_ACCESS[access]) === 0) {
      return this.fault(FAULT_STATUS.permission | tlb.level(entry));
    }
    if (access === ACCESS.write && tlb.isClean(entry)) {
      entry = this.makeDirty(vaLo, untaggedHi, half, entry, privileged);
      if (entry === TLB_NO_ENTRY) return this.fault(this.result.faultStatus);
    }
    const blockBits = tlb.blockBits(entry);
    if (blockBits > half.granuleBits) this.stale.noteBlock(vaLo, untaggedHi, blockBits);
    const attributes = this.attributes(tlb.attrIndex(entry));
    const { result } = this;
    result.physicalAddress = tlb.physicalAddress(entry, vaLo);
    result.blockBits = blockBits;
    result.permissions = tlb.isClean(entry) ? permissions & ~PERMISSION.write : permissions;
    result.attributes = attributes;
    result.shareability = effectiveShareability(attributes, tlb.shareability(entry));
    result.device = isDevice(attributes);
    result.guarded = tlb.isGuarded(entry);
    result.global = tlb.isGlobal(entry);
    result.unprivileged = hasUnprivilegedData(tlb.rights(entry));
    return true;
  }

  /**
   * Translates as an AT operation does: from the tables, past the TLB, not counted, updating nothing.
   * The outcome is in `result`, as with {@link translate}.
   */
  probe(vaLo: number, vaHi: number, access: Access, privileged: boolean, pan = false): boolean {
    const { control, result, walker } = this;
    if (control.refresh(this.cpu)) this.tlb.clear();
    const half = vaHi & (1 << 23) ? control.high : control.low;
    const untaggedHi = withoutTag(vaHi, half, access);
    if (!control.enabled) return this.translateIdentity(vaLo, untaggedHi, access);
    if (half.el0Excluded && !privileged) return this.uncountedFault(FAULT_STATUS.translation);
    if (!this.walk(vaLo, untaggedHi, half, false)) return this.uncountedFault(walker.faultStatus);
    const permissions = rightsAt(this.leafRights(), privileged, pan);
    if ((permissions & RIGHT_BY_ACCESS[access]) === 0) {
      return this.uncountedFault(FAULT_STATUS.permission | walker.level);
    }
    const attributes = this.attributes(walker.attrIndex);
    const low = walker.baseLo | (vaLo & ~(-1 << walker.blockBits));
    result.physicalAddress = walker.baseHi * 0x1_0000_0000 + (low >>> 0);
    result.blockBits = walker.blockBits;
    result.permissions = permissions;
    result.attributes = attributes;
    result.shareability = effectiveShareability(attributes, walker.shareability);
    result.device = isDevice(attributes);
    return true;
  }

  /** The ASID that translations are tagged with now. */
  currentAsid(): number {
    const ttbr = this.control.asidFromTtbr1 ? TTBR1_EL1 : TTBR0_EL1;
    return (this.cpu.hi(ttbr) >>> 16) & this.control.asidMask;
  }

  observe(observer: TranslationObserver): void {
    this.stale.observe(observer);
  }

  /** Drops everything remembered, re-reads the registers and tells observers: after a reset or a restore. */
  reset(): void {
    this.control.refresh(this.cpu);
    this.tlb.clear();
    this.statistics.hits = 0;
    this.statistics.misses = 0;
    this.statistics.faults = 0;
    this.stale.all();
  }

  /**
   * Marks the leaf of a clean entry as dirty before the write that makes it so. The tables may say otherwise by now,
   * and what they say counts.
   *
   * @returns the entry that replaces it, or {@link TLB_NO_ENTRY} with the status of a fault in `result`
   */
  private makeDirty(
    vaLo: number,
    vaHi: number,
    half: HalfControl,
    entry: number,
    privileged: boolean,
  ): number {
    const { walker, tlb, result } = this;
    const pan = (this.cpu.pstate & PSTATE.PAN) !== 0;
    do {
      result.faultStatus = 0;
      if (!this.walk(vaLo, vaHi, half, true)) {
        result.faultStatus = walker.faultStatus;
      } else if ((rightsAt(this.leafRights(), privileged, pan) & PERMISSION.write) === 0) {
        result.faultStatus = FAULT_STATUS.permission | walker.level;
      } else if (walker.clean && !walker.leafWritable) {
        result.faultStatus = FAULT_STATUS.unsupportedUpdate;
      }
      if (result.faultStatus !== 0) return TLB_NO_ENTRY;
    } while (walker.clean && !walker.markDirty());
    tlb.drop(entry);
    return tlb.insert(vaLo, vaHi, this.currentAsid(), walker, this.leafRights());
  }

  private walk(vaLo: number, vaHi: number, half: HalfControl, updates: boolean): boolean {
    const { control, cpu } = this;
    const ttbr = half === control.high ? TTBR1_EL1 : TTBR0_EL1;
    return this.walker.walk(vaLo, vaHi, control, half, cpu.lo(ttbr), cpu.hi(ttbr), updates);
  }

  private leafRights(): number {
    const { el0, readOnly, uxn, pxn } = this.walker;
    return rightsOf(el0, readOnly, uxn, pxn, this.control.writableImpliesNoExecute);
  }

  private translateIdentity(vaLo: number, vaHi: number, access: Access): boolean {
    const { control, result } = this;
    if (vaHi >>> (control.features.physicalAddressBits - 32) !== 0) {
      return this.fault(FAULT_STATUS.addressSize);
    }
    const fetchAttributes = control.fetchCacheable ? NORMAL_WRITE_THROUGH : NORMAL_NON_CACHEABLE;
    result.physicalAddress = vaHi * 0x1_0000_0000 + (vaLo >>> 0);
    result.blockBits = IDENTITY_BLOCK_BITS;
    result.permissions = ALL_RIGHTS;
    result.attributes = access === ACCESS.execute ? fetchAttributes : DEVICE_nGnRnE;
    result.shareability = OUTER_SHAREABLE;
    result.device = access !== ACCESS.execute;
    result.guarded = false;
    result.global = true;
    result.unprivileged = true;
    return true;
  }

  /** The byte of MAIR_EL1 that AttrIndx selects. */
  private attributes(index: number): number {
    const half = index < 4 ? this.cpu.lo(MAIR_EL1) : this.cpu.hi(MAIR_EL1);
    return (half >>> (8 * (index & 3))) & 0xff;
  }

  private fault(status: number): false {
    this.statistics.faults++;
    return this.uncountedFault(status);
  }

  private uncountedFault(status: number): false {
    this.result.faultStatus = status;
    return false;
  }
}

/** The high half of an address whose tag is ignored, if it is. */
function withoutTag(vaHi: number, half: HalfControl, access: Access): number {
  const ignored = access === ACCESS.execute ? half.topByteIgnoredByFetches : half.topByteIgnored;
  return ignored ? (vaHi << 8) >> 8 : vaHi;
}

function isDevice(attributes: number): boolean {
  return (attributes & 0xf0) === 0;
}

/** Device and Non-cacheable memory is Outer Shareable whatever the descriptor says. @spec DDI 0487, PAR_EL1, SH */
function effectiveShareability(attributes: number, shareability: number): number {
  return isDevice(attributes) || attributes === NORMAL_NON_CACHEABLE ? OUTER_SHAREABLE : shareability;
}
