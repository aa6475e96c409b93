/** What an exception from EL0 means: a page to bring, an instruction to stand in for, or a signal. */
import { ACCESS, type Access } from '@armature/core';
import { CODE, SIGNAL, type SignalInfo } from '../signals.ts';

/** Exception classes. @spec DDI 0487, ESR_EL1, EC */
const EC = {
  unknown: 0x00,
  wfx: 0x01,
  illegalState: 0x0e,
  svc: 0x15,
  system: 0x18,
  instructionAbort: 0x20,
  pcAlignment: 0x22,
  dataAbort: 0x24,
  spAlignment: 0x26,
  floatingPoint: 0x2c,
  breakpoint: 0x3c,
} as const;

const FAULT_STATUS = 0x3f;
const WRITE_NOT_READ = 1 << 6;
const CACHE_MAINTENANCE = 1 << 8;
const ALIGNMENT_FAULT = 0x21;

export type Exception =
  | { readonly kind: 'system-call' }
  | { readonly kind: 'page-fault'; readonly access: Access }
  | { readonly kind: 'undefined' }
  | {
      readonly kind: 'signal';
      readonly signal: number;
      readonly code: number;
      readonly at: 'pc' | 'address';
    };

const SYSTEM_CALL: Exception = { kind: 'system-call' };
const READ_FAULT: Exception = { kind: 'page-fault', access: ACCESS.read };
const WRITE_FAULT: Exception = { kind: 'page-fault', access: ACCESS.write };
const FETCH_FAULT: Exception = { kind: 'page-fault', access: ACCESS.execute };
const UNDEFINED: Exception = { kind: 'undefined' };

const raised = (signal: number, code: number, at: 'pc' | 'address'): Exception => ({
  kind: 'signal',
  signal,
  code,
  at,
});

/** Translation, access flag and permission faults: what pages can put right. */
function isPageFault(syndrome: number): boolean {
  const status = syndrome & 0x3c;
  return status === 0x04 || status === 0x08 || status === 0x0c;
}

/** Sorts an exception from EL0 by its syndrome. */
export function classify(syndrome: number): Exception {
  switch ((syndrome >>> 26) & 0x3f) {
    case EC.svc:
      return SYSTEM_CALL;
    case EC.dataAbort:
      if (isPageFault(syndrome)) {
        // Cache maintenance is reported as a write, and needs no more than the right to read.
        return syndrome & WRITE_NOT_READ && !(syndrome & CACHE_MAINTENANCE) ? WRITE_FAULT : READ_FAULT;
      }
      return (syndrome & FAULT_STATUS) === ALIGNMENT_FAULT
        ? raised(SIGNAL.SIGBUS, CODE.BUS_ADRALN, 'address')
        : raised(SIGNAL.SIGBUS, CODE.BUS_ADRERR, 'address');
    case EC.instructionAbort:
      return isPageFault(syndrome) ? FETCH_FAULT : raised(SIGNAL.SIGBUS, CODE.BUS_ADRERR, 'address');
    case EC.pcAlignment:
      return raised(SIGNAL.SIGBUS, CODE.BUS_ADRALN, 'address');
    case EC.spAlignment:
      return raised(SIGNAL.SIGBUS, CODE.BUS_ADRALN, 'pc');
    case EC.breakpoint:
      return raised(SIGNAL.SIGTRAP, CODE.TRAP_BRKPT, 'pc');
    case EC.floatingPoint:
      return raised(SIGNAL.SIGFPE, floatingPointCode(syndrome), 'pc');
    case EC.unknown:
    case EC.system:
    case EC.wfx:
      return UNDEFINED;
    case EC.illegalState:
      return raised(SIGNAL.SIGILL, CODE.ILL_ILLOPC, 'pc');
    default:
      return raised(SIGNAL.SIGILL, CODE.ILL_ILLOPC, 'pc');
  }
}

/** si_code of a trapped floating-point exception. @spec DDI 0487, ESR_EL1, ISS encoding for a trapped floating-point exception */
function floatingPointCode(syndrome: number): number {
  const FPE = { DIV: 3, OVF: 4, UND: 5, RES: 6, INV: 7 } as const;
  if (syndrome & 1) return FPE.INV;
  if (syndrome & 2) return FPE.DIV;
  if (syndrome & 4) return FPE.OVF;
  if (syndrome & 8) return FPE.UND;
  return syndrome & 16 ? FPE.RES : FPE.INV;
}

/** The signal of a page fault that nothing resolves. */
export function faultSignal(
  outcome: 'no-area' | 'no-right' | 'past-end' | 'no-memory',
  address: number,
  syndrome: number,
): SignalInfo {
  switch (outcome) {
    case 'no-area':
      return { signal: SIGNAL.SIGSEGV, code: CODE.SEGV_MAPERR, address, syndrome };
    case 'no-right':
      return { signal: SIGNAL.SIGSEGV, code: CODE.SEGV_ACCERR, address, syndrome };
    case 'past-end':
      return { signal: SIGNAL.SIGBUS, code: CODE.BUS_ADRERR, address, syndrome };
    default:
      return { signal: SIGNAL.SIGKILL, code: CODE.SI_KERNEL };
  }
}
