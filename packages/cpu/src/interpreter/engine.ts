import {
  ACCESS,
  type AddressTranslator,
  type Bus,
  CODE_PAGE,
  CPU_STATE,
  type CpuEngine,
  type CpuState,
  type ExceptionModel,
  type FirmwareCalls,
  INTERRUPT,
  PERMISSION,
  type PhysicalMemory,
  PSTATE,
  type RunOutcome,
  type SemihostingCalls,
  type StopReason,
  type SystemRegisters,
  sharedRegisterOffset,
  TLB_CONTEXT,
} from '@armature/core';
import type { Feature } from '@armature/isa';
import { FloatingPointUnit, updateHostArithmetic } from '../floating-point/unit.ts';
import type { RegionCache } from '../jit/region-cache.ts';
import { KEY } from '../pointer-authentication/operation.ts';
import { PointerAuthenticationUnit } from '../pointer-authentication/unit.ts';
import { BranchTargets } from './branch-targets.ts';
import { LEAVE } from './calling-convention.ts';
import { ExceptionLoopDetector } from './exception-loop.ts';
import { MemoryAccess } from './memory-access.ts';
import type { CodeUser, CpuCalls, SharedCode } from './shared-code.ts';
import { SoftTlb } from './soft-tlb.ts';
import {
  EXCEPTION_CLASS,
  FAULT_STATUS,
  raise,
  raiseInstructionAbort,
  raisePcAlignment,
} from './syndromes.ts';
import { SystemInstructions } from './system-instructions.ts';
import { TranslatedMemory } from './translated-memory.ts';

const SCTLR_EL1 = sharedRegisterOffset('SCTLR_EL1');
const CPACR_EL1 = sharedRegisterOffset('CPACR_EL1');
const TCR_EL1 = sharedRegisterOffset('TCR_EL1');
/** TCR_EL1.TBI0 and TBI1, in the high half. */
const TCR_TBI0_HIGH = 1 << 5;
const TCR_TBI1_HIGH = 1 << 6;
const TCR_TBID0_HIGH = 1 << 19;
const TCR_TBID1_HIGH = 1 << 20;
const SCTLR_SA = 1 << 3;
const SCTLR_SA0 = 1 << 4;

/** `run` overshoots a limit by less than this many instructions. */
const OVERSHOOT = CODE_PAGE.recordCount + 1;
/** Of a limit of one, `run` may complete none: compiled code can leave its first instruction to the interpreter. */
const SMALLEST_SLICE = 2;
/** The largest budget that fits the compiled code's counter. */
const LARGEST_SLICE = 1 << 26;

export interface PowerState {
  readonly on: boolean;
  /** In WFI. */
  readonly waiting: boolean;
}

export interface InterpreterOptions {
  readonly cpu: CpuState;
  readonly memory: PhysicalMemory;
  readonly bus: Bus;
  readonly code: SharedCode;
  readonly translator: AddressTranslator;
  readonly exceptions: ExceptionModel;
  readonly registers: SystemRegisters;
  readonly firmware: () => FirmwareCalls | undefined;
  /** What HLT #0xF000 calls. Default: nothing, it is UNDEFINED. */
  readonly semihosting?: () => SemihostingCalls | undefined;
  readonly features: ReadonlySet<Feature>;
  readonly dcZvaKey: number;
  /** Puts registers other than the system registers, and those, in their reset state. */
  readonly onReset: (cpu: CpuState) => void;
}

/**
 * Runs one CPU by interpreting predecoded records in WebAssembly.
 *
 * Life of an instruction: the fetch TLB leads from its virtual page to a page of records; an empty record calls
 * `decode`, which fills it; the loop branches to its handler. Compiled code comes back to `enter` for whatever
 * it can't decide itself: the first instruction, an exception, a jump to a page the fetch TLB does not know.
 *
 * Invariants: while compiled code runs, `record` and `codeBias` of the state block give the pc whenever a
 * helper is called; outside it, `pc` does. Every exception is precise: nothing of a faulting instruction has
 * been written to registers.
 */
export class Interpreter implements CpuEngine, CodeUser {
  readonly name: string;
  readonly cpu: CpuState;
  private readonly options: InterpreterOptions;
  private readonly access: MemoryAccess;
  readonly tlb: SoftTlb;
  readonly calls: CpuCalls;
  private readonly code: SharedCode;
  private readonly branchTargets: BranchTargets;
  private readonly loop = new ExceptionLoopDetector();
  private readonly outcome: RunOutcome = { instructions: 0, reason: 'budget' };
  /** False from PSCI's CPU_OFF to its CPU_ON. */
  poweredOn = true;
  private waiting = false;
  private stopRequested = false;
  private stopReason: StopReason = 'budget';
  private replayNeeded = false;
  /** A record that does not say what memory has: its instruction was changed while it ran. Otherwise 0. */
  private restored = 0;
  /** Each instruction is compiled alone; the slice under way is one that steps. */
  private readonly isEager: boolean;
  private isExact = false;
  /** What a device threw. */
  private thrown: unknown;
  /** Limit of the slice in progress, in instructions. */
  private limit = 0;
  private completed = 0;
  private running = false;
  /** Execution stands at `pc` of the state block; else at the record in hand. */
  private atPc = true;
  /** PSTATE.PAN that the EL1 data context was filled under. */
  private contextPan = 0;

  constructor(options: InterpreterOptions) {
    this.options = options;
    this.cpu = options.cpu;
    this.code = options.code;
    const { codePages, regions } = this.code;
    this.name = regions === undefined ? 'interpreter' : 'jit';
    this.isEager = regions?.isEager === true;
    this.tlb = new SoftTlb({
      cpu: options.cpu,
      memory: options.memory,
      codePages,
      currentAsid: () => options.translator.currentAsid(),
    });
    this.access = new MemoryAccess({ ...options, tlb: this.tlb, codePages });
    this.branchTargets = new BranchTargets(options);
    options.translator.observe(this.tlb);
    options.exceptions.observe({
      returned: (cpu) => {
        if (cpu === this.cpu) this.loop.returned();
      },
    });
    this.calls = this.makeCalls();
    this.code.add(this);
  }

  /** Compiles the interpreter; must be awaited before the first run. */
  prepare(): Promise<void> {
    return this.code.prepare();
  }

  /** The compiled regions that it runs, where hot code is compiled. */
  get regions(): RegionCache | undefined {
    return this.code.regions;
  }

  /** Completed instructions; exact also inside a device's or a system register's hook. */
  get instructions(): number {
    return this.running
      ? this.completed + this.limit + this.cpu.lo(CPU_STATE.countBias) / 16
      : this.completed;
  }

  run(budget: number, mayOvershoot = false): RunOutcome {
    // The host may have written FPCR or FPSR since the last run.
    updateHostArithmetic(this.cpu);
    const before = this.completed;
    let left = budget;
    this.stopReason = 'budget';
    while (left > 0) {
      if (this.stopRequested && !this.replayNeeded) {
        this.stopRequested = false;
        this.stopReason = 'requested';
        break;
      }
      if (this.idle) {
        this.stopReason = this.poweredOn ? 'waiting' : 'off';
        break;
      }
      this.waiting = false;
      left -= this.isEager ? this.runAlone() : this.runSome(left, mayOvershoot);
      if (this.stopReason !== 'budget') break;
    }
    this.outcome.instructions = this.completed - before;
    this.outcome.reason = this.stopReason;
    return this.outcome;
  }

  /** Runs what is left, or the most of it that need not be exact. */
  private runSome(left: number, mayOvershoot: boolean): number {
    if (this.replayNeeded) return this.runSlice(1, true);
    if (mayOvershoot) return this.runSlice(Math.min(Math.max(left, SMALLEST_SLICE), LARGEST_SLICE), false);
    if (left < OVERSHOOT + SMALLEST_SLICE) return this.runSlice(left, true);
    return this.runSlice(Math.min(left - OVERSHOOT, LARGEST_SLICE), false);
  }

  /** Runs one instruction, compiled alone where that is possible. */
  private runAlone(): number {
    const ran = this.replayNeeded ? 0 : this.runSlice(1, false);
    return ran > 0 || this.stopReason !== 'budget' ? ran : this.runSlice(1, true);
  }

  /** What compiled code calls while it runs for this CPU. */
  private makeCalls(): CpuCalls {
    const { options } = this;
    const system = new SystemInstructions({
      ...this.options,
      memory: this.access,
      semihosting: options.semihosting ?? (() => undefined),
      guestMemory: new TranslatedMemory(this.cpu, this.options.translator, this.options.memory),
      takeSynchronous: (syndrome) => this.takeSynchronous(syndrome),
      waitForInterrupt: () => {
        this.waiting = true;
      },
      waitForEvent: () => {
        if (this.code.isShared) this.stopReason = 'yield';
      },
    });
    const floatingPoint = new FloatingPointUnit(this.cpu);
    const pointers = new PointerAuthenticationUnit(this.cpu, this.options.registers);
    return {
      enter: (status) => this.enter(status),
      readSlow: (lo, hi, bytes, options) => {
        try {
          return this.access.read(lo, hi, bytes, options);
        } catch (error) {
          return this.caught(error);
        }
      },
      writeSlow: (lo, hi, valueLo, valueHi, bytes, options) => {
        try {
          return this.access.write(lo, hi, valueLo, valueHi, bytes, options);
        } catch (error) {
          return this.caught(error);
        }
      },
      alignmentFault: (lo, hi, write) => this.access.alignmentFault(lo, hi, write !== 0),
      stackFault: () => this.access.stackFault(),
      floatingPointTrap: () => system.floatingPointTrap(),
      softFloat: (operation) => floatingPoint.run(operation),
      undefined: () => system.undefined(),
      exception: (word) => system.exception(word),
      systemRead: (word) => system.systemRead(word),
      systemWrite: (word) => system.systemWrite(word),
      systemOperation: (word) => system.systemOperation(word),
      pstateWrite: (word) => system.pstateWrite(word),
      exceptionReturn: (authenticated) => {
        this.atPc = this.cpu.exceptionLevel > 0;
        if (authenticated === 0 || !this.atPc) return system.exceptionReturn();
        const key = authenticated === 1 ? KEY.IA : KEY.IB;
        return pointers.withAuthenticatedReturn(key, () => system.exceptionReturn());
      },
      pointerAuthentication: (operation) => pointers.run(operation),
      branchTarget: (type) => {
        this.atPc = true;
        return this.branchTargets.branch(type);
      },
      wait: (kind) => system.wait(kind),
    };
  }

  /** A device threw: compiled code puts registers back where they belong before the error goes on. */
  private caught(error: unknown): number {
    this.thrown = error;
    return LEAVE.thrown;
  }

  /** Runs up to a limit, or a little beyond where that need not be exact; returns how many instructions it completed. */
  private runSlice(limit: number, exact: boolean): number {
    const { cpu } = this;
    const { run, step } = this.code.enter(this);
    this.code.regions?.flushLate();
    this.limit = limit;
    this.access.stepping = exact && limit === 1;
    this.isExact = exact;
    cpu.setLo(CPU_STATE.countBias, -16 * limit);
    this.access.beginSlice(this.replayNeeded);
    this.replayNeeded = false;
    this.running = true;
    this.atPc = true;
    const before = this.completed;
    try {
      if (exact) step();
      else run();
    } catch (error) {
      // A device or a hook threw: the CPU is left at the instruction that called it.
      if (!this.atPc) this.restorePc();
      throw error;
    } finally {
      this.running = false;
      this.completed += limit + cpu.lo(CPU_STATE.countBias) / 16;
      if (this.restored !== 0) this.code.codePages.forget(this.restored);
      this.restored = 0;
    }
    return this.completed - before;
  }

  /**
   * Decides where execution goes on: the record of the instruction at `pc`, or 0 to leave compiled code. Takes
   * the exception or the interrupt that is due.
   */
  private enter(status: number): number {
    const { cpu } = this;
    if (status === LEAVE.thrown) throw this.thrown;
    if (status === LEAVE.fault || status === LEAVE.replay || status === LEAVE.refetch) this.restorePc();
    this.atPc = true;
    if (status === LEAVE.replay) {
      this.replayNeeded = true;
      return 0;
    }
    if (status === LEAVE.fault) this.takeFault();
    for (;;) {
      this.access.interruptsChanged = false;
      this.dropTag();
      // An instruction that is run again has happened as far as devices know: it comes before anything else.
      const { replaying } = this.access;
      if (!replaying && (this.stopRequested || this.waiting || this.stopReason !== 'budget')) return 0;
      if (!replaying && cpu.lo(CPU_STATE.interruptLines) !== 0) {
        const interrupt = this.options.exceptions.pendingInterrupt(cpu);
        if (interrupt !== INTERRUPT.none) this.options.exceptions.takeInterrupt(cpu, interrupt);
      }
      if (cpu.lo(CPU_STATE.countBias) >= 0) return 0;
      this.selectContext();
      const record = this.fetch();
      this.atPc = record === 0;
      if (replaying && record !== 0) this.restore(record);
      if (record !== 0 && this.isEager && !this.isExact && !this.code.regions!.compileAlone(record)) {
        this.atPc = true;
        return 0;
      }
      if (record !== 0) return record;
      // A fetch that faults is an instruction attempted: it counts, so that every loop uses up its budget.
      cpu.setLo(CPU_STATE.countBias, cpu.lo(CPU_STATE.countBias) + 16);
      this.takeFault();
    }
  }

  /** An instruction that is run again is the one it was, even if it had a device write over it. */
  private restore(record: number): void {
    const { instruction } = this.access;
    if (this.access.wordOf(record) === instruction) return;
    this.code.decodeAs(record, instruction);
    this.restored = record;
  }

  /** A branch loses the tag of its target where tags are ignored. @spec DDI 0487, AArch64.BranchAddr */
  private dropTag(): void {
    const { cpu } = this;
    const hi = cpu.hi(CPU_STATE.pc);
    const untagged = (hi << 8) >> 8;
    if (untagged === hi) return;
    const control = cpu.hi(TCR_EL1);
    const ignored = untagged < 0 ? TCR_TBI1_HIGH : TCR_TBI0_HIGH;
    const dataOnly = untagged < 0 ? TCR_TBID1_HIGH : TCR_TBID0_HIGH;
    if (control & ignored && !(control & dataOnly)) cpu.set(CPU_STATE.pc, cpu.lo(CPU_STATE.pc), untagged);
  }

  /** The pc of the state block from the record in hand. */
  private restorePc(): void {
    const { cpu } = this;
    const sum = (cpu.lo(CPU_STATE.codeBias) >>> 0) + (cpu.lo(CPU_STATE.record) >>> 2);
    const carry = sum > 0xffff_ffff ? 1 : 0;
    cpu.set(CPU_STATE.pc, sum | 0, (cpu.hi(CPU_STATE.codeBias) + carry) | 0);
  }

  private takeFault(): void {
    this.takeSynchronous(this.cpu.lo(CPU_STATE.faultSyndrome));
  }

  private takeSynchronous(syndrome: number): void {
    const { cpu } = this;
    this.atPc = true;
    if (this.loop.taken(cpu, syndrome)) {
      this.stopReason = 'exception-loop';
      return;
    }
    this.options.exceptions.takeSynchronous(cpu, syndrome);
    cpu.setLo(CPU_STATE.faultHasAddress, 0);
  }

  /** Points compiled code at the translation context of the current exception level. */
  private selectContext(): void {
    const { cpu, tlb } = this;
    const el = cpu.exceptionLevel;
    const pan = cpu.pstate & PSTATE.PAN;
    if (pan !== this.contextPan) {
      this.contextPan = pan;
      tlb.dropVolatile();
    }
    const context = el === 0 ? tlb.user() : TLB_CONTEXT.kernel;
    // PSTATE.UAO makes unprivileged loads and stores ordinary ones.
    const unprivileged = el > 0 && (cpu.pstate & PSTATE.UAO) === 0 ? tlb.userIfBound : context;
    cpu.setLo(CPU_STATE.dataTlb, tlb.data(context));
    cpu.setLo(CPU_STATE.unprivilegedTlb, tlb.data(unprivileged));
    cpu.setLo(CPU_STATE.fetchTlb, tlb.fetch(context));
    const enabled = (cpu.lo(CPACR_EL1) >>> 20) & 3;
    cpu.setLo(CPU_STATE.floatingPointDisabled, enabled === 3 || (enabled === 1 && el > 0) ? 0 : 1);
    updateHostArithmetic(cpu);
    const checked = cpu.lo(SCTLR_EL1) & (el === 0 ? SCTLR_SA0 : SCTLR_SA);
    cpu.setLo(CPU_STATE.spAlignmentMask, checked ? 15 : 0);
  }

  /** The record of the instruction at `pc`; 0 with a described exception when it can't be fetched. */
  private fetch(): number {
    const { cpu } = this;
    const lo = cpu.lo(CPU_STATE.pc);
    const hi = cpu.hi(CPU_STATE.pc);
    const el = cpu.exceptionLevel;
    if (lo & 3) {
      raisePcAlignment(cpu, lo, hi);
      return 0;
    }
    const context = el === 0 ? this.tlb.user() : TLB_CONTEXT.kernel;
    let records = this.tlb.findCode(context, lo, hi);
    if (records === 0) {
      records = this.fetchPage(context, lo, hi);
      if (records === 0) return 0;
    }
    // PC alignment faults and instruction aborts have priority over it.
    if (cpu.pstate & PSTATE.IL) {
      raise(cpu, EXCEPTION_CLASS.illegalState, 0);
      return 0;
    }
    if (cpu.pstate & PSTATE.BTYPE && !this.branchTargets.land()) return 0;
    const record = records + ((lo & 0xffc) << 2);
    // codeBias = pc - record / 4, so that the pc follows from the record by one addition.
    const low = (lo >>> 0) - (record >>> 2);
    cpu.set(CPU_STATE.codeBias, low | 0, low < 0 ? (hi - 1) | 0 : hi);
    return record;
  }

  /** Translates a page for execution and finds or makes its records. */
  private fetchPage(context: number, lo: number, hi: number): number {
    const { cpu } = this;
    const { translator, memory } = this.options;
    const { result } = translator;
    if (!translator.translate(lo, hi, ACCESS.execute, context === TLB_CONTEXT.kernel)) {
      raiseInstructionAbort(cpu, lo, hi, result.faultStatus);
      return 0;
    }
    const host = memory.hostOffset(result.physicalAddress, 4);
    if (host < 0 || (result.permissions & PERMISSION.execute) === 0) {
      raiseInstructionAbort(cpu, lo, hi, FAULT_STATUS.externalAbort);
      return 0;
    }
    const hostPage = host >>> 12;
    const records = this.code.records(hostPage);
    this.tlb.fillCode(context, lo, hi, records, result);
    return records;
  }

  requestStop(): void {
    this.stopRequested = true;
    this.access.interruptsChanged = true;
  }

  interruptsChanged(): void {
    // One that is lowered or masked can wait: whatever unmasks it comes by way of the engine.
    const due = this.options.exceptions.pendingInterrupt(this.cpu) !== INTERRUPT.none;
    this.access.interruptsChanged = due || this.stopRequested;
    if (this.waiting && this.poweredOn) this.code.giveTurn(this);
  }

  get idle(): boolean {
    return !this.poweredOn || (this.waiting && this.cpu.lo(CPU_STATE.interruptLines) === 0);
  }

  powerOn(entryLo: number, entryHi: number, contextLo: number, contextHi: number): void {
    const { cpu } = this;
    this.waiting = false;
    this.replayNeeded = false;
    this.loop.returned();
    const lines = cpu.lo(CPU_STATE.interruptLines);
    this.options.onReset(cpu);
    cpu.setLo(CPU_STATE.interruptLines, lines);
    cpu.set(CPU_STATE.pc, entryLo, entryHi);
    cpu.set(CPU_STATE.x, contextLo, contextHi);
    this.poweredOn = true;
    this.code.giveTurn(this);
  }

  powerOff(): void {
    this.poweredOn = false;
    this.requestStop();
  }

  /** For a snapshot: whether it is on, and waits. */
  get power(): PowerState {
    return { on: this.poweredOn, waiting: this.waiting };
  }

  set power({ on, waiting }: PowerState) {
    this.poweredOn = on;
    this.waiting = waiting;
  }

  /** Ends the slice, if one is under way: another CPU has something to do. */
  endTurn(): void {
    if (this.running) this.requestStop();
  }

  codeDropped(): void {
    if (this.running) this.access.interruptsChanged = true;
  }

  invalidateCode(address: number, size: number): void {
    this.code.invalidate(address, size);
  }

  /** The exceptions that led to the reason `exception-loop`: the first one taken. */
  get exceptionLoop(): ExceptionLoopDetector {
    return this.loop;
  }

  reset(): void {
    this.poweredOn = this.cpu.index === 0;
    this.waiting = false;
    this.stopRequested = false;
    this.replayNeeded = false;
    this.completed = 0;
    this.loop.returned();
    this.options.onReset(this.cpu);
    this.code.clear();
  }
}
