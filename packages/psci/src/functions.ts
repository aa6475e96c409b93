/**
 * Function identifiers and return codes.
 *
 * @spec DEN 0022, PSCI functions
 * @spec DEN 0028, Arm Architecture Calls
 */

/** Bit 30 of a function identifier: the SMC64 calling convention, arguments are 64 bits wide. */
export const SMC64 = 0x4000_0000;

/** Function identifiers of the 32-bit calling convention. */
export const FUNCTION = {
  SMCCC_VERSION: 0x8000_0000,
  SMCCC_ARCH_FEATURES: 0x8000_0001,
  SMCCC_ARCH_WORKAROUND_3: 0x8000_3fff,
  SMCCC_ARCH_WORKAROUND_2: 0x8000_7fff,
  SMCCC_ARCH_WORKAROUND_1: 0x8000_8000,
  PSCI_VERSION: 0x8400_0000,
  CPU_SUSPEND: 0x8400_0001,
  CPU_OFF: 0x8400_0002,
  CPU_ON: 0x8400_0003,
  AFFINITY_INFO: 0x8400_0004,
  MIGRATE: 0x8400_0005,
  MIGRATE_INFO_TYPE: 0x8400_0006,
  SYSTEM_OFF: 0x8400_0008,
  SYSTEM_RESET: 0x8400_0009,
  PSCI_FEATURES: 0x8400_000a,
} as const;

/** Functions that also exist with 64-bit arguments. */
const WIDE: ReadonlySet<number> = new Set([FUNCTION.CPU_SUSPEND, FUNCTION.CPU_ON, FUNCTION.AFFINITY_INFO]);

/** Values of X0 after a call. Negative ones are sign-extended to 64 bits. */
export const RESULT = {
  success: 0,
  notSupported: -1,
  invalidParameters: -2,
  denied: -3,
  alreadyOn: -4,
  internalFailure: -6,
  invalidAddress: -9,
} as const;

/** AFFINITY_INFO's answers. */
export const AFFINITY = { on: 0, off: 1 } as const;

/** The function behind an identifier, without its calling convention, or -1 when there is no such function. */
export function functionOf(identifier: number): number {
  const narrow = (identifier & ~SMC64) >>> 0;
  return identifier === narrow || WIDE.has(narrow) ? narrow : -1;
}
