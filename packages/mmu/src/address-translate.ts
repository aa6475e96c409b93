import {
  ACCESS,
  type Access,
  type CpuState,
  PSTATE,
  type SystemOperationResult,
  type SystemRegisterDefinition,
  sharedRegisterOffset,
} from '@armature/core';
import { FAULT_STATUS } from './fault-status.ts';
import type { TranslatorSet } from './maintenance.ts';
import type { VmsaTranslator } from './translator.ts';

const PAR_EL1 = sharedRegisterOffset('PAR_EL1');

/** PAR_EL1 fields. @spec DDI 0487, PAR_EL1 */
const PAR = {
  F: 1 << 0,
  faultStatusShift: 1,
  shareabilityShift: 7,
  /** The address is a Non-secure one. */
  NS: 1 << 9,
  RES1: 1 << 11,
  attributesShiftHigh: 24,
} as const;

interface Operation {
  readonly name: string;
  readonly crm: number;
  readonly op2: number;
  readonly access: Access;
  readonly privileged: boolean;
  /** Under PSTATE.PAN. */
  readonly pan?: boolean;
}

const OPERATIONS: readonly Operation[] = [
  { name: 'S1E1R', crm: 8, op2: 0, access: ACCESS.read, privileged: true },
  { name: 'S1E1W', crm: 8, op2: 1, access: ACCESS.write, privileged: true },
  { name: 'S1E0R', crm: 8, op2: 2, access: ACCESS.read, privileged: false },
  { name: 'S1E0W', crm: 8, op2: 3, access: ACCESS.write, privileged: false },
];

const PAN_OPERATIONS: readonly Operation[] = [
  { name: 'S1E1RP', crm: 9, op2: 0, access: ACCESS.read, privileged: true, pan: true },
  { name: 'S1E1WP', crm: 9, op2: 1, access: ACCESS.write, privileged: true, pan: true },
];

/**
 * Leaves a translation, or why there is none, in PAR_EL1. An external abort on the walk is not for PAR_EL1:
 * the operation itself faults.
 */
function translateToPar(
  translator: VmsaTranslator,
  cpu: CpuState,
  lo: number,
  hi: number,
  { access, privileged, pan = false }: Operation,
): SystemOperationResult | undefined {
  const { result } = translator;
  if (translator.probe(lo, hi, access, privileged, pan && (cpu.pstate & PSTATE.PAN) !== 0)) {
    const page = result.physicalAddress - (result.physicalAddress % 4096);
    const pageHi = Math.floor(page / 0x1_0000_0000);
    cpu.set(
      PAR_EL1,
      page | 0 | PAR.RES1 | PAR.NS | (result.shareability << PAR.shareabilityShift),
      pageHi | (result.attributes << PAR.attributesShiftHigh),
    );
    return undefined;
  }
  const status = result.faultStatus;
  if ((status & 0x3c) === FAULT_STATUS.externalAbortOnWalk) return { faultStatus: status };
  cpu.set(PAR_EL1, PAR.RES1 | PAR.F | (status << PAR.faultStatusShift), 0);
  return undefined;
}

function rowOf(translators: TranslatorSet, operation: Operation): SystemRegisterDefinition {
  const { name, crm, op2 } = operation;
  return {
    ...{ op0: 1, op1: 0, crn: 7, crm, op2 },
    name: `AT ${name}`,
    access: { read: 4, write: 1 },
    operate: (cpu, lo, hi) => {
      const [translator] = translators.of(cpu);
      return translator && translateToPar(translator, cpu, lo, hi, operation);
    },
  };
}

/** AT for stage 1 of the EL1&0 regime. @spec DDI 0487, AT */
export function addressTranslation(translators: TranslatorSet): readonly SystemRegisterDefinition[] {
  return OPERATIONS.map((operation) => rowOf(translators, operation));
}

/** FEAT_PAN2: AT under PSTATE.PAN. @spec DDI 0487, AT S1E1RP; AT S1E1WP */
export function panAddressTranslation(translators: TranslatorSet): readonly SystemRegisterDefinition[] {
  return PAN_OPERATIONS.map((operation) => rowOf(translators, operation));
}
