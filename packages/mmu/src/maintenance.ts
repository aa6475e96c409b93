import type { CpuState, SystemEncoding, SystemRegisterDefinition } from '@armature/core';
import type { VmsaTranslator } from './translator.ts';

/** The translators of a machine, as operations reach them. */
export interface TranslatorSet {
  /** The translators of one CPU. */
  of(cpu: CpuState): readonly VmsaTranslator[];
  readonly all: readonly VmsaTranslator[];
}

const WRITE_AT_EL1 = { read: 4, write: 1 } as const;
const OUTER_SHAREABLE_CRM = 1;
const INNER_SHAREABLE_CRM = 3;
const LOCAL_CRM = 7;

/** Sign-extends VA[55:12], which stand in bits 43 to 0 of the operand. */
export const operandVa = {
  lo: (lo: number): number => lo << 12,
  hi: (lo: number, hi: number): number => (((hi << 12) | (lo >>> 20)) << 8) >> 8,
} as const;

type Invalidation = (translator: VmsaTranslator, lo: number, hi: number) => void;

function invalidateAll(translator: VmsaTranslator): void {
  translator.tlb.clear();
  translator.stale.all();
}

/** Drops what covers an address, of one ASID and global, or of every ASID. */
export function invalidateAddress(
  translator: VmsaTranslator,
  vaLo: number,
  vaHi: number,
  asid: number,
): void {
  const { control } = translator;
  translator.tlb.dropAddress(vaLo, vaHi, asid);
  const half = vaHi & (1 << 23) ? control.high : control.low;
  translator.stale.address(vaLo, vaHi, half.granuleBits, asid);
}

type Operation = readonly [name: string, op2: number, invalidate: Invalidation];

const OPERATIONS: readonly Operation[] = [
  ['VMALLE1', 0, invalidateAll],
  ['VAE1', 1, byAddressAndAsid],
  ['ASIDE1', 2, byAsid],
  ['VAAE1', 3, byAddress],
  ['VALE1', 5, byAddressAndAsid],
  ['VAALE1', 7, byAddress],
];

function byAddressAndAsid(translator: VmsaTranslator, lo: number, hi: number): void {
  const asid = (hi >>> 16) & translator.control.asidMask;
  invalidateAddress(translator, operandVa.lo(lo), operandVa.hi(lo, hi), asid);
}

function byAddress(translator: VmsaTranslator, lo: number, hi: number): void {
  invalidateAddress(translator, operandVa.lo(lo), operandVa.hi(lo, hi), -1);
}

function byAsid(translator: VmsaTranslator, _lo: number, hi: number): void {
  const asid = (hi >>> 16) & translator.control.asidMask;
  translator.tlb.dropAsid(asid);
  translator.stale.asid(asid);
}

/** Granules by the TG field of an operation on a range, as log2; 0 is reserved. */
const RANGE_GRANULE = [0, 12, 14, 16] as const;
/** Ranges of more pages than this make everything stale. */
const LARGEST_RANGE = 512;

/**
 * A range: (NUM + 1) * 2^(5 * SCALE + 1) granules from BaseADDR. One of a reserved granule does nothing.
 *
 * @spec DDI 0487, TLBI RVAE1
 */
function invalidateRange(translator: VmsaTranslator, lo: number, hi: number, asid: number): void {
  const granuleBits = RANGE_GRANULE[(hi >>> 14) & 3];
  if (granuleBits === 0) return;
  const scale = (hi >>> 12) & 3;
  const number = (hi >>> 7) & 0x1f;
  const granules = (number + 1) * 2 ** (5 * scale + 1);
  if (granules > LARGEST_RANGE) {
    invalidateAll(translator);
    return;
  }
  // BaseADDR is 37 bits, the last of which says which half of the address space it is in.
  const base = (((hi & 0x1f) << 27) >> 27) * 0x1_0000_0000 + (lo >>> 0);
  const size = 2 ** granuleBits;
  for (let index = 0; index < granules; index++) {
    const address = (base + index) * size;
    invalidateAddress(translator, address | 0, Math.floor(address / 0x1_0000_0000) | 0, asid);
  }
}

function rangeByAsid(translator: VmsaTranslator, lo: number, hi: number): void {
  invalidateRange(translator, lo, hi, (hi >>> 16) & translator.control.asidMask);
}

function rangeOfAll(translator: VmsaTranslator, lo: number, hi: number): void {
  invalidateRange(translator, lo, hi, -1);
}

const RANGE_OPERATIONS: readonly Operation[] = [
  ['RVAE1', 1, rangeByAsid],
  ['RVAAE1', 3, rangeOfAll],
  ['RVALE1', 5, rangeByAsid],
  ['RVAALE1', 7, rangeOfAll],
];

type Reach = (translators: TranslatorSet, cpu: CpuState) => readonly VmsaTranslator[];

const local: Reach = (translators, cpu) => translators.of(cpu);
const everywhere: Reach = (translators) => translators.all;

function rows(
  translators: TranslatorSet,
  operations: readonly Operation[],
  crm: number,
  suffix: string,
  reach: Reach,
): readonly SystemRegisterDefinition[] {
  return operations.map(([name, op2, invalidate]) => ({
    ...sys(crm, op2),
    name: `TLBI ${name}${suffix}`,
    access: WRITE_AT_EL1,
    synchronises: true,
    operate: (cpu: CpuState, lo: number, hi: number) => {
      for (const translator of reach(translators, cpu)) invalidate(translator, lo, hi);
      return undefined;
    },
  }));
}

/**
 * TLBI at EL1, local and Inner Shareable. The last-level forms drop the same entries, for the TLB keeps no
 * walk caches; the TTL field is a hint that it has no use for.
 * @spec DDI 0487, TLB maintenance instructions
 */
export function tlbMaintenance(translators: TranslatorSet): readonly SystemRegisterDefinition[] {
  return [
    ...rows(translators, OPERATIONS, LOCAL_CRM, '', local),
    ...rows(translators, OPERATIONS, INNER_SHAREABLE_CRM, 'IS', everywhere),
  ];
}

/** FEAT_TLBIOS: the Outer Shareable domain holds the same CPUs as the Inner Shareable one. */
export function outerShareableMaintenance(translators: TranslatorSet): readonly SystemRegisterDefinition[] {
  return rows(translators, OPERATIONS, OUTER_SHAREABLE_CRM, 'OS', everywhere);
}

/** FEAT_TLBIRANGE. */
export function rangeMaintenance(translators: TranslatorSet): readonly SystemRegisterDefinition[] {
  return [
    ...rows(translators, RANGE_OPERATIONS, 6, '', local),
    ...rows(translators, RANGE_OPERATIONS, 2, 'IS', everywhere),
    ...rows(translators, RANGE_OPERATIONS, 5, 'OS', everywhere),
  ];
}

function sys(crm: number, op2: number): SystemEncoding {
  return { op0: 1, op1: 0, crn: 8, crm, op2 };
}
