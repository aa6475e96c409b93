import type { SystemRegisterDefinition } from '@armature/core';
import type { CpuModel } from '../models/index.ts';
import { EL1_RO, EL1_RW, ignoreWrite, readZero } from './hooks.ts';

const at = (op2: number) => ({ op0: 3, op1: 0, crn: 10, crm: 4, op2 }) as const;

/**
 * Limited ordering regions: there are none, as LORID_EL1 says, for all accesses are ordered.
 *
 * @spec DDI 0487, LORSA_EL1; LOREA_EL1; LORN_EL1; LORC_EL1; LORID_EL1
 */
export function limitedOrderingRegisters(model: CpuModel): readonly SystemRegisterDefinition[] {
  if (!model.features.has('FEAT_LOR')) return [];
  return [
    ...['LORSA_EL1', 'LOREA_EL1', 'LORN_EL1', 'LORC_EL1'].map((name, op2) => ({
      ...at(op2),
      name,
      access: EL1_RW,
      read: readZero,
      write: ignoreWrite,
    })),
    { ...at(7), name: 'LORID_EL1', access: EL1_RO, read: readZero },
  ];
}
