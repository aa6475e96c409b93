import type { SystemRegisterDefinition } from '@armature/core';
import type { CpuModel, ImplementationRegister } from '../models/index.ts';
import { EL1_RO, EL1_RW, ignoreWrite } from './hooks.ts';
import { constant } from './identification.ts';

/** What IMPLEMENTATION DEFINED registers tell of the machine. */
export interface ImplementationFacts {
  readonly cpus: number;
  readonly peripheralBase: bigint;
}

function constantOf({ value }: ImplementationRegister, facts: ImplementationFacts): bigint {
  if (value === 'cpu-count') return BigInt(facts.cpus - 1) << 24n;
  return value === 'peripheral-base' ? facts.peripheralBase : 0n;
}

/** The model's IMPLEMENTATION DEFINED registers: constants that ignore writes. */
export function implementationRegisters(
  model: CpuModel,
  facts: ImplementationFacts,
): readonly SystemRegisterDefinition[] {
  return model.implementationRegisters.map((register) => {
    const { name, op0, op1, crn, crm, op2, writable } = register;
    const row = constant(name, { op0, op1, crn, crm, op2 }, constantOf(register, facts));
    return writable ? { ...row, access: EL1_RW, write: ignoreWrite } : { ...row, access: EL1_RO };
  });
}
