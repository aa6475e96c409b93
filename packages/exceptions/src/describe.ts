import { systemKeyName } from '@armature/core';
import { faultStatusName } from './fault-status.ts';
import { EXCEPTION_CLASS, exceptionClassName, exceptionClassOf, issOf } from './syndrome.ts';

const hex = (value: number): string => `0x${value.toString(16)}`;
const bit = (iss: number, index: number): boolean => ((iss >>> index) & 1) === 1;

/** ISS of a Data Abort or a Watchpoint. */
function describeDataAbort(iss: number): string {
  const details = [faultStatusName(iss & 0x3f), bit(iss, 6) ? 'write' : 'read'];
  if (bit(iss, 8)) details.push('cache maintenance or address translation');
  if (bit(iss, 7)) details.push('on a stage 2 walk');
  if (bit(iss, 9)) details.push('external abort type 1');
  if (bit(iss, 10)) details.push('FAR not valid');
  if (bit(iss, 24)) {
    const size = 1 << ((iss >>> 22) & 3);
    const register = `${bit(iss, 15) ? 'X' : 'W'}${(iss >>> 16) & 31}`;
    details.push(`${size} byte${size > 1 ? 's' : ''}${bit(iss, 21) ? ' sign-extended' : ''}, ${register}`);
  }
  return details.join(', ');
}

function describeInstructionAbort(iss: number): string {
  const details = [faultStatusName(iss & 0x3f)];
  if (bit(iss, 7)) details.push('on a stage 2 walk');
  if (bit(iss, 9)) details.push('external abort type 1');
  if (bit(iss, 10)) details.push('FAR not valid');
  return details.join(', ');
}

function describeSystemAccess(iss: number): string {
  const op0 = (iss >>> 20) & 3;
  const key =
    (op0 << 14) |
    (((iss >>> 14) & 7) << 11) |
    (((iss >>> 10) & 15) << 7) |
    (((iss >>> 1) & 15) << 3) |
    ((iss >>> 17) & 7);
  const number = (iss >>> 5) & 31;
  const register = number === 31 ? 'XZR' : `X${number}`;
  const name = systemKeyName(key);
  if (op0 === 1) return bit(iss, 0) ? `SYSL ${register}, ${name}` : `SYS ${name}, ${register}`;
  return bit(iss, 0) ? `MRS ${register}, ${name}` : `MSR ${name}, ${register}`;
}

function describeFloatingPoint(iss: number): string {
  if (!bit(iss, 23)) return 'flags not valid';
  const flags = { IDF: 7, IXF: 4, UFF: 3, OFF: 2, DZF: 1, IOF: 0 };
  return Object.entries(flags)
    .filter(([, index]) => bit(iss, index))
    .map(([name]) => name)
    .join(' ');
}

function describeSError(iss: number): string {
  if (bit(iss, 24)) return `IMPLEMENTATION DEFINED ${hex(iss & 0xff_ffff)}`;
  const severity = ['uncontainable', 'unrecoverable', 'restartable', 'recoverable', '', '', 'corrected'];
  return (iss & 0x3f) === 0x11 ? (severity[(iss >>> 10) & 7] ?? '') : 'uncategorized';
}

function describeDetails(exceptionClass: number, iss: number): string {
  switch (exceptionClass) {
    case EXCEPTION_CLASS.instructionAbortLower:
    case EXCEPTION_CLASS.instructionAbortSame:
      return describeInstructionAbort(iss);
    case EXCEPTION_CLASS.dataAbortLower:
    case EXCEPTION_CLASS.dataAbortSame:
      return describeDataAbort(iss);
    case EXCEPTION_CLASS.watchpointLower:
    case EXCEPTION_CLASS.watchpointSame:
      return bit(iss, 6) ? 'write' : 'read';
    case EXCEPTION_CLASS.trappedSystem:
      return describeSystemAccess(iss);
    case EXCEPTION_CLASS.svc:
    case EXCEPTION_CLASS.hvc:
    case EXCEPTION_CLASS.smc:
    case EXCEPTION_CLASS.brk:
      return `#${hex(iss & 0xffff)}`;
    case EXCEPTION_CLASS.trappedWfx:
      return ['WFI', 'WFE', 'WFIT', 'WFET'][iss & 3];
    case EXCEPTION_CLASS.branchTarget:
      return `PSTATE.BTYPE ${iss & 3}`;
    case EXCEPTION_CLASS.trappedFloatingPoint:
      return describeFloatingPoint(iss);
    case EXCEPTION_CLASS.serror:
      return describeSError(iss);
    default:
      return iss === 0 ? '' : `ISS ${hex(iss)}`;
  }
}

/**
 * A syndrome as people read it.
 *
 * @param syndrome an ESR_ELx value, its low 32 bits
 * @example
 * describeSyndrome(0x9600_0045); // 'Data Abort at the same level: Translation fault, level 1, write'
 */
export function describeSyndrome(syndrome: number): string {
  const exceptionClass = exceptionClassOf(syndrome);
  const details = describeDetails(exceptionClass, issOf(syndrome));
  const name = exceptionClassName(exceptionClass);
  return details === '' ? name : `${name}: ${details}`;
}
