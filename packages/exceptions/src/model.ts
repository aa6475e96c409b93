import {
  ArmatureError,
  CPU_STATE,
  type CpuState,
  type ExceptionModel,
  type ExceptionObserver,
  INTERRUPT,
  type Interrupt,
  PSTATE,
  type PstateFeatures,
  type SystemRegisterDefinition,
} from '@armature/core';
import { enterException, VECTOR } from './entry.ts';
import { unmaskedInterrupt } from './interrupts.ts';
import { writeField } from './pstate-fields.ts';
import { exceptionRegisters } from './registers.ts';
import { returnFromException } from './return.ts';
import { targetLevel } from './routing.ts';
import { buildSyndrome, EXCEPTION_CLASS } from './syndrome.ts';

/** The Z flag: PSTATE.NZCV after a reset, where the architecture leaves it UNKNOWN. */
const RESET_FLAGS = 0x4000_0000;

class AArch64ExceptionModel implements ExceptionModel {
  readonly registers: readonly SystemRegisterDefinition[];
  private readonly features: PstateFeatures;
  private readonly observers: ExceptionObserver[] = [];

  constructor(features: PstateFeatures) {
    this.features = features;
    this.registers = exceptionRegisters(features);
  }

  takeSynchronous(cpu: CpuState, syndrome: number): void {
    const hasAddress = cpu.lo(CPU_STATE.faultHasAddress) !== 0;
    cpu.setLo(CPU_STATE.faultHasAddress, 0);
    this.take(cpu, 'synchronous', syndrome, hasAddress);
  }

  takeInterrupt(cpu: CpuState, interrupt: Interrupt): void {
    switch (interrupt) {
      case INTERRUPT.irq:
        this.take(cpu, 'irq', undefined, false);
        return;
      case INTERRUPT.fiq:
        this.take(cpu, 'fiq', undefined, false);
        return;
      case INTERRUPT.serror:
        this.take(cpu, 'serror', buildSyndrome(EXCEPTION_CLASS.serror), false);
        return;
      default:
        throw new ArmatureError('CONFIG_INVALID', `there is no interrupt ${interrupt} to take`, {
          context: { interrupt },
          hint: 'Take only what pendingInterrupt answers, and nothing when it answers none.',
        });
    }
  }

  pendingInterrupt(cpu: CpuState): Interrupt {
    return unmaskedInterrupt(cpu);
  }

  exceptionReturn(cpu: CpuState): void {
    if (cpu.exceptionLevel === 0) {
      throw new ArmatureError('CONFIG_INVALID', 'ERET at EL0 is UNDEFINED, not an exception return', {
        context: { pc: cpu.pc },
        hint: 'Take an exception with the class of an unknown reason instead.',
      });
    }
    returnFromException(cpu, this.features);
    for (const observer of this.observers) observer.returned?.(cpu);
  }

  writePstateField(
    cpu: CpuState,
    op1: number,
    op2: number,
    immediate: number,
  ): boolean | { trapClass: number } {
    return writeField(cpu, this.features, op1, op2, immediate);
  }

  observe(observer: ExceptionObserver): void {
    this.observers.push(observer);
  }

  reset(cpu: CpuState): void {
    cpu.pstate = (1 << PSTATE.elShift) | PSTATE.SP | PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;
    cpu.nzcv = RESET_FLAGS;
    cpu.setLo(CPU_STATE.faultHasAddress, 0);
    cpu.clearExclusive();
  }

  private take(
    cpu: CpuState,
    kind: keyof typeof VECTOR,
    syndrome: number | undefined,
    hasAddress: boolean,
  ): void {
    const target = targetLevel(cpu);
    const reported = enterException(cpu, target, this.features, VECTOR[kind], syndrome, hasAddress);
    for (const observer of this.observers) observer.taken?.(cpu, kind, reported);
  }
}

/**
 * An exception model without a machine around it: for engines' tests and for tools.
 *
 * @param features optional PSTATE fields, default none (as on a Cortex-A72)
 */
export function createExceptionModel(features: PstateFeatures = {}): ExceptionModel {
  return new AArch64ExceptionModel(features);
}
