import {
  type CpuState,
  type SystemEncoding,
  type SystemRegisterDefinition,
  sharedRegisterOffset,
} from '@armature/core';
import { type CpuModel, idField } from '../models/index.ts';
import { EL0_RO, EL0_RW, EL1_RO, EL1_RW, EL1_WO, ignoreWrite, readZero, trapEl0If } from './hooks.ts';

const OSLSR_EL1 = sharedRegisterOffset('OSLSR_EL1');

/** OSLSR_EL1.OSLM: the OS Lock is implemented. */
const OS_LOCK_MODEL = 1 << 3;
const OS_LOCKED = 1 << 1;

/** MDSCR_EL1: SS, TDCC, KDE, HDE and MDE. The rest serves the communications channel and external debug. */
const MDSCR_FIELDS = 0xf001n;
const MDSCR_TDCC = 1 << 12;

/** DBGBCRn_EL1: BT, LBN, SSC, HMC, BAS, PMC and E. */
const BREAKPOINT_CONTROL = 0x00ff_e1e7n;
/** DBGWCRn_EL1: MASK, WT, LBN, SSC, HMC, BAS, LSC, PAC and E. */
const WATCHPOINT_CONTROL = 0x1f1f_ffffn;

function at(op1: number, crn: number, crm: number, op2: number): SystemEncoding {
  return { op0: 2, op1, crn, crm, op2 };
}

/** A register of hardware that is not there. */
function absent(name: string, encoding: SystemEncoding, isReadOnly = false): SystemRegisterDefinition {
  const row = { ...encoding, name, read: readZero };
  return isReadOnly ? { ...row, access: EL1_RO } : { ...row, access: EL1_RW, write: ignoreWrite };
}

/**
 * The OS Lock: held after reset, taken and released by OSLAR_EL1.
 *
 * @spec DDI 0487, OSLAR_EL1; OSLSR_EL1; OSDLR_EL1
 */
const OS_LOCKS: readonly SystemRegisterDefinition[] = [
  {
    ...at(0, 1, 0, 4),
    name: 'OSLAR_EL1',
    access: EL1_WO,
    write: (cpu: CpuState, lo: number) => cpu.set(OSLSR_EL1, OS_LOCK_MODEL | (lo & 1 ? OS_LOCKED : 0), 0),
  },
  { ...at(0, 1, 1, 4), name: 'OSLSR_EL1', access: EL1_RO, reset: BigInt(OS_LOCK_MODEL | OS_LOCKED) },
  { ...at(0, 1, 3, 4), name: 'OSDLR_EL1', access: EL1_RW, writeMask: 1n },
];

const trapTdcc = trapEl0If(sharedRegisterOffset('MDSCR_EL1'), MDSCR_TDCC);

/**
 * The Debug Communications Channel with no debugger at its other end: always empty.
 *
 * @spec DDI 0487, MDCCSR_EL0; DBGDTR_EL0; DBGDTRRX_EL0; DBGDTRTX_EL0; MDCCINT_EL1
 */
const COMMUNICATIONS_CHANNEL: readonly SystemRegisterDefinition[] = [
  { ...at(3, 0, 1, 0), name: 'MDCCSR_EL0', access: EL0_RO, read: readZero, check: trapTdcc },
  {
    ...at(3, 0, 4, 0),
    name: 'DBGDTR_EL0',
    access: EL0_RW,
    read: readZero,
    write: ignoreWrite,
    check: trapTdcc,
  },
  {
    ...at(3, 0, 5, 0),
    name: 'DBGDTRRX_EL0',
    access: EL0_RW,
    read: readZero,
    write: ignoreWrite,
    check: trapTdcc,
  },
  absent('MDCCINT_EL1', at(0, 0, 2, 0)),
  absent('OSDTRRX_EL1', at(0, 0, 0, 2)),
  absent('OSDTRTX_EL1', at(0, 0, 3, 2)),
];

/** External debug, of which there is none. @spec DDI 0487, MDRAR_EL1; OSECCR_EL1; DBGPRCR_EL1; DBGAUTHSTATUS_EL1 */
const EXTERNAL_DEBUG: readonly SystemRegisterDefinition[] = [
  absent('MDRAR_EL1', at(0, 1, 0, 0), true),
  absent('OSECCR_EL1', at(0, 0, 6, 2)),
  absent('DBGPRCR_EL1', at(0, 1, 4, 4)),
  absent('DBGAUTHSTATUS_EL1', at(0, 7, 14, 6), true),
];

function pair(
  kind: 'B' | 'W',
  index: number,
  control: bigint,
  value?: bigint,
): readonly SystemRegisterDefinition[] {
  const op2 = kind === 'B' ? 4 : 6;
  const values = { ...at(0, 0, index, op2), name: `DBG${kind}VR${index}_EL1`, access: EL1_RW };
  return [
    value === undefined ? values : { ...values, writeMask: value },
    { ...at(0, 0, index, op2 + 1), name: `DBG${kind}CR${index}_EL1`, access: EL1_RW, writeMask: control },
  ];
}

/**
 * Self-hosted debug. Breakpoints and watchpoints, as many as ID_AA64DFR0_EL1 says, are storage.
 *
 * @spec DDI 0487, MDSCR_EL1; DBGBVR<n>_EL1; DBGBCR<n>_EL1; DBGWVR<n>_EL1; DBGWCR<n>_EL1
 */
export function debugRegisters(model: CpuModel): readonly SystemRegisterDefinition[] {
  const dfr0 = model.idRegisters.ID_AA64DFR0_EL1 ?? 0n;
  const breakpoints = idField(dfr0, 12) + 1;
  const watchpoints = idField(dfr0, 20) + 1;
  return [
    { ...at(0, 0, 2, 2), name: 'MDSCR_EL1', access: EL1_RW, writeMask: MDSCR_FIELDS, synchronises: true },
    ...OS_LOCKS,
    ...COMMUNICATIONS_CHANNEL,
    ...EXTERNAL_DEBUG,
    ...Array.from({ length: breakpoints }, (_, index) => pair('B', index, BREAKPOINT_CONTROL)).flat(),
    ...Array.from({ length: watchpoints }, (_, index) =>
      pair('W', index, WATCHPOINT_CONTROL, ~3n & (2n ** 64n - 1n)),
    ).flat(),
  ];
}
