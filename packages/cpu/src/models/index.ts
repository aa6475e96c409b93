import { ArmatureError } from '@armature/core';
import { FEATURES, type Feature } from '@armature/isa';
import { cortexA53 } from './cortex-a53.ts';
import { cortexA57 } from './cortex-a57.ts';
import { cortexA72 } from './cortex-a72.ts';
import { cortexA76 } from './cortex-a76.ts';
import { withoutUnimplemented } from './derive.ts';
import { IMPLEMENTED_FEATURES } from './implemented.ts';
import { max } from './max.ts';
import type { CpuModel, NominalModel } from './model.ts';
import { neoverseN1 } from './neoverse-n1.ts';

export { idField, withoutUnimplemented } from './derive.ts';
export { IMPLEMENTED_FEATURES } from './implemented.ts';
export type { CpuModel, ImplementationRegister, NominalModel } from './model.ts';

const nominalModels = {
  'cortex-a53': cortexA53,
  'cortex-a57': cortexA57,
  'cortex-a72': cortexA72,
  'cortex-a76': cortexA76,
  'neoverse-n1': neoverseN1,
  max,
} as const satisfies Readonly<Record<string, NominalModel>>;

export type CpuModelName = keyof typeof nominalModels;

/** The CPU models by name. */
export const cpuModels: Readonly<Record<CpuModelName, CpuModel>> = {
  'cortex-a53': withoutUnimplemented(cortexA53),
  'cortex-a57': withoutUnimplemented(cortexA57),
  'cortex-a72': withoutUnimplemented(cortexA72),
  'cortex-a76': withoutUnimplemented(cortexA76),
  'neoverse-n1': withoutUnimplemented(neoverseN1),
  max: withoutUnimplemented(max),
};

/** Departures from a model's features. */
export interface FeatureChanges {
  readonly add?: readonly Feature[];
  readonly remove?: readonly Feature[];
}

/** The names {@link cpuModel} knows. */
export const cpuModelNames = Object.keys(cpuModels) as readonly CpuModelName[];

/**
 * A CPU model by name.
 *
 * @param changes features to switch on or off; identification registers follow
 * @throws CONFIG_INVALID for an unknown name or feature; UNSUPPORTED for a feature that is not implemented
 */
export function cpuModel(name: string, changes: FeatureChanges = {}): CpuModel {
  if (Object.hasOwn(cpuModels, name)) return changed(name as CpuModelName, changes);
  throw new ArmatureError('CONFIG_INVALID', `unknown CPU model ${JSON.stringify(name)}`, {
    context: { name, known: cpuModelNames },
    hint: `The models are ${cpuModelNames.join(', ')}.`,
  });
}

function changed(name: CpuModelName, { add = [], remove = [] }: FeatureChanges): CpuModel {
  if (add.length === 0 && remove.length === 0) return cpuModels[name];
  for (const feature of [...add, ...remove]) {
    if (FEATURES.includes(feature) && feature !== 'base') continue;
    throw new ArmatureError('CONFIG_INVALID', `${JSON.stringify(feature)} is not a feature of a CPU`, {
      context: { feature },
      hint: `The features are named as the Arm ARM names them, for example ${FEATURES[1]}.`,
    });
  }
  for (const feature of add) {
    if (IMPLEMENTED_FEATURES.has(feature)) continue;
    throw new ArmatureError('UNSUPPORTED', `${feature} is not implemented`, {
      context: { feature },
      hint: `Implemented are ${[...IMPLEMENTED_FEATURES].filter((one) => one !== 'base').join(', ')}.`,
    });
  }
  const nominal: NominalModel = nominalModels[name];
  const features = [...nominal.features, ...add].filter((feature) => !remove.includes(feature));
  // Pointer authentication needs an algorithm.
  if (add.includes('FEAT_PAuth')) features.push('FEAT_PACIMP');
  return withoutUnimplemented({ ...nominal, features });
}
