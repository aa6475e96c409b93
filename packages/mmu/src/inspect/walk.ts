import { fromHalves, highHalf, lowHalf, type PhysicalMemory, type TranslationFeatures } from '@armature/core';
import { TableWalker } from '../walker.ts';
import {
  combineLimits,
  type DecodedDescriptor,
  decodeDescriptor,
  describeMemoryType,
  describeRights,
  memoryAttributes,
  NO_LIMITS,
  SHAREABILITY_NAMES,
} from './descriptor.ts';
import { controlOf, type TranslationRegisters } from './registers.ts';

/** One descriptor that a walk reads. */
export interface WalkStep {
  readonly level: number;
  /** Physical address of the descriptor. */
  readonly address: number;
  /** Undefined where no memory is: the walk ends in an external abort. */
  readonly descriptor: bigint | undefined;
  readonly decoded: DecodedDescriptor | undefined;
}

export interface WalkMapping {
  readonly physicalAddress: number;
  /** log2 of the size of the block or page. */
  readonly blockBits: number;
  /** Effective rights: `EL1 rw- EL0 ---`. */
  readonly rights: string;
  /** `Normal WB RWA`. */
  readonly memoryType: string;
  readonly shareability: string;
  readonly global: boolean;
}

/** How an address is translated, level by level. */
export interface TableWalk {
  readonly va: bigint;
  readonly half: 'low' | 'high';
  /** False while SCTLR_EL1.M is clear: the CPU does not use these tables now. */
  readonly enabled: boolean;
  /** Bytes. */
  readonly granule: number;
  readonly steps: readonly WalkStep[];
  readonly mapping: WalkMapping | undefined;
  /** Why there is no mapping, as DFSC has it. Rights are not tested. */
  readonly faultStatus: number | undefined;
}

/**
 * Walks translation tables as the CPU would, and keeps every descriptor read. It changes nothing, ends on any
 * tables, and needs no running machine.
 *
 * @param va a virtual address, tag included
 * @param features of the CPU model; default: a Cortex-A72
 */
export function walk(
  memory: PhysicalMemory,
  registers: TranslationRegisters,
  va: bigint,
  features: TranslationFeatures = {},
): TableWalk {
  const control = controlOf(registers, features);
  const address = BigInt.asUintN(64, va);
  const isHigh = (address >> 55n) & 1n;
  const half = isHigh ? control.high : control.low;
  const ttbr = isHigh ? registers.TTBR1_EL1 : registers.TTBR0_EL1;
  const vaHi = half.topByteIgnored ? (highHalf(address) << 8) >> 8 : highHalf(address);

  const steps: WalkStep[] = [];
  let limits = NO_LIMITS;
  const walker = new TableWalker(memory);
  walker.observer = (level, at, lo, hi, present) => {
    const decoded = present ? decodeDescriptor(lo, hi, level, half.granuleBits) : undefined;
    if (decoded?.limits !== undefined && !half.tableLimitsIgnored)
      limits = combineLimits(limits, decoded.limits);
    steps.push({ level, address: at, descriptor: present ? fromHalves(lo, hi) : undefined, decoded });
  };
  const found = walker.walk(lowHalf(address), vaHi, control, half, lowHalf(ttbr), highHalf(ttbr));
  const leaf = steps.at(-1)?.decoded?.leaf;
  const offset = Number(address & ((1n << BigInt(walker.blockBits)) - 1n));
  return {
    va: address,
    half: isHigh ? 'high' : 'low',
    enabled: control.enabled,
    granule: 2 ** half.granuleBits,
    steps,
    mapping:
      found && leaf !== undefined
        ? {
            physicalAddress: walker.baseHi * 0x1_0000_0000 + (walker.baseLo >>> 0) + offset,
            blockBits: walker.blockBits,
            rights: describeRights(leaf, limits, control.writableImpliesNoExecute),
            memoryType: describeMemoryType(memoryAttributes(registers.MAIR_EL1, leaf.attrIndex)),
            shareability: SHAREABILITY_NAMES[leaf.shareability],
            global: leaf.global,
          }
        : undefined,
    faultStatus: found ? undefined : walker.faultStatus,
  };
}
