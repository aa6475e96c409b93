import type { SystemRegisterDefinition } from '@armature/core';
import type { CpuModel } from '../models/index.ts';
import { EL1_RW } from './hooks.ts';

/** Keys by CRm and op2 of their low halves. */
const KEYS = [
  ['APIAKey', 1, 0],
  ['APIBKey', 1, 2],
  ['APDAKey', 2, 0],
  ['APDBKey', 2, 2],
  ['APGAKey', 3, 0],
] as const;

/**
 * Keys of pointer authentication: storage, none without FEAT_PAuth.
 *
 * @spec DDI 0487, APIAKeyLo_EL1; APIBKeyLo_EL1; APDAKeyLo_EL1; APDBKeyLo_EL1; APGAKeyLo_EL1
 */
export function pointerAuthenticationRegisters(model: CpuModel): readonly SystemRegisterDefinition[] {
  if (!model.features.has('FEAT_PAuth')) return [];
  return KEYS.flatMap(([name, crm, op2]) =>
    (['Lo', 'Hi'] as const).map((half, index) => ({
      ...{ op0: 3, op1: 0, crn: 2, crm, op2: op2 + index },
      name: `${name}${half}_EL1`,
      access: EL1_RW,
    })),
  );
}
