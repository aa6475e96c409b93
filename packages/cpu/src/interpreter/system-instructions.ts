import {
  CPU_STATE,
  type CpuState,
  type ExceptionModel,
  type FirmwareCalls,
  type GuestMemory,
  type SemihostingCalls,
  type SystemAccess,
  type SystemRegister,
  type SystemRegisters,
  sharedRegisterOffset,
} from '@armature/core';
import { ZVA_BYTES } from '../registers/caches.ts';
import { LEAVE } from './calling-convention.ts';
import type { MemoryAccess } from './memory-access.ts';
import { EXCEPTION_CLASS, raise, raiseDataAbort } from './syndromes.ts';

const SCTLR_EL1 = sharedRegisterOffset('SCTLR_EL1');
const SCTLR_NTWI = 1 << 16;
const SCTLR_NTWE = 1 << 18;
/** The immediate of HLT that calls semihosting. @spec Arm 100863, The semihosting interface */
const SEMIHOSTING = 0xf000;
/** ISS.CM of a data abort: a cache maintenance or address translation instruction faulted. */
const CACHE_OR_TRANSLATION = 1 << 8;

/** What a helper needs from its engine. */
export interface SystemContext {
  readonly cpu: CpuState;
  readonly registers: SystemRegisters;
  readonly exceptions: ExceptionModel;
  readonly memory: MemoryAccess;
  readonly firmware: () => FirmwareCalls | undefined;
  readonly semihosting: () => SemihostingCalls | undefined;
  /** What semihosting calls reach of guest memory. */
  readonly guestMemory: GuestMemory;
  /** Encoding of DC ZVA, which the engine does itself. */
  readonly dcZvaKey: number;
  /** Takes the exception described by a syndrome with the pc of the state block as return address. */
  takeSynchronous(syndrome: number): void;
  /** The CPU has nothing to do until an interrupt. */
  waitForInterrupt(): void;
  /** WFE: other CPUs, where there are any, have their turn. */
  waitForEvent(): void;
}

/**
 * The rare and intricate instructions. Each helper gets the instruction word and returns a {@link LEAVE} code:
 * 0 when execution goes on with the next record.
 */
export class SystemInstructions {
  private readonly context: SystemContext;

  constructor(context: SystemContext) {
    this.context = context;
  }

  undefined(): number {
    raise(this.context.cpu, EXCEPTION_CLASS.unknown, 0);
    return LEAVE.fault;
  }

  /** CPACR_EL1.FPEN traps SIMD and floating point at this level. */
  floatingPointTrap(): number {
    raise(this.context.cpu, EXCEPTION_CLASS.trappedFloatingPoint, (1 << 24) | (0xe << 20));
    return LEAVE.fault;
  }

  /** SVC, HVC, SMC, BRK, HLT, DCPS. */
  exception(word: number): number {
    const { cpu } = this.context;
    const opc = (word >>> 21) & 7;
    const level = word & 3;
    const immediate = (word >>> 5) & 0xffff;
    if (opc === 1) {
      raise(cpu, EXCEPTION_CLASS.breakpoint, immediate);
      return LEAVE.fault;
    }
    if (opc === 2 && immediate === SEMIHOSTING) return this.semihosting();
    if (opc !== 0) return this.undefined();
    if (level === 1) {
      this.advance();
      this.context.takeSynchronous((EXCEPTION_CLASS.supervisorCall << 26) | (1 << 25) | immediate);
      return LEAVE.done;
    }
    const firmware = this.context.firmware();
    const conduit = level === 2 ? 'hvc' : 'smc';
    if (cpu.exceptionLevel === 0 || firmware?.conduit !== conduit || !firmware.call(cpu)) {
      return this.undefined();
    }
    this.advance();
    return LEAVE.done;
  }

  /** HLT #0xF000. As with QEMU's default, EL0 has none. */
  private semihosting(): number {
    const { cpu, guestMemory } = this.context;
    const calls = this.context.semihosting();
    if (cpu.exceptionLevel === 0 || calls?.call(cpu, guestMemory) !== true) return this.undefined();
    this.advance();
    return LEAVE.done;
  }

  exceptionReturn(): number {
    if (this.context.cpu.exceptionLevel === 0) return this.undefined();
    this.context.exceptions.exceptionReturn(this.context.cpu);
    return LEAVE.done;
  }

  /** MRS: the value is left in `transfer`. */
  systemRead(word: number): number {
    const { cpu } = this.context;
    const register = this.context.registers.lookup((word >>> 5) & 0xffff);
    const el = cpu.exceptionLevel;
    if (register === undefined || el < register.access.read) return this.undefined();
    const refused = this.refused(register, el, true, word);
    if (refused !== 0) return refused;
    if (register.read !== undefined) register.read(cpu);
    else cpu.set(CPU_STATE.transfer, cpu.lo(register.offset), cpu.hi(register.offset));
    return 0;
  }

  /** MSR (register): the value is in `transfer`. */
  systemWrite(word: number): number {
    const { cpu } = this.context;
    const register = this.context.registers.lookup((word >>> 5) & 0xffff);
    const el = cpu.exceptionLevel;
    if (register === undefined || el < register.access.write) return this.undefined();
    const refused = this.refused(register, el, false, word);
    if (refused !== 0) return refused;
    const lo = cpu.lo(CPU_STATE.transfer) & register.maskLo;
    const hi = cpu.hi(CPU_STATE.transfer) & register.maskHi;
    if (register.write !== undefined) {
      register.write(cpu, lo, hi);
    } else {
      const { offset, maskLo, maskHi } = register;
      cpu.set(offset, (cpu.lo(offset) & ~maskLo) | lo, (cpu.hi(offset) & ~maskHi) | hi);
      register.afterWrite?.(cpu);
    }
    if (register.synchronises !== true && !this.context.memory.interruptsChanged) return 0;
    this.advance();
    return LEAVE.done;
  }

  /** SYS: AT, DC, IC, TLBI. The value of Xt is in `transfer`. */
  systemOperation(word: number): number {
    const { cpu } = this.context;
    const operation = this.context.registers.lookup((word >>> 5) & 0xffff);
    const el = cpu.exceptionLevel;
    if (operation === undefined || el < operation.access.write) return this.undefined();
    const refused = this.refused(operation, el, false, word);
    if (refused !== 0) return refused;
    const lo = cpu.lo(CPU_STATE.transfer);
    const hi = cpu.hi(CPU_STATE.transfer);
    if (operation.key === this.context.dcZvaKey) return this.context.memory.zero(lo, hi, ZVA_BYTES);
    const failure = operation.operate?.(cpu, lo, hi);
    if (failure !== undefined) {
      raiseDataAbort(cpu, lo, hi, CACHE_OR_TRANSLATION | failure.faultStatus, true);
      return LEAVE.fault;
    }
    if (operation.synchronises !== true) return 0;
    this.advance();
    return LEAVE.done;
  }

  /** MSR (immediate). */
  pstateWrite(word: number): number {
    const { cpu, exceptions } = this.context;
    const outcome = exceptions.writePstateField(cpu, (word >>> 16) & 7, (word >>> 5) & 7, (word >>> 8) & 15);
    if (outcome === false) return this.undefined();
    if (outcome !== true) return this.trap(outcome.trapClass, word, false);
    this.advance();
    return LEAVE.done;
  }

  /**
   * WFI (0) and WFE (1). Events are not modelled: WFE goes on at once, which the architecture permits; but first
   * other CPUs have their turn, for one of them is to bring what it waits for.
   */
  wait(isWaitForEvent: number): number {
    const { cpu } = this.context;
    const enable = isWaitForEvent ? SCTLR_NTWE : SCTLR_NTWI;
    if (cpu.exceptionLevel === 0 && (cpu.lo(SCTLR_EL1) & enable) === 0) {
      raise(cpu, EXCEPTION_CLASS.trappedWait, (1 << 24) | (0xe << 20) | isWaitForEvent);
      return LEAVE.fault;
    }
    if (isWaitForEvent) this.context.waitForEvent();
    else if (cpu.lo(CPU_STATE.interruptLines) === 0) this.context.waitForInterrupt();
    this.advance();
    return LEAVE.done;
  }

  /** 0 when the access may proceed, else the code to leave with. */
  private refused(register: SystemRegister, el: number, isRead: boolean, word: number): number {
    const access: SystemAccess = register.check?.(this.context.cpu, el, isRead) ?? 'ok';
    if (access === 'ok') return 0;
    if (access === 'undefined') return this.undefined();
    return this.trap(access.trapClass, word, isRead);
  }

  /** @spec DDI 0487, ESR_ELx, ISS encoding for an exception from MSR, MRS, or System instruction execution */
  private trap(trapClass: number, word: number, isRead: boolean): number {
    const field = (lowest: number, width: number): number => (word >>> lowest) & ((1 << width) - 1);
    const iss =
      (field(19, 2) << 20) |
      (field(5, 3) << 17) |
      (field(16, 3) << 14) |
      (field(12, 4) << 10) |
      (field(0, 5) << 5) |
      (field(8, 4) << 1) |
      (isRead ? 1 : 0);
    const known = trapClass === EXCEPTION_CLASS.trappedSystem ? iss : (1 << 24) | (0xe << 20);
    raise(this.context.cpu, trapClass, known);
    return LEAVE.fault;
  }

  /** The pc of the state block becomes the address after the instruction in hand. */
  private advance(): void {
    const { cpu } = this.context;
    const lo = cpu.lo(CPU_STATE.codeBias);
    const offset = (cpu.lo(CPU_STATE.record) >>> 2) + 4;
    const sum = (lo >>> 0) + offset;
    cpu.set(
      CPU_STATE.pc,
      sum | 0,
      sum > 0xffff_ffff ? (cpu.hi(CPU_STATE.codeBias) + 1) | 0 : cpu.hi(CPU_STATE.codeBias),
    );
  }
}
