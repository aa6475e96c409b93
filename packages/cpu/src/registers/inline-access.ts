import { noOperation, PSTATE, type SystemRegisters } from '@armature/core';
import type { Fields } from '../emitter/emitter.ts';

/**
 * How compiled code accesses a system register by itself. A system operation that does nothing has no slot to access.
 */
export const INLINE = { no: 0, slot: 1, daif: 2 } as const;

/** DAIF: op0 = 3, op1 = 3, CRn = 4, CRm = 2, op2 = 1. */
const DAIF_KEY = 0xda11;
/** PSTATE.EL is at least 1 where only EL0 and EL1 are. */
const AT_EL1 = 1 << PSTATE.elShift;
const ALL_BITS = -1;

/** Rows of MRS, MSR (register) and SYS. */
const READ_ROW = 'MRS_systemmove';
const OPERATION_ROW = 'SYS_systeminstrs';
const ACCESS_ROWS: ReadonlySet<string> = new Set([READ_ROW, 'MSR_systemmove', OPERATION_ROW]);

/** Whether instructions of a row access system registers or do system operations. */
export const isSystemAccess = (row: string): boolean => ACCESS_ROWS.has(row);

/**
 * Fields of MRS, MSR and SYS that say how compiled code may do the access: `inline`, a value of {@link INLINE}; under
 * which bits of PSTATE, all set (`inlinePstate`); and where the register is in the state block (`inlineOffset`).
 */
export function inlineAccess(row: string, word: number, registers: SystemRegisters): Fields | undefined {
  if (!isSystemAccess(row)) return undefined;
  const isRead = row === READ_ROW;
  const key = (word >>> 5) & 0xffff;
  if (key === DAIF_KEY) return { inline: INLINE.daif, inlinePstate: AT_EL1, inlineOffset: 0 };
  const register = registers.lookup(key);
  const none = { inline: INLINE.no, inlinePstate: 0, inlineOffset: 0 };
  if (register === undefined) return none;
  const level = isRead ? register.access.read : register.access.write;
  const conditional = register.check !== undefined || (isRead && register.read !== undefined);
  if (level > 1 || (conditional && register.inlineWhenPstate === undefined)) return none;
  if (row === OPERATION_ROW) {
    if (register.operate !== noOperation || register.synchronises === true) return none;
  } else if (!isRead) {
    const hooks = register.write ?? register.afterWrite ?? (register.synchronises === true || undefined);
    if (hooks !== undefined || register.maskLo !== ALL_BITS || register.maskHi !== ALL_BITS) return none;
  }
  return {
    inline: INLINE.slot,
    inlinePstate: (level === 1 || conditional ? AT_EL1 : 0) | (register.inlineWhenPstate ?? 0),
    inlineOffset: register.offset,
  };
}
