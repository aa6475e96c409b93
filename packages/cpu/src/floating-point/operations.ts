import type { CpuState } from '@armature/core';

/** Takes operands from `transfer` of the state block and leaves the result there. */
export type SoftOperation = (cpu: CpuState) => void;

/** Names of the operations that compiled code may ask for; the index is what it passes. */
export const SOFT_OPERATIONS = [] as const satisfies readonly string[];

/** The operations in the order of {@link SOFT_OPERATIONS}. */
export function softOperations(): readonly SoftOperation[] {
  return [];
}
