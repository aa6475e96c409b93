import type { SystemRegisterDefinition } from '@armature/core';
import type { CpuModel } from '../models/index.ts';
import { EL1_RO, EL1_RW, readZero } from './hooks.ts';

/** DISR_EL1: A, AET and EA and the rest of the syndrome that an SError has. */
const DEFERRED_FIELDS = 0x81ff_ffffn;

/**
 * FEAT_RAS with no error records, as ERRIDR_EL1 says: ERRSELR_EL1 and the ERX registers are UNDEFINED then.
 *
 * @spec DDI 0487, DISR_EL1; ERRIDR_EL1
 */
export function reliabilityRegisters(model: CpuModel): readonly SystemRegisterDefinition[] {
  if (!model.features.has('FEAT_RAS')) return [];
  return [
    {
      ...{ op0: 3, op1: 0, crn: 12, crm: 1, op2: 1 },
      name: 'DISR_EL1',
      access: EL1_RW,
      writeMask: DEFERRED_FIELDS,
    },
    { ...{ op0: 3, op1: 0, crn: 5, crm: 3, op2: 0 }, name: 'ERRIDR_EL1', access: EL1_RO, read: readZero },
  ];
}
