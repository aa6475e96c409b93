import type { CpuState, TranslationFeatures } from '@armature/core';
import { highHalf, lowHalf } from '@armature/core';
import { type HalfControl, TranslationControl } from '../control.ts';
import { resolveFeatures } from '../features.ts';

/** The registers that say where tables are and how to read them. */
export interface TranslationRegisters {
  readonly TTBR0_EL1: bigint;
  readonly TTBR1_EL1: bigint;
  readonly TCR_EL1: bigint;
  readonly MAIR_EL1: bigint;
  readonly SCTLR_EL1: bigint;
}

/** The translation registers of a CPU, as they stand. */
export function translationRegisters(cpu: CpuState): TranslationRegisters {
  return {
    TTBR0_EL1: cpu.system('TTBR0_EL1'),
    TTBR1_EL1: cpu.system('TTBR1_EL1'),
    TCR_EL1: cpu.system('TCR_EL1'),
    MAIR_EL1: cpu.system('MAIR_EL1'),
    SCTLR_EL1: cpu.system('SCTLR_EL1'),
  };
}

/** Registers taken apart. */
export function controlOf(
  registers: TranslationRegisters,
  features: TranslationFeatures,
): TranslationControl {
  const control = new TranslationControl(resolveFeatures(features));
  const { TCR_EL1, SCTLR_EL1 } = registers;
  control.update(lowHalf(TCR_EL1), highHalf(TCR_EL1), lowHalf(SCTLR_EL1));
  return control;
}

/** Lowest address of a half. */
export function baseOfHalf(half: 'low' | 'high', control: HalfControl): bigint {
  return half === 'low' ? 0n : (1n << 64n) - (1n << BigInt(control.inputBits));
}
