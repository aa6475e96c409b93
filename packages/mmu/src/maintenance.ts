import type { CpuState, SystemEncoding, SystemRegisterDefinition } from '@armature/core';
import type { VmsaTranslator } from './translator.ts';

/** The translators of a machine, as operations reach them. */
export interface TranslatorSet {
  /** The translators of one CPU. */
  of(cpu: CpuState): readonly VmsaTranslator[];
  readonly all: readonly VmsaTranslator[];
}

const WRITE_AT_EL1 = { read: 4, write: 1 } as const;
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
  translator.stale.address(vaLo, vaHi, half.granuleBits);
}

const OPERATIONS: readonly (readonly [name: string, op2: number, invalidate: Invalidation])[] = [
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
  // Observers hold translations of the current ASID and global ones only.
  if (asid === translator.currentAsid()) translator.stale.all();
}

/**
 * TLBI at EL1, local and Inner Shareable. The last-level forms drop the same entries, for the TLB keeps no
 * walk caches.
 * @spec DDI 0487, TLB maintenance instructions
 */
export function tlbMaintenance(translators: TranslatorSet): readonly SystemRegisterDefinition[] {
  return OPERATIONS.flatMap(([name, op2, invalidate]) => {
    const row = (crm: number, suffix: string, reached: (cpu: CpuState) => readonly VmsaTranslator[]) => ({
      ...sys(crm, op2),
      name: `TLBI ${name}${suffix}`,
      access: WRITE_AT_EL1,
      synchronises: true,
      operate: (cpu: CpuState, lo: number, hi: number) => {
        for (const translator of reached(cpu)) invalidate(translator, lo, hi);
        return undefined;
      },
    });
    return [
      row(LOCAL_CRM, '', (cpu) => translators.of(cpu)),
      row(INNER_SHAREABLE_CRM, 'IS', () => translators.all),
    ];
  });
}

function sys(crm: number, op2: number): SystemEncoding {
  return { op0: 1, op1: 0, crn: 8, crm, op2 };
}
