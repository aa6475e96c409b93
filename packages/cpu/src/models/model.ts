import type { SystemEncoding, TranslationFeatures } from '@armature/core';
import type { Feature } from '@armature/isa';

/** An IMPLEMENTATION DEFINED register that reads as a fixed value and ignores writes. */
export interface ImplementationRegister extends SystemEncoding {
  readonly name: string;
  /** What it reads as: zero, one less than the number of CPUs in bits 25:24, or the base of the GIC. */
  readonly value: 'zero' | 'cpu-count' | 'peripheral-base';
  readonly writable: boolean;
}

/** A CPU as its manual describes it. {@link withoutUnimplemented} makes a {@link CpuModel} of it. */
export interface NominalModel {
  readonly name: string;
  /** `compatible` of the CPU's device-tree node. */
  readonly deviceTreeCompatible: string;
  /** Architecture features of the real CPU. */
  readonly features: readonly Feature[];
  /** Identification registers of the real CPU, by name; those left out read as zero. */
  readonly idRegisters: Readonly<Record<string, bigint>>;
  /** CCSIDR_EL1 by the value of CSSELR_EL1. */
  readonly cacheSizes: readonly bigint[];
  readonly implementationRegisters: readonly ImplementationRegister[];
}

/** A CPU as a guest sees it: its features, and identification registers that claim no others. */
export interface CpuModel {
  readonly name: string;
  /** `compatible` of the CPU's device-tree node. */
  readonly deviceTreeCompatible: string;
  /** Features that the guest can use. */
  readonly features: ReadonlySet<Feature>;
  /** Features of the real CPU. */
  readonly nominalFeatures: ReadonlySet<Feature>;
  /** Identification registers by name; those left out read as zero. */
  readonly idRegisters: Readonly<Record<string, bigint>>;
  /** ID_AA64MMFR0_EL1.PARange, in bits. */
  readonly physicalAddressBits: number;
  /** What ID_AA64MMFR0_EL1 says of translation. */
  readonly translation: Required<TranslationFeatures>;
  /** CCSIDR_EL1 by the value of CSSELR_EL1; none there reads as zero. */
  readonly cacheSizes: readonly bigint[];
  readonly implementationRegisters: readonly ImplementationRegister[];
}
