import type { SystemRegisterDefinition } from '@armature/core';
import type { CpuModel } from '../models/index.ts';
import { cacheOperations, cacheRegisters } from './caches.ts';
import { controlRegisters } from './control.ts';
import { debugRegisters } from './debug.ts';
import { floatingPointRegisters } from './floating-point.ts';
import { identificationRegisters } from './identification.ts';
import { implementationRegisters } from './implementation-defined.ts';
import { limitedOrderingRegisters } from './limited-ordering.ts';
import { pointerAuthenticationRegisters } from './pointer-authentication.ts';
import { type RandomSource, randomNumberRegisters } from './random-numbers.ts';
import { reliabilityRegisters } from './reliability.ts';
import { speculationOperations } from './speculation.ts';

export { DC_ZVA_KEY } from './caches.ts';
export { type RandomSource, SeededNumbers } from './random-numbers.ts';

/** What a CPU's registers tell of the machine it is in. */
export interface CpuRegisterOptions {
  /** CPUs of the machine. Default 1. */
  readonly cpus?: number;
  /** Address of the interrupt controller, as CBAR_EL1 has it. Default 0. */
  readonly peripheralBase?: bigint;
  /** Whether the interrupt controller is accessed by system registers (ICC_*), asked at reset. Default: no. */
  readonly gicSystemRegisters?: () => boolean;
  /** Where RNDR gets its numbers, where the model has it. Default: a seed of zero. */
  readonly random?: RandomSource;
}

/**
 * The system registers and operations of the CPU itself: identification, caches, control, thread identity and
 * debug. Translation, exceptions, timers and interrupt controllers contribute their own.
 */
export function cpuRegisters(model: CpuModel, options: CpuRegisterOptions = {}): SystemRegisterDefinition[] {
  const { cpus = 1, peripheralBase = 0n, gicSystemRegisters = () => false, random } = options;
  return [
    ...identificationRegisters(model, {
      gicRegisters: gicSystemRegisters,
    }),
    ...cacheRegisters(model),
    ...controlRegisters(model),
    ...debugRegisters(model),
    ...limitedOrderingRegisters(model),
    ...pointerAuthenticationRegisters(model),
    ...randomNumberRegisters(model, random),
    ...floatingPointRegisters(model),
    ...implementationRegisters(model, { cpus, peripheralBase }),
    ...reliabilityRegisters(model),
    ...cacheOperations(model),
    ...speculationOperations(model),
  ];
}
