import {
  ACCESS,
  type Access,
  type CpuState,
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

const OPERATIONS: readonly (readonly [name: string, op2: number, access: Access, privileged: boolean])[] = [
  ['S1E1R', 0, ACCESS.read, true],
  ['S1E1W', 1, ACCESS.write, true],
  ['S1E0R', 2, ACCESS.read, false],
  ['S1E0W', 3, ACCESS.write, false],
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
  access: Access,
  privileged: boolean,
): SystemOperationResult | undefined {
  const { result } = translator;
  if (translator.probe(lo, hi, access, privileged)) {
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

/** AT for stage 1 of the EL1&0 regime. @spec DDI 0487, AT */
export function addressTranslation(translators: TranslatorSet): readonly SystemRegisterDefinition[] {
  return OPERATIONS.map(([name, op2, access, privileged]) => ({
    op0: 1,
    op1: 0,
    crn: 7,
    crm: 8,
    op2,
    name: `AT ${name}`,
    access: { read: 4, write: 1 },
    operate: (cpu, lo, hi) => {
      const [translator] = translators.of(cpu);
      return translator && translateToPar(translator, cpu, lo, hi, access, privileged);
    },
  }));
}
