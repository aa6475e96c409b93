import type { Part, PstateFeatures } from '@armature/core';
import { createExceptionModel } from './model.ts';

/** Options of {@link aarch64Exceptions}: the optional PSTATE fields a machine's CPUs have. */
export type AArch64ExceptionsOptions = PstateFeatures;

/**
 * The AArch64 exception model as a part of a machine: EL0 and EL1.
 *
 * @param options PSTATE fields of CPUs that do not say themselves what they have. Default: none
 * @example
 * createMachine().use(cpu({ model: 'cortex-a72' })).use(aarch64Exceptions())
 */
export function aarch64Exceptions(options: AArch64ExceptionsOptions = {}): Part<'exceptions'> {
  return {
    name: 'exceptions',
    provides: ['exceptions'],
    requires: [],
    create: () => ({
      capabilities: {
        exceptions: {
          createExceptionModel: (features) => createExceptionModel({ ...options, ...features }),
        },
      },
    }),
    toJSON: () => ({ part: 'exceptions', ...options }),
  };
}
