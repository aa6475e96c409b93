import type { CpuState } from './cpu-state.ts';
import type { PhysicalMemory } from './physical-memory.ts';
import type { SystemRegisterDefinition } from './system-registers.ts';

export const ACCESS = { read: 0, write: 1, execute: 2 } as const;
export type Access = (typeof ACCESS)[keyof typeof ACCESS];

export const PERMISSION = { read: 1, write: 2, execute: 4 } as const;

/**
 * Outcome of a translation. One object per translator, overwritten by each call: read it before the next.
 */
export interface TranslationResult {
  /** Physical address of the byte asked for. Valid on success. */
  physicalAddress: number;
  /** log2 of the naturally aligned block, at least 12, over which this translation holds. */
  blockBits: number;
  /** Rights at the privilege asked for: bits of {@link PERMISSION}. */
  permissions: number;
  /** MAIR attribute byte; 0x00 to 0x0F with the low pattern 0b0000dd00 is Device memory. */
  attributes: number;
  /** PAR_EL1.SH of the translation. */
  shareability: number;
  /** True for Device memory: unaligned accesses fault. */
  device: boolean;
  /** FEAT_BTI: a guarded page, where indirect branches must find an instruction that accepts them. */
  guarded: boolean;
  /** True when it holds for every ASID. */
  global: boolean;
  /** True when EL0 has data access, which PSTATE.PAN denies to EL1. */
  unprivileged: boolean;
  /** On failure: the fault status code as ESR_ELx.DFSC/IFSC has it. */
  faultStatus: number;
}

export interface TranslationStatistics {
  /** Translations answered by the TLB, answered by a walk, walks that faulted. */
  readonly hits: number;
  readonly misses: number;
  readonly faults: number;
}

/** What earlier translations are no longer true. `asid` -1 is every one; global translations are of each. */
export interface TranslationObserver {
  /** Everything is stale. */
  allStale(): void;
  /** The naturally aligned 2^`bits` bytes, at least 4096, around an address (as halves). */
  rangeStale(vaLo: number, vaHi: number, bits: number, asid: number): void;
  /** What holds for one ASID only. */
  asidStale(asid: number): void;
  /** The address space is another one from now on (TTBRn_EL1): what held in the one before still does there. */
  addressSpaceChanged(): void;
}

/**
 * Translation of one CPU. Reads its registers from the CPU's state block. `translate` never allocates.
 */
export interface AddressTranslator {
  readonly result: TranslationResult;
  /** True on success; on failure `result.faultStatus` says why. Halves are signed 32-bit numbers. */
  translate(vaLo: number, vaHi: number, access: Access, privileged: boolean): boolean;
  /** Registers and operations that the translator contributes: TTBRn, TCR, MAIR, TLBI, AT. */
  readonly registers: readonly SystemRegisterDefinition[];
  readonly statistics: TranslationStatistics;
  /** The ASID in use. */
  currentAsid(): number;
  /** Told of every change that makes earlier translations stale. */
  observe(observer: TranslationObserver): void;
  reset(): void;
}

/** What a CPU model's translation can do. Its ID registers (ID_AA64MMFR0_EL1) should say the same. */
export interface TranslationFeatures {
  /** PARange, in bits: 32 to 48. */
  readonly physicalAddressBits?: number;
  /** ASIDBits: 8 or 16. */
  readonly asidBits?: 8 | 16;
  /** Translation granules beside 4 KiB, in KiB. */
  readonly granules?: readonly (4 | 16 | 64)[];
  /** FEAT_HAFDBS: hardware keeps nothing, the access flag, or the access flag and the dirty state. */
  readonly hardwareUpdates?: 'none' | 'access-flag' | 'access-flag-and-dirty-state';
  /** FEAT_HPDS: TCR_EL1.HPD0 and HPD1. */
  readonly hpds?: boolean;
  /** FEAT_E0PD: TCR_EL1.E0PD0 and E0PD1. */
  readonly e0pd?: boolean;
  /** FEAT_BTI: guarded pages. */
  readonly bti?: boolean;
  /** FEAT_PAN2: AT S1E1RP and S1E1WP. */
  readonly pan2?: boolean;
  /** FEAT_TLBIOS: TLBI of the Outer Shareable domain. */
  readonly tlbios?: boolean;
  /** FEAT_TLBIRANGE: TLBI of ranges. */
  readonly tlbirange?: boolean;
}

/** The capability `address-translation`: makes the translator of each CPU. */
export interface AddressTranslation {
  /**
   * `features` wins over what the part was configured with. Every translator made here answers with the same
   * `registers`, whose hooks find the translator of the CPU they are given: add them once per machine.
   */
  createTranslator(cpu: CpuState, memory: PhysicalMemory, features?: TranslationFeatures): AddressTranslator;
}

/** Rights and kind of a mapping, in the terms of a memory manager. */
export interface MappingAttributes {
  readonly write: boolean;
  readonly execute: boolean;
  /** Accessible from EL0. */
  readonly user: boolean;
  /** Device memory instead of normal, cacheable memory. */
  readonly device?: boolean;
  readonly global?: boolean;
}

export type MapOutcome = 'ok' | 'out-of-frames' | 'already-mapped' | 'not-mapped' | 'bad-address';

/** Where page tables get their frames from and give them back to. */
export interface TableFrames {
  /** A frame number, or -1. The frame need not be zeroed. */
  alloc(): number;
  free(frame: number): void;
}

export interface MappingQuery {
  readonly physicalAddress: number;
  readonly blockBits: number;
  readonly attributes: MappingAttributes;
}

/** One set of translation tables in guest memory, built and changed from the host. */
export interface PageTables {
  /** Physical address of the level 0 table: a TTBRn value without ASID. */
  readonly root: number;
  /** Maps whole pages; all of them or none. Uses blocks where `blocks` allows and alignment permits. */
  map(
    va: bigint,
    pa: number,
    pages: number,
    attributes: MappingAttributes,
    options?: { blocks?: boolean },
  ): MapOutcome;
  /** Unmaps whole pages; all of them or none. Splits blocks, frees empty tables. */
  unmap(va: bigint, pages: number): MapOutcome;
  protect(va: bigint, pages: number, attributes: MappingAttributes): MapOutcome;
  query(va: bigint): MappingQuery | undefined;
  /** Runs of equal mappings, in order of address. */
  entries(): Iterable<{ va: bigint; pa: number; size: number; attributes: MappingAttributes }>;
  /** Frames the tables themselves take. */
  readonly tableFrames: number;
  /** Gives every table frame back. */
  destroy(): void;
}

/** The capability `page-tables`: builds tables in the format the machine's translators read. */
export interface PageTableBuilder {
  createTables(memory: PhysicalMemory, frames: TableFrames, half: 'low' | 'high'): PageTables | undefined;
  /** Register values under which a CPU translates with tables made here. */
  readonly controlRegisters: { readonly MAIR_EL1: bigint; readonly TCR_EL1: bigint };
}
