/**
 * Power State Coordination Interface and the SMC Calling Convention's own functions.
 *
 * @spec DEN 0022, PSCI functions
 * @spec DEN 0028, SMC Calling Convention
 */
import {
  CPU_STATE,
  type CpuEngine,
  type CpuState,
  cpuWithAffinity,
  type FirmwareCalls,
} from '@armature/core';
import { AFFINITY, FUNCTION, functionOf, RESULT, SMC64 } from './functions.ts';

const PSCI_VERSION = 0x0001_0001;
const SMCCC_VERSION = 0x0001_0001;
/** No trusted OS runs here that would need migration. */
const MIGRATION_NOT_REQUIRED = 2;
/** The PE does not need this workaround; its call is a no-op. */
const WORKAROUND_NOT_REQUIRED = 1;
/** power_state: reserved bits, and power levels above the CPU's own. */
const POWER_STATE_UNSUPPORTED = 0xfffe_0000;

const PSCI_FUNCTIONS: ReadonlySet<number> = new Set([
  FUNCTION.PSCI_VERSION,
  FUNCTION.CPU_SUSPEND,
  FUNCTION.CPU_OFF,
  FUNCTION.CPU_ON,
  FUNCTION.AFFINITY_INFO,
  FUNCTION.MIGRATE_INFO_TYPE,
  FUNCTION.SYSTEM_OFF,
  FUNCTION.SYSTEM_RESET,
  FUNCTION.PSCI_FEATURES,
  FUNCTION.SMCCC_VERSION,
]);

export interface PsciConfig {
  readonly conduit: 'hvc' | 'smc';
  /** The engines of the machine's CPUs, once there are any: what CPU_ON and CPU_OFF act on. */
  readonly engines: () => readonly CpuPower[];
  /** Called for SYSTEM_OFF and SYSTEM_RESET. The guest must run no further instruction. */
  readonly requestPower: (action: 'off' | 'reset') => void;
  /** Called with the identifier and result of every call, for tracing. */
  readonly onCall?: (identifier: number, result: number) => void;
}

/** The power of one CPU. */
export type CpuPower = Pick<CpuEngine, 'poweredOn' | 'powerOn' | 'powerOff'>;

/** Answers a guest's firmware calls: the capability `firmware`. Never allocates. */
export class Psci implements FirmwareCalls {
  readonly conduit: 'hvc' | 'smc';
  private readonly engines: () => readonly CpuPower[];
  private readonly requestPower: (action: 'off' | 'reset') => void;
  private readonly onCall: ((identifier: number, result: number) => void) | undefined;

  constructor(config: PsciConfig) {
    this.conduit = config.conduit;
    this.engines = config.engines;
    this.requestPower = config.requestPower;
    this.onCall = config.onCall;
  }

  /** Every call is answered, unknown ones with NOT_SUPPORTED; X1 and up keep their values. */
  call(cpu: CpuState): boolean {
    const identifier = cpu.lo(CPU_STATE.x) >>> 0;
    const result = this.answer(cpu, identifier);
    cpu.set(CPU_STATE.x, result, result >> 31);
    this.onCall?.(identifier, result);
    return true;
  }

  private answer(cpu: CpuState, identifier: number): number {
    const first = cpu.lo(CPU_STATE.x + 8);
    switch (functionOf(identifier)) {
      case FUNCTION.PSCI_VERSION:
        return PSCI_VERSION;
      case FUNCTION.SMCCC_VERSION:
        return SMCCC_VERSION;
      case FUNCTION.PSCI_FEATURES:
        return PSCI_FUNCTIONS.has(functionOf(first >>> 0)) ? RESULT.success : RESULT.notSupported;
      case FUNCTION.SMCCC_ARCH_FEATURES:
        return architectureFeature(first >>> 0);
      case FUNCTION.SMCCC_ARCH_WORKAROUND_1:
      case FUNCTION.SMCCC_ARCH_WORKAROUND_2:
      case FUNCTION.SMCCC_ARCH_WORKAROUND_3:
        return RESULT.success;
      case FUNCTION.MIGRATE_INFO_TYPE:
        return MIGRATION_NOT_REQUIRED;
      case FUNCTION.CPU_SUSPEND:
        // A wake-up event that comes at once: the guest goes back to its idle loop, where WFI waits.
        return first & POWER_STATE_UNSUPPORTED ? RESULT.invalidParameters : RESULT.success;
      case FUNCTION.CPU_OFF:
        return this.turnOff(cpu);
      case FUNCTION.CPU_ON:
        return this.turnOn(cpu, identifier);
      case FUNCTION.AFFINITY_INFO:
        return this.affinityInfo(cpu, identifier);
      case FUNCTION.SYSTEM_OFF:
        this.requestPower('off');
        return RESULT.success;
      case FUNCTION.SYSTEM_RESET:
        this.requestPower('reset');
        return RESULT.success;
      default:
        return RESULT.notSupported;
    }
  }

  private turnOn(cpu: CpuState, identifier: number): number {
    const target = this.target(cpu, identifier);
    if (target < 0) return RESULT.invalidParameters;
    const engine = this.engines()[target];
    if (engine.poweredOn) return RESULT.alreadyOn;
    const wide = (identifier & SMC64) !== 0;
    const high = (register: number): number => (wide ? cpu.hi(CPU_STATE.x + 8 * register) : 0);
    const entry = cpu.lo(CPU_STATE.x + 16);
    if (entry & 3) return RESULT.invalidAddress;
    engine.powerOn(entry, high(2), cpu.lo(CPU_STATE.x + 24), high(3));
    return RESULT.success;
  }

  private turnOff(cpu: CpuState): number {
    const engines = this.engines();
    // The last CPU that is on would have nothing left to turn it on again.
    const others = engines.some(({ poweredOn }, index) => poweredOn && index !== cpu.index);
    if (!others) return RESULT.denied;
    engines[cpu.index].powerOff();
    return RESULT.success;
  }

  private affinityInfo(cpu: CpuState, identifier: number): number {
    const level = cpu.lo(CPU_STATE.x + 16) >>> 0;
    if (level > 3) return RESULT.invalidParameters;
    // Levels above the CPU's hold the caller, which is on.
    if (level > 0) return AFFINITY.on;
    const target = this.target(cpu, identifier);
    if (target < 0) return RESULT.invalidParameters;
    return this.engines()[target].poweredOn ? AFFINITY.on : AFFINITY.off;
  }

  /** Index of the CPU whose affinity fields are in X1, or -1 when there is none. */
  private target(cpu: CpuState, identifier: number): number {
    const high = identifier & SMC64 ? cpu.hi(CPU_STATE.x + 8) : 0;
    return cpuWithAffinity(cpu.lo(CPU_STATE.x + 8), high, this.engines().length);
  }
}

function architectureFeature(identifier: number): number {
  switch (identifier) {
    case FUNCTION.SMCCC_VERSION:
    case FUNCTION.SMCCC_ARCH_FEATURES:
      return RESULT.success;
    case FUNCTION.SMCCC_ARCH_WORKAROUND_1:
    case FUNCTION.SMCCC_ARCH_WORKAROUND_2:
    case FUNCTION.SMCCC_ARCH_WORKAROUND_3:
      return WORKAROUND_NOT_REQUIRED;
    default:
      return RESULT.notSupported;
  }
}
