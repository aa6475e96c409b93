import { ArmatureError } from '@armature/core';
import { cortexA53 } from './cortex-a53.ts';
import { cortexA57 } from './cortex-a57.ts';
import { cortexA72 } from './cortex-a72.ts';
import { withoutUnimplemented } from './derive.ts';
import { max } from './max.ts';
import type { CpuModel } from './model.ts';

export { idField, withoutUnimplemented } from './derive.ts';
export { IMPLEMENTED_FEATURES } from './implemented.ts';
export type { CpuModel, ImplementationRegister, NominalModel } from './model.ts';

/** The CPU models by name. */
export const cpuModels = {
  'cortex-a53': withoutUnimplemented(cortexA53),
  'cortex-a57': withoutUnimplemented(cortexA57),
  'cortex-a72': withoutUnimplemented(cortexA72),
  max: withoutUnimplemented(max),
} as const satisfies Readonly<Record<string, CpuModel>>;

export type CpuModelName = keyof typeof cpuModels;

/** The names {@link cpuModel} knows. */
export const cpuModelNames = Object.keys(cpuModels) as readonly CpuModelName[];

/**
 * A CPU model by name.
 *
 * @throws CONFIG_INVALID for an unknown name
 */
export function cpuModel(name: string): CpuModel {
  if (Object.hasOwn(cpuModels, name)) return cpuModels[name as CpuModelName];
  throw new ArmatureError('CONFIG_INVALID', `unknown CPU model ${JSON.stringify(name)}`, {
    context: { name, known: cpuModelNames },
    hint: `The models are ${cpuModelNames.join(', ')}.`,
  });
}
