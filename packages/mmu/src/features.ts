import { ArmatureError, type TranslationFeatures } from '@armature/core';

/** Translation features, every one of them known. */
export type ResolvedFeatures = Required<TranslationFeatures>;

/** A Cortex-A72: ID_AA64MMFR0_EL1 = 0x1124. */
const CORTEX_A72: ResolvedFeatures = {
  physicalAddressBits: 44,
  asidBits: 16,
  granules: [4, 64],
  hardwareUpdates: 'none',
  hpds: false,
  e0pd: false,
  bti: false,
  pan2: false,
  tlbios: false,
  tlbirange: false,
};

/** Physical address sizes by TCR_EL1.IPS and ID_AA64MMFR0_EL1.PARange. @spec DDI 0487, TCR_EL1, IPS */
export const PHYSICAL_ADDRESS_SIZES = [32, 36, 40, 42, 44, 48] as const;

/** Fills in what is not said. @throws CONFIG_INVALID */
export function resolveFeatures(features: TranslationFeatures): ResolvedFeatures {
  const said = Object.entries(features).filter(([, value]) => value !== undefined);
  const resolved: ResolvedFeatures = { ...CORTEX_A72, ...Object.fromEntries(said) };
  const sizes: readonly number[] = PHYSICAL_ADDRESS_SIZES;
  if (!sizes.includes(resolved.physicalAddressBits)) {
    throw new ArmatureError(
      'CONFIG_INVALID',
      `physicalAddressBits is ${resolved.physicalAddressBits}, not one of ${sizes.join(', ')}`,
      { context: { physicalAddressBits: resolved.physicalAddressBits } },
    );
  }
  if (resolved.asidBits !== 8 && resolved.asidBits !== 16) {
    throw new ArmatureError('CONFIG_INVALID', `asidBits is ${resolved.asidBits}, not 8 or 16`, {
      context: { asidBits: resolved.asidBits },
    });
  }
  if (!resolved.granules.includes(4) || resolved.granules.some((size) => ![4, 16, 64].includes(size))) {
    throw new ArmatureError(
      'CONFIG_INVALID',
      `granules are ${resolved.granules.join(', ')} KiB; they must include 4 and otherwise be 16 or 64`,
      { context: { granules: resolved.granules } },
    );
  }
  return resolved;
}
