import type { CpuState } from '@armature/core';
import type { TargetLevel } from './levels.ts';

/**
 * The level that takes an exception. EL2 and EL3 are not implemented, so nothing routes above EL1; where they
 * are, HCR_EL2 and SCR_EL3 decide here and the rest of the model follows the level it is given.
 * @spec DDI 0487, Routing synchronous exceptions; Asynchronous exception routing
 */
export function targetLevel(cpu: CpuState): TargetLevel {
  return Math.max(1, cpu.exceptionLevel) as TargetLevel;
}
