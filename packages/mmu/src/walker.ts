import type { PhysicalMemory } from '@armature/core';
import type { HalfControl, TranslationControl } from './control.ts';
import { FAULT_STATUS } from './fault-status.ts';

/** Descriptor bits, those of the high word at their position in it. @spec DDI 0487, VMSAv8-64 descriptors */
export const DESCRIPTOR = {
  valid: 1 << 0,
  /** Table at levels 0 to 2, page at level 3. */
  tableOrPage: 1 << 1,
  attrIndexShift: 2,
  el0: 1 << 6,
  readOnly: 1 << 7,
  shareabilityShift: 8,
  accessFlag: 1 << 10,
  notGlobal: 1 << 11,
  guardedHigh: 1 << 18,
  /** DBM: a read-only leaf is clean rather than read-only where hardware keeps the dirty state. */
  dirtyBitModifierHigh: 1 << 19,
  contiguousHigh: 1 << 20,
  pxnHigh: 1 << 21,
  uxnHigh: 1 << 22,
  pxnTableHigh: 1 << 27,
  uxnTableHigh: 1 << 28,
  /** APTable[0]: no access at EL0 below. */
  noEl0TableHigh: 1 << 29,
  /** APTable[1]: no writes below. */
  readOnlyTableHigh: 1 << 30,
} as const;

/** Bits 47 to 32 of an address, in a high word. */
const ADDRESS_HIGH = 0xffff;

/** Sees each descriptor that a walk reads. `offset` is -1 where no memory is. */
export type WalkObserver = (level: number, address: number, lo: number, hi: number, present: boolean) => void;

/** Bits of a 64-bit value from `shift` (12 to 63) up, the low 32 of them. */
function shiftedRight(lo: number, hi: number, shift: number): number {
  return shift >= 32 ? hi >>> (shift - 32) : (lo >>> shift) | (hi << (32 - shift));
}

/** True when an address lies within the input range of its half. */
export function inputInRange(vaLo: number, vaHi: number, half: HalfControl): boolean {
  const sign = (vaHi << 8) >> 31;
  const { inputBits } = half;
  return inputBits >= 32 ? vaHi >> (inputBits - 32) === sign : vaHi === sign && vaLo >> inputBits === sign;
}

/**
 * Reads translation tables. The leaf found stands in the fields, which the next walk overwrites; a walk never
 * allocates.
 *
 * @spec DDI 0487, AArch64.S1Walk; Translation table walk
 */
export class TableWalker {
  /** Why the last walk failed. */
  faultStatus = 0;
  /** Physical address of the block or page, as halves. */
  baseLo = 0;
  baseHi = 0;
  /** log2 of the block's or page's size. */
  blockBits = 12;
  level = 0;
  attrIndex = 0;
  shareability = 0;
  global = false;
  /** Effective permissions, hierarchical control applied. */
  el0 = false;
  readOnly = false;
  uxn = false;
  pxn = false;
  guarded = false;
  /** The leaf may be written once hardware has marked it as dirty; `readOnly` is false then. */
  clean = false;
  observer: WalkObserver | undefined;
  private readonly memory: PhysicalMemory;
  private readonly words: Int32Array;
  /** Where the leaf is: its address, index among the words of machine memory, and low word. */
  private leafAddress = 0;
  private leafIndex = 0;
  private leafLo = 0;

  constructor(memory: PhysicalMemory) {
    this.memory = memory;
    this.words = new Int32Array(memory.memory.buffer);
  }

  /**
   * Walks for an address whose tag is already gone.
   *
   * @param half the half of the address space that the address lies in
   * @param ttbrLo TTBRx_EL1 of that half
   * @param updates sets the access flag of the leaf where hardware keeps it
   */
  walk(
    vaLo: number,
    vaHi: number,
    control: TranslationControl,
    half: HalfControl,
    ttbrLo: number,
    ttbrHi: number,
    updates = false,
  ): boolean {
    if (!half.sizeValid || half.walkDisabled || !inputInRange(vaLo, vaHi, half)) {
      return this.fail(FAULT_STATUS.translation, 0);
    }
    const addressLimit = control.outputBits - 32;
    const { granuleBits, startLevel } = half;
    const stride = granuleBits - 3;
    const startBits = half.inputBits - granuleBits - stride * (3 - startLevel);
    let tableLo = ttbrLo & ~((8 << startBits) - 1);
    let tableHi = ttbrHi & ADDRESS_HIGH;
    if (tableHi >>> addressLimit !== 0) return this.fail(FAULT_STATUS.addressSize, 0);
    let indexMask = (1 << startBits) - 1;
    let inherited = 0;

    for (let level = startLevel; ; level++) {
      const shift = granuleBits + stride * (3 - level);
      const index = shiftedRight(vaLo, vaHi, shift) & indexMask;
      const address = tableHi * 0x1_0000_0000 + (tableLo >>> 0) + index * 8;
      const offset = this.memory.readableOffset(address, 8);
      if (offset < 0) {
        this.observer?.(level, address, 0, 0, false);
        return this.fail(FAULT_STATUS.externalAbortOnWalk, level);
      }
      const lo = this.words[offset >>> 2];
      const hi = this.words[(offset >>> 2) + 1];
      this.observer?.(level, address, lo, hi, true);

      const isTableOrPage = (lo & DESCRIPTOR.tableOrPage) !== 0;
      const isLeaf = level === 3 ? isTableOrPage : !isTableOrPage;
      const reserved = isLeaf ? !leafAllowed(level, granuleBits) : level === 3;
      if ((lo & DESCRIPTOR.valid) === 0 || reserved) return this.fail(FAULT_STATUS.translation, level);
      if ((hi & ADDRESS_HIGH) >>> addressLimit !== 0) return this.fail(FAULT_STATUS.addressSize, level);

      if (isLeaf) {
        this.leafAddress = address;
        this.leafIndex = offset >>> 2;
        this.leafLo = lo;
        if ((lo & DESCRIPTOR.accessFlag) === 0) {
          if (!control.setsAccessFlag) return this.fail(FAULT_STATUS.accessFlag, level);
          if (updates) {
            if (!this.leafWritable) return this.fail(FAULT_STATUS.unsupportedUpdate, 0);
            if (!this.replaceLeaf(lo | DESCRIPTOR.accessFlag)) {
              // Another CPU was faster: read it again.
              level--;
              continue;
            }
          }
        }
        this.takeLeaf(lo, hi, inherited, level, shift, control);
        return true;
      }
      if (!half.tableLimitsIgnored) inherited |= hi;
      tableLo = lo & ~((1 << granuleBits) - 1);
      tableHi = hi & ADDRESS_HIGH;
      indexMask = (1 << stride) - 1;
    }
  }

  /** Marks the leaf that was found, which is clean, as dirty; false when it is another one by now. */
  markDirty(): boolean {
    if (!this.replaceLeaf(this.leafLo & ~DESCRIPTOR.readOnly)) return false;
    this.clean = false;
    return true;
  }

  /** False for tables in ROM, which hardware can't update. */
  get leafWritable(): boolean {
    return this.memory.regionAt(this.leafAddress)?.kind === 'ram';
  }

  private replaceLeaf(lo: number): boolean {
    if (Atomics.compareExchange(this.words, this.leafIndex, this.leafLo, lo) !== this.leafLo) return false;
    this.leafLo = lo;
    return true;
  }

  private takeLeaf(
    lo: number,
    hi: number,
    inherited: number,
    level: number,
    blockBits: number,
    control: TranslationControl,
  ): void {
    this.baseLo = lo & ~((1 << blockBits) - 1);
    this.baseHi = hi & ADDRESS_HIGH;
    this.blockBits = blockBits;
    this.level = level;
    this.attrIndex = (lo >>> DESCRIPTOR.attrIndexShift) & 7;
    this.shareability = (lo >>> DESCRIPTOR.shareabilityShift) & 3;
    this.global = (lo & DESCRIPTOR.notGlobal) === 0;
    this.el0 = (lo & DESCRIPTOR.el0) !== 0 && (inherited & DESCRIPTOR.noEl0TableHigh) === 0;
    const readOnly = (lo & DESCRIPTOR.readOnly) !== 0;
    this.clean = readOnly && control.setsDirtyState && (hi & DESCRIPTOR.dirtyBitModifierHigh) !== 0;
    this.readOnly = (readOnly && !this.clean) || (inherited & DESCRIPTOR.readOnlyTableHigh) !== 0;
    this.guarded = control.features.bti && (hi & DESCRIPTOR.guardedHigh) !== 0;
    this.uxn = (hi & DESCRIPTOR.uxnHigh) !== 0 || (inherited & DESCRIPTOR.uxnTableHigh) !== 0;
    this.pxn = (hi & DESCRIPTOR.pxnHigh) !== 0 || (inherited & DESCRIPTOR.pxnTableHigh) !== 0;
  }

  private fail(status: number, level: number): false {
    this.faultStatus = status | level;
    return false;
  }
}

/** Blocks exist at levels 1 and 2 with 4 KiB granules, and at level 2 only with the others. */
export function leafAllowed(level: number, granuleBits: number): boolean {
  return level >= 2 || (level === 1 && granuleBits === 12);
}
