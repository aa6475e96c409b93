import { ArmatureError, type TranslationFeatures } from '@armature/core';
import type { Feature } from '@armature/isa';
import { FEATURE_FIELDS, type FeatureField } from './feature-fields.ts';
import { IMPLEMENTED_FEATURES } from './implemented.ts';
import type { CpuModel, NominalModel } from './model.ts';

/**
 * Fields that are the same on every CPU here, whatever the real one has: register, lowest bit, value.
 *
 * @spec DDI 0487, ID_AA64PFR0_EL1; ID_AA64DFR0_EL1; ID_AA64MMFR0_EL1; ID_AA64MMFR1_EL1
 */
const MACHINE_FIELDS: readonly (readonly [register: string, shift: number, value: number])[] = [
  // EL0 and EL1 in AArch64 state only; no EL2, no EL3.
  ['ID_AA64PFR0_EL1', 0, 1],
  ['ID_AA64PFR0_EL1', 4, 1],
  ['ID_AA64PFR0_EL1', 8, 0],
  ['ID_AA64PFR0_EL1', 12, 0],
  // No trace unit and no performance monitors.
  ['ID_AA64DFR0_EL1', 4, 0],
  ['ID_AA64DFR0_EL1', 8, 0],
  // Little-endian data at every level, one physical address space.
  ['ID_AA64MMFR0_EL1', 8, 0],
  ['ID_AA64MMFR0_EL1', 12, 0],
  ['ID_AA64MMFR0_EL1', 16, 0],
  // Nothing of EL2: VMIDs, the EL2&0 regime, execute-never of stage 2.
  ['ID_AA64MMFR1_EL1', 4, 0],
  ['ID_AA64MMFR1_EL1', 8, 0],
  ['ID_AA64MMFR1_EL1', 28, 0],
];

/** Physical address sizes by ID_AA64MMFR0_EL1.PARange. */
const PHYSICAL_ADDRESS_BITS = [32, 36, 40, 42, 44, 48] as const;

function withField(value: bigint, shift: number, field: number): bigint {
  return (value & ~(0xfn << BigInt(shift))) | (BigInt(field) << BigInt(shift));
}

/** A 4-bit field of an identification register. */
export function idField(value: bigint, shift: number): number {
  return Number((value >> BigInt(shift)) & 0xfn);
}

function featureLevel(field: FeatureField, features: ReadonlySet<Feature>): number | undefined {
  let level = field.absent;
  for (const [feature, value] of field.levels) {
    if (!features.has(feature)) break;
    level = value;
  }
  return level;
}

/** Identification registers that claim what the machine has and `features`, no more. */
function idRegistersOf(
  nominal: Readonly<Record<string, bigint>>,
  features: ReadonlySet<Feature>,
): Record<string, bigint> {
  const registers: Record<string, bigint> = { ...nominal };
  const set = (register: string, shift: number, value: number): void => {
    registers[register] = withField(registers[register] ?? 0n, shift, value);
  };
  for (const [register, shift, value] of MACHINE_FIELDS) set(register, shift, value);
  for (const field of FEATURE_FIELDS) {
    const level = featureLevel(field, features);
    if (level !== undefined) set(field.register, field.shift, level);
  }
  return registers;
}

/** Features without which another does not count, beside those before it in a field of its own. */
const PREREQUISITES: readonly (readonly [feature: Feature, needed: Feature])[] = [
  ['FEAT_PACIMP', 'FEAT_PAuth'],
  ['FEAT_PACQARMA5', 'FEAT_PAuth'],
  ...FEATURE_FIELDS.flatMap(({ levels }) =>
    levels.slice(1).map(([feature], index): [Feature, Feature] => [feature, levels[index][0]]),
  ),
];

/** Drops features whose prerequisites are not there, and settles on one algorithm of pointer authentication. */
function consistent(features: Set<Feature>): ReadonlySet<Feature> {
  for (let before = -1; before !== features.size; ) {
    before = features.size;
    for (const [feature, needed] of PREREQUISITES) if (!features.has(needed)) features.delete(feature);
  }
  if (features.has('FEAT_PACQARMA5')) features.delete('FEAT_PACIMP');
  return features;
}

/** @spec DDI 0487, ID_AA64MMFR0_EL1 */
function translationOf(mmfr0: bigint, features: ReadonlySet<Feature>): Required<TranslationFeatures> {
  const physicalAddressBits = PHYSICAL_ADDRESS_BITS[idField(mmfr0, 0)];
  if (physicalAddressBits === undefined) {
    throw new ArmatureError('CONFIG_INVALID', 'ID_AA64MMFR0_EL1.PARange of a CPU model is above 48 bits', {
      context: { ID_AA64MMFR0_EL1: mmfr0 },
    });
  }
  return {
    physicalAddressBits,
    asidBits: idField(mmfr0, 4) === 2 ? 16 : 8,
    granules: [
      ...(idField(mmfr0, 28) === 0xf ? [] : [4 as const]),
      ...(idField(mmfr0, 20) === 0 ? [] : [16 as const]),
      ...(idField(mmfr0, 24) === 0xf ? [] : [64 as const]),
    ],
    hardwareUpdates: features.has('FEAT_HAFDBS') ? 'access-flag-and-dirty-state' : 'none',
    hpds: features.has('FEAT_HPDS'),
    e0pd: features.has('FEAT_E0PD'),
    bti: features.has('FEAT_BTI'),
    pan2: features.has('FEAT_PAN2'),
    tlbios: features.has('FEAT_TLBIOS'),
    tlbirange: features.has('FEAT_TLBIRANGE'),
  };
}

/**
 * The model that a guest sees: the features that are implemented, and identification registers derived from
 * them. MIDR_EL1, caches and address sizes stay those of the real CPU.
 *
 * @param implemented features to keep. Default: {@link IMPLEMENTED_FEATURES}
 */
export function withoutUnimplemented(
  nominal: NominalModel,
  implemented: ReadonlySet<Feature> = IMPLEMENTED_FEATURES,
): CpuModel {
  const { name, deviceTreeCompatible, cacheSizes, implementationRegisters } = nominal;
  const nominalFeatures = new Set(nominal.features);
  const features = consistent(new Set(nominal.features.filter((feature) => implemented.has(feature))));
  const idRegisters = idRegistersOf(nominal.idRegisters, features);
  const translation = translationOf(idRegisters.ID_AA64MMFR0_EL1 ?? 0n, features);
  return {
    name,
    deviceTreeCompatible,
    features,
    nominalFeatures,
    idRegisters,
    physicalAddressBits: translation.physicalAddressBits,
    translation,
    cacheSizes,
    implementationRegisters,
  };
}
