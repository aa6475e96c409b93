import { CPU_STATE, type CpuState } from '@armature/core';

/** Exception classes that the engine raises. @spec DDI 0487, ESR_ELx.EC */
export const EXCEPTION_CLASS = {
  unknown: 0x00,
  trappedWait: 0x01,
  trappedFloatingPoint: 0x07,
  branchTarget: 0x0d,
  illegalState: 0x0e,
  supervisorCall: 0x15,
  hypervisorCall: 0x16,
  secureMonitorCall: 0x17,
  trappedSystem: 0x18,
  instructionAbortLower: 0x20,
  instructionAbort: 0x21,
  pcAlignment: 0x22,
  dataAbortLower: 0x24,
  dataAbort: 0x25,
  stackAlignment: 0x26,
  breakpoint: 0x3c,
} as const;

/** Fault status codes that do not come from translation. @spec DDI 0487, ESR_ELx, ISS encoding for Data Abort */
export const FAULT_STATUS = { externalAbort: 0x10, alignment: 0x21 } as const;

const IL = 1 << 25;
const WNR = 1 << 6;

/** Describes a synchronous exception in the state block; the engine takes it at the instruction's boundary. */
export function raise(cpu: CpuState, exceptionClass: number, iss: number): void {
  cpu.setLo(CPU_STATE.faultSyndrome, (exceptionClass << 26) | IL | iss);
  cpu.setLo(CPU_STATE.faultHasAddress, 0);
}

function raiseWithAddress(cpu: CpuState, exceptionClass: number, iss: number, lo: number, hi: number): void {
  raise(cpu, exceptionClass, iss);
  cpu.set(CPU_STATE.faultAddress, lo, hi);
  cpu.setLo(CPU_STATE.faultHasAddress, 1);
}

export function raiseDataAbort(cpu: CpuState, lo: number, hi: number, status: number, write: boolean): void {
  const exceptionClass =
    cpu.exceptionLevel === 0 ? EXCEPTION_CLASS.dataAbortLower : EXCEPTION_CLASS.dataAbort;
  raiseWithAddress(cpu, exceptionClass, (write ? WNR : 0) | status, lo, hi);
}

export function raiseInstructionAbort(cpu: CpuState, lo: number, hi: number, status: number): void {
  const lower = cpu.exceptionLevel === 0;
  const exceptionClass = lower ? EXCEPTION_CLASS.instructionAbortLower : EXCEPTION_CLASS.instructionAbort;
  raiseWithAddress(cpu, exceptionClass, status, lo, hi);
}

export function raisePcAlignment(cpu: CpuState, lo: number, hi: number): void {
  raiseWithAddress(cpu, EXCEPTION_CLASS.pcAlignment, 0, lo, hi);
}
