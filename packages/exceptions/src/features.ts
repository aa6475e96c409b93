import { PSTATE, type PstateFeatures } from '@armature/core';

/** PSTATE fields that exist whatever the features, beside EL, SP and nRW. */
const BASE_FIELDS = PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F | PSTATE.IL;

/** FEAT_SSBS2 comes with FEAT_SSBS unless a CPU says that it has the field alone. */
export function hasSsbsInstructions({ ssbs, ssbs2 = ssbs }: PstateFeatures): boolean {
  return ssbs === true && ssbs2 === true;
}

/** The PSTATE fields that ERET loads from SPSR_ELx, EL and SP included. */
export function restoredFields(features: PstateFeatures): number {
  return (
    BASE_FIELDS |
    PSTATE.EL |
    PSTATE.SP |
    (features.pan ? PSTATE.PAN : 0) |
    (features.uao ? PSTATE.UAO : 0) |
    (features.dit ? PSTATE.DIT : 0) |
    (features.ssbs ? PSTATE.SSBS : 0) |
    (features.bti ? PSTATE.BTYPE : 0)
  );
}

/** The PSTATE fields that ERET loads on an illegal return, IL (which it sets) left out. */
export function illegallyRestoredFields(features: PstateFeatures): number {
  return (BASE_FIELDS & ~PSTATE.IL) | (features.pan ? PSTATE.PAN : 0);
}
