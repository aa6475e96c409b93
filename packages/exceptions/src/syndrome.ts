/**
 * Exception classes of ESR_ELx.EC that AArch64 state reports.
 * @spec DDI 0487, ESR_EL1, EC
 */
export const EXCEPTION_CLASS = {
  unknown: 0x00,
  trappedWfx: 0x01,
  trappedSimdFp: 0x07,
  trappedPointerAuthentication: 0x09,
  trappedLs64: 0x0a,
  branchTarget: 0x0d,
  illegalExecutionState: 0x0e,
  svc: 0x15,
  hvc: 0x16,
  smc: 0x17,
  trappedSystem: 0x18,
  trappedSve: 0x19,
  trappedEret: 0x1a,
  pointerAuthenticationFailure: 0x1c,
  trappedSme: 0x1d,
  instructionAbortLower: 0x20,
  instructionAbortSame: 0x21,
  pcAlignment: 0x22,
  dataAbortLower: 0x24,
  dataAbortSame: 0x25,
  spAlignment: 0x26,
  memoryOperation: 0x27,
  trappedFloatingPoint: 0x2c,
  serror: 0x2f,
  breakpointLower: 0x30,
  breakpointSame: 0x31,
  softwareStepLower: 0x32,
  softwareStepSame: 0x33,
  watchpointLower: 0x34,
  watchpointSame: 0x35,
  brk: 0x3c,
} as const;

export type ExceptionClass = (typeof EXCEPTION_CLASS)[keyof typeof EXCEPTION_CLASS];

const NAMES: Readonly<Record<ExceptionClass, string>> = {
  [EXCEPTION_CLASS.unknown]: 'Unknown reason',
  [EXCEPTION_CLASS.trappedWfx]: 'Trapped WFI or WFE',
  [EXCEPTION_CLASS.trappedSimdFp]: 'Trapped access to SIMD or floating-point',
  [EXCEPTION_CLASS.trappedPointerAuthentication]: 'Trapped pointer authentication',
  [EXCEPTION_CLASS.trappedLs64]: 'Trapped LD64B or ST64B',
  [EXCEPTION_CLASS.branchTarget]: 'Branch Target Exception',
  [EXCEPTION_CLASS.illegalExecutionState]: 'Illegal Execution state',
  [EXCEPTION_CLASS.svc]: 'SVC',
  [EXCEPTION_CLASS.hvc]: 'HVC',
  [EXCEPTION_CLASS.smc]: 'SMC',
  [EXCEPTION_CLASS.trappedSystem]: 'Trapped MSR, MRS or System instruction',
  [EXCEPTION_CLASS.trappedSve]: 'Trapped access to SVE',
  [EXCEPTION_CLASS.trappedEret]: 'Trapped ERET',
  [EXCEPTION_CLASS.pointerAuthenticationFailure]: 'Pointer authentication failure',
  [EXCEPTION_CLASS.trappedSme]: 'Trapped access to SME',
  [EXCEPTION_CLASS.instructionAbortLower]: 'Instruction Abort from a lower level',
  [EXCEPTION_CLASS.instructionAbortSame]: 'Instruction Abort at the same level',
  [EXCEPTION_CLASS.pcAlignment]: 'PC alignment fault',
  [EXCEPTION_CLASS.dataAbortLower]: 'Data Abort from a lower level',
  [EXCEPTION_CLASS.dataAbortSame]: 'Data Abort at the same level',
  [EXCEPTION_CLASS.spAlignment]: 'SP alignment fault',
  [EXCEPTION_CLASS.memoryOperation]: 'Memory Copy or Memory Set exception',
  [EXCEPTION_CLASS.trappedFloatingPoint]: 'Trapped floating-point exception',
  [EXCEPTION_CLASS.serror]: 'SError',
  [EXCEPTION_CLASS.breakpointLower]: 'Breakpoint from a lower level',
  [EXCEPTION_CLASS.breakpointSame]: 'Breakpoint at the same level',
  [EXCEPTION_CLASS.softwareStepLower]: 'Software Step from a lower level',
  [EXCEPTION_CLASS.softwareStepSame]: 'Software Step at the same level',
  [EXCEPTION_CLASS.watchpointLower]: 'Watchpoint from a lower level',
  [EXCEPTION_CLASS.watchpointSame]: 'Watchpoint at the same level',
  [EXCEPTION_CLASS.brk]: 'BRK instruction',
};

/** ESR_ELx.IL: the instruction was 32 bits long, or the class always sets it. */
export const SYNDROME_IL = 1 << 25;

/** ESR_ELx.EC of a syndrome. */
export function exceptionClassOf(syndrome: number): number {
  return (syndrome >>> 26) & 0x3f;
}

/** ESR_ELx.ISS of a syndrome. */
export function issOf(syndrome: number): number {
  return syndrome & 0x1ff_ffff;
}

/** Name of an exception class: `SVC`, `Data Abort at the same level`. */
export function exceptionClassName(exceptionClass: number): string {
  return NAMES[exceptionClass as ExceptionClass] ?? `Reserved class 0x${exceptionClass.toString(16)}`;
}

/**
 * An ESR_ELx value, as an unsigned number.
 *
 * @param iss instruction specific syndrome, bits 24 to 0
 * @param il ESR_ELx.IL; A64 instructions are 32 bits long
 * @example
 * buildSyndrome(EXCEPTION_CLASS.svc, 5); // 0x5600_0005
 */
export function buildSyndrome(exceptionClass: number, iss = 0, il = true): number {
  return (((exceptionClass & 0x3f) << 26) | (il ? SYNDROME_IL : 0) | (iss & 0x1ff_ffff)) >>> 0;
}

/**
 * The class of an exception as the level that takes it reports it: aborts and debug exceptions have one class
 * for the same level and one for a lower level.
 */
export function syndromeForTarget(syndrome: number, sameLevel: boolean): number {
  switch (exceptionClassOf(syndrome) & 0x3e) {
    case EXCEPTION_CLASS.instructionAbortLower:
    case EXCEPTION_CLASS.dataAbortLower:
    case EXCEPTION_CLASS.breakpointLower:
    case EXCEPTION_CLASS.softwareStepLower:
    case EXCEPTION_CLASS.watchpointLower:
      return (sameLevel ? syndrome | (1 << 26) : syndrome & ~(1 << 26)) >>> 0;
    default:
      return syndrome >>> 0;
  }
}
