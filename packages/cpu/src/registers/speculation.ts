import { noOperation, type SystemRegisterDefinition } from '@armature/core';
import type { CpuModel } from '../models/index.ts';
import { EL0_WO, SCTLR, trapEl0Unless } from './hooks.ts';

function restriction(name: string, op2: number): SystemRegisterDefinition {
  return {
    ...{ op0: 1, op1: 3, crn: 7, crm: 3, op2 },
    name,
    access: EL0_WO,
    operate: noOperation,
    check: trapEl0Unless(SCTLR.EnRCTX),
    inlineWhenPstate: 0,
  };
}

/**
 * Restrictions of what predictions may have learned: nothing here predicts, so that they check access alone.
 *
 * @spec DDI 0487, CFP RCTX; DVP RCTX; CPP RCTX; SCTLR_EL1, EnRCTX
 */
export function speculationOperations(model: CpuModel): readonly SystemRegisterDefinition[] {
  if (!model.features.has('FEAT_SPECRES')) return [];
  return [restriction('CFP RCTX', 4), restriction('DVP RCTX', 5), restriction('CPP RCTX', 7)];
}
