import {
  type CpuState,
  type SharedSystemRegister,
  type SystemEncoding,
  type SystemRegisterDefinition,
  sharedRegisterOffset,
} from '@armature/core';
import { SCTLR } from './control.ts';
import type { TranslatorSet } from './maintenance.ts';
import type { VmsaTranslator } from './translator.ts';

const EL1_RW = { read: 1, write: 1 } as const;

/** ITFSB, TCF0, TCF, ATA0 and ATA (bits 37 to 43) are RES0 without FEAT_MTE. */
const SCTLR_WRITE_MASK = ~(0x7fn << 37n) & 0xffff_ffff_ffff_ffffn;
const SCTLR_RESET = 0x00c5_0838n;

/** Changes of SCTLR_EL1 that observers see: translation on or off, WXN, and alignment checks. */
const SCTLR_OBSERVED = SCTLR.M | SCTLR.WXN | SCTLR.A;

/** TTBRx_EL1[47:1], the base; bit 0 is CnP. */
const TTBR_BASE_LO = ~1;
const TTBR_BASE_HI = 0xffff;

function at(crn: number, crm: number, op2: number): SystemEncoding {
  return { op0: 3, op1: 0, crn, crm, op2 };
}

/**
 * A register whose writes may make translations stale. `matters` answers, after the store, from the bits that
 * changed, whether they do.
 */
function observed(
  translators: TranslatorSet,
  name: SharedSystemRegister,
  encoding: SystemEncoding,
  matters: (translator: VmsaTranslator, changedLo: number, changedHi: number) => boolean,
  announce: (translator: VmsaTranslator) => void = (translator) => translator.stale.all(),
): SystemRegisterDefinition {
  const offset = sharedRegisterOffset(name);
  return {
    ...encoding,
    name,
    access: EL1_RW,
    synchronises: true,
    write: (cpu: CpuState, lo: number, hi: number) => {
      const changedLo = cpu.lo(offset) ^ lo;
      const changedHi = cpu.hi(offset) ^ hi;
      if ((changedLo | changedHi) === 0) return;
      cpu.set(offset, lo, hi);
      for (const translator of translators.of(cpu)) {
        if (translator.control.refresh(cpu)) translator.tlb.clear();
        if (matters(translator, changedLo, changedHi)) announce(translator);
      }
    },
  };
}

/** A change of base, or of the ASID where this register gives it. */
function ttbrMatters(isTtbr1: boolean) {
  return ({ control }: VmsaTranslator, changedLo: number, changedHi: number): boolean => {
    if (!control.enabled) return false;
    const asidMask = control.asidFromTtbr1 === isTtbr1 ? control.asidMask << 16 : 0;
    return (changedLo & TTBR_BASE_LO) !== 0 || (changedHi & (TTBR_BASE_HI | asidMask)) !== 0;
  };
}

/** Translations of the address space before stay true of it: its ASID, or the lack of one, is theirs. */
function newAddressSpace(translator: VmsaTranslator): void {
  translator.stale.addressSpace();
}

/** Control registers of stage 1 of the EL1&0 regime. @spec DDI 0487, SCTLR_EL1; TCR_EL1; TTBR0_EL1; MAIR_EL1 */
export function registerDefinitions(translators: TranslatorSet): readonly SystemRegisterDefinition[] {
  return [
    {
      ...observed(translators, 'SCTLR_EL1', at(1, 0, 0), (_, lo) => (lo & SCTLR_OBSERVED) !== 0),
      reset: SCTLR_RESET,
      writeMask: SCTLR_WRITE_MASK,
    },
    observed(translators, 'TTBR0_EL1', at(2, 0, 0), ttbrMatters(false), newAddressSpace),
    observed(translators, 'TTBR1_EL1', at(2, 0, 1), ttbrMatters(true), newAddressSpace),
    // TBIx counts with the MMU off, too.
    observed(translators, 'TCR_EL1', at(2, 0, 2), () => true),
    { ...at(7, 4, 0), name: 'PAR_EL1', access: EL1_RW },
    observed(translators, 'MAIR_EL1', at(10, 2, 0), ({ control }) => control.enabled),
    { ...at(10, 3, 0), name: 'AMAIR_EL1', access: EL1_RW, writeMask: 0n },
    { ...at(13, 0, 1), name: 'CONTEXTIDR_EL1', access: EL1_RW },
  ];
}
