import {
  ACCESS,
  type AddressTranslator,
  CPU_STATE,
  type CpuState,
  type PhysicalMemory,
  PSTATE,
  sharedRegisterOffset,
} from '@armature/core';
import type { Feature } from '@armature/isa';
import { BRANCH_TYPE } from '../emitter/emitter.ts';
import { LEAVE } from './calling-convention.ts';
import { EXCEPTION_CLASS, raise } from './syndromes.ts';

/** Lowest bit of PSTATE.BTYPE. */
const BTYPE_SHIFT = 10;

const SCTLR_EL1 = sharedRegisterOffset('SCTLR_EL1');
/** SCTLR_EL1.BT0 and BT1, in the high half. */
const BT0_HIGH = 1 << 3;
const BT1_HIGH = 1 << 4;

/**
 * FEAT_BTI: an indirect branch to a guarded page must find an instruction that accepts it.
 *
 * PSTATE.BTYPE costs nothing while it can't matter: compiled code leaves it zero when a branch goes to a page that is not
 * guarded. Any other indirect branch, and one that ends a slice, comes here; the engine looks at PSTATE.BTYPE when it
 * fetches the target, and clears it.
 *
 * @spec DDI 0487, Branch Target Identification; PSTATE.BTYPE
 */
export class BranchTargets {
  private readonly cpu: CpuState;
  private readonly translator: AddressTranslator;
  private readonly memory: PhysicalMemory;
  private readonly signsPointers: boolean;

  constructor(options: {
    readonly cpu: CpuState;
    readonly translator: AddressTranslator;
    readonly memory: PhysicalMemory;
    readonly features: ReadonlySet<Feature>;
  }) {
    this.cpu = options.cpu;
    this.translator = options.translator;
    this.memory = options.memory;
    this.signsPointers = options.features.has('FEAT_PAuth');
  }

  /** Sets PSTATE.BTYPE for the branch in hand, whose target is in the state block already. */
  branch(type: number): number {
    const { cpu } = this;
    const sum = (cpu.lo(CPU_STATE.codeBias) >>> 0) + (cpu.lo(CPU_STATE.record) >>> 2);
    const hi = cpu.hi(CPU_STATE.codeBias) + (sum > 0xffff_ffff ? 1 : 0);
    // A jump that is not from a guarded page may go where calls may go.
    const isTrusted = type === BRANCH_TYPE.jump && !this.translates(sum | 0, hi | 0);
    cpu.pstate |= (isTrusted ? BRANCH_TYPE.trustedJump : type) << BTYPE_SHIFT;
    return LEAVE.done;
  }

  /** Clears PSTATE.BTYPE for the instruction at `pc`; false, with a described exception, when it does not accept it. */
  land(): boolean {
    const { cpu } = this;
    const type = (cpu.pstate & PSTATE.BTYPE) >> BTYPE_SHIFT;
    const { result } = this.translator;
    if (this.translates(cpu.lo(CPU_STATE.pc), cpu.hi(CPU_STATE.pc))) {
      const word = this.memory.readU32(result.physicalAddress);
      // Its exception saves the field.
      if (isBreakpoint(word)) return true;
      if (!this.accepts(word, type)) {
        raise(cpu, EXCEPTION_CLASS.branchTarget, type);
        return false;
      }
    }
    cpu.pstate &= ~PSTATE.BTYPE;
    return true;
  }

  /** True for an address in a guarded page. */
  private translates(lo: number, hi: number): boolean {
    const { translator, cpu } = this;
    return translator.translate(lo, hi, ACCESS.execute, cpu.exceptionLevel > 0) && translator.result.guarded;
  }

  private accepts(word: number, type: number): boolean {
    if (isHalt(word)) return true;
    if (isBranchTarget(word)) {
      const targets = (word >>> 6) & 3;
      if (type === BRANCH_TYPE.trustedJump) return targets !== 0;
      return (targets & (type === BRANCH_TYPE.call ? 1 : 2)) !== 0;
    }
    if (!this.signsPointers || !isSigning(word)) return false;
    const strict = this.cpu.exceptionLevel === 0 ? BT0_HIGH : BT1_HIGH;
    return type !== BRANCH_TYPE.jump || (this.cpu.hi(SCTLR_EL1) & strict) === 0;
  }
}

/** BRK. */
function isBreakpoint(word: number): boolean {
  return (word & 0xffe0_001f) >>> 0 === 0xd420_0000;
}

/** HLT. */
function isHalt(word: number): boolean {
  return (word & 0xffe0_001f) >>> 0 === 0xd440_0000;
}

/** BTI, whatever its targets. */
function isBranchTarget(word: number): boolean {
  return (word & 0xffff_ff3f) >>> 0 === 0xd503_241f;
}

/** PACIASP and PACIBSP. */
function isSigning(word: number): boolean {
  return (word & 0xffff_ffbf) >>> 0 === 0xd503_233f;
}
