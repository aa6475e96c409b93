import {
  type CpuState,
  type SystemAccess,
  type SystemEncoding,
  type SystemRegisterDefinition,
  sharedRegisterOffset,
} from '@armature/core';
import { updateHostArithmetic } from '../floating-point/unit.ts';
import type { CpuModel } from '../models/index.ts';
import { EL0_RW } from './hooks.ts';

const CPACR_EL1 = sharedRegisterOffset('CPACR_EL1');

/** Exception class of a trapped SIMD or floating-point access. One object, so that checks make none. */
const TRAPPED: SystemAccess = { trapClass: 0x07 };

/** CPACR_EL1.FPEN traps these registers as it traps the instructions. @spec DDI 0487, CPACR_EL1 */
function checkEnabled(cpu: CpuState, el: number): SystemAccess {
  const enabled = (cpu.lo(CPACR_EL1) >>> 20) & 3;
  return enabled === 3 || (enabled === 1 && el > 0) ? 'ok' : TRAPPED;
}

/** FPCR: RMode, FZ, DN and AHP. Trapped exceptions are not supported, so their enables are RES0. */
const CONTROL = 0x07c0_0000n;
/** FPCR.FZ16. */
const CONTROL_FZ16 = 1n << 19n;
/** FPSR: QC, IDC, IXC, UFC, OFC, DZC and IOC. The condition flags are AArch32's. */
const STATUS = 0x0800_009fn;

function at(op2: number): SystemEncoding {
  return { op0: 3, op1: 3, crn: 4, crm: 4, op2 };
}

/**
 * Control and status of floating point; none without FEAT_FP.
 *
 * @spec DDI 0487, FPCR; FPSR
 */
export function floatingPointRegisters(model: CpuModel): readonly SystemRegisterDefinition[] {
  if (!model.features.has('FEAT_FP')) return [];
  const common = { access: EL0_RW, check: checkEnabled, afterWrite: updateHostArithmetic } as const;
  const control = CONTROL | (model.features.has('FEAT_FP16') ? CONTROL_FZ16 : 0n);
  return [
    { ...at(0), ...common, name: 'FPCR', writeMask: control },
    { ...at(1), ...common, name: 'FPSR', writeMask: STATUS },
  ];
}
