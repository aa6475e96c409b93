import type { Code } from '../wasm/code.ts';
import type { ValueType } from '../wasm/opcodes.ts';
import {
  and,
  constant,
  type Expr,
  geU,
  type I32,
  type I64,
  i32,
  ltU,
  type V128,
  xor,
} from './expressions.ts';
import { Statements } from './statements.ts';

/** Fields of an instruction word by name, unsigned. */
export type Fields = Readonly<Record<string, number>>;

/** A 64-bit constant as signed or unsigned halves. */
export interface Halves {
  readonly lo: number;
  readonly hi: number;
}

/** What register number 31 means in an operand. */
export type Register31 = 'zr' | 'sp';

/** The register width of an operation: `sf` in the encodings. */
export type Width = 'i32' | 'i64';

/** How a memory access deals with alignment and privilege. */
export interface AccessOptions {
  /** Faults when unaligned whatever the memory type: exclusive and ordered accesses. */
  readonly aligned?: boolean;
  /** A pair that is one access: faults when not aligned to the size of both values. */
  readonly alignedPair?: boolean;
  /** As if from EL0: LDTR, STTR. */
  readonly unprivileged?: boolean;
  /** Load: sign-extend to the result's width instead of zero-extending. */
  readonly signed?: boolean;
}

export type AccessBytes = 1 | 2 | 4 | 8;
/** Bytes of one to four registers of 64 or 128 bits. */
export type VectorBytes = 8 | 16 | 24 | 32 | 48 | 64;

/** New values of the condition flags. N and V are sign bits, Z is "equals zero", C is 0 or 1. */
export interface FlagValues {
  readonly n: Expr;
  readonly z: Expr;
  readonly c: I32;
  readonly v: Expr;
}

/**
 * Helpers in TypeScript for rare or intricate instructions. Each gets the 32-bit instruction word in hand and
 * the CPU's state block; see the engine for what they do.
 */
export type HelperName =
  | 'undefined'
  | 'exception'
  | 'systemRead'
  | 'systemWrite'
  | 'systemOperation'
  | 'pstateWrite'
  | 'exceptionReturn'
  | 'pointerAuthentication'
  | 'branchTarget'
  | 'wait';

/** Kinds of indirect branches, as PSTATE.BTYPE has them. A return has none. @spec DDI 0487, PSTATE.BTYPE */
export const BRANCH_TYPE = {
  /** By way of X16 or X17, or from a page that is not guarded. */
  trustedJump: 1,
  call: 2,
  jump: 3,
} as const;

/**
 * What an instruction's semantics is written against. Semantics are written once; each engine instantiates
 * them with an emitter of its own:
 *
 * - the interpreter's emitter reads register numbers and immediates from the predecoded record at run time;
 * - a compiler's emitter has every field as a constant.
 *
 * So semantics never look at a field's value, except through {@link choice}, which is a constant in both: the
 * interpreter makes one handler per combination of the choices a row declares.
 */
export abstract class Emitter extends Statements {
  private readonly freeLocals: Record<ValueType, number>;
  private readonly locals: Readonly<Record<ValueType, { readonly first: number; readonly end: number }>>;

  /** `locals` gives, for each type, the first of the locals that instructions may use, and one past the last. */
  constructor(
    code: Code,
    locals: Readonly<Record<ValueType, { readonly first: number; readonly end: number }>>,
  ) {
    super(code);
    this.locals = locals;
    const first = (type: ValueType): number => locals[type].first;
    this.freeLocals = {
      i32: first('i32'),
      i64: first('i64'),
      f32: first('f32'),
      f64: first('f64'),
      v128: first('v128'),
    };
  }

  /** A declared choice of this row: a constant while emitting. */
  abstract choice(name: string): number;
  /** The width that the field `sf` (or `w32`, its opposite) chooses. */
  width(): Width {
    return this.choice('sf') === 1 ? 'i64' : 'i32';
  }

  /**
   * A general register named by a field; XZR when the row lacks the field. With `next`, the one after it, as in
   * register pairs.
   */
  abstract register<T extends Width>(width: T, field: string, register31?: Register31, next?: 0 | 1): Expr<T>;
  /** The old value of a register that is about to be written; anything when it is XZR. */
  abstract destination<T extends Width>(width: T, field: string): Expr<T>;
  /** Writes a general register; a 32-bit write clears the upper half. */
  abstract setRegister(width: Width, field: string, value: Expr, register31?: Register31, next?: 0 | 1): void;
  /** Writes a 64-bit base register, where 31 is SP, in the instructions that `written` tells. */
  abstract writeBack(field: string, value: I64, written: (fields: Fields) => boolean): void;
  /** X30. */
  abstract setLinkRegister(value: I64): void;
  /** A register that no field names: X0 to X30 by number, or SP as 31. */
  abstract fixedRegister(number: number): I64;
  abstract setFixedRegister(number: number, value: I64): void;

  /** A constant computed from the fields; `key` names it among the constants of this row. */
  abstract immediate32(key: string, compute: (fields: Fields) => number): I32;
  /** A constant below 65536: takes less room in a record. */
  abstract immediateSmall(key: string, compute: (fields: Fields) => number): I32;
  abstract immediate64(key: string, compute: (fields: Fields) => Halves): I64;
  immediate<T extends Width>(width: T, key: string, compute: (fields: Fields) => Halves): Expr<T> {
    if (width === 'i64') return this.immediate64(key, compute) as unknown as Expr<T>;
    return this.immediate32(key, (fields) => compute(fields).lo) as unknown as Expr<T>;
  }
  /** The whole instruction word. */
  abstract instruction(): I32;

  /** Address of this instruction. */
  abstract programCounter(): I64;

  abstract setFlags(flags: FlagValues): void;
  /** The flags of `left + right`; all three are held. */
  setFlagsOfSum<T extends Width>(left: Expr<T>, right: Expr<T>, sum: Expr<T>): void {
    this.setFlags({ n: sum, z: sum, c: ltU(sum, left), v: and(xor(left, sum), xor(right, sum)) });
  }
  /** The flags of `left - right`; all three are held. */
  setFlagsOfDifference<T extends Width>(left: Expr<T>, right: Expr<T>, difference: Expr<T>): void {
    const v = and(xor(left, right), xor(left, difference));
    this.setFlags({ n: difference, z: difference, c: geU(left, right), v });
  }
  /** The flags of the result of a logical operation, which is held: C and V are clear. */
  setFlagsOfLogic<T extends Width>(result: Expr<T>): void {
    this.setFlags({ n: result, z: result, c: i32(0), v: constant(result.type, 0) });
  }
  /** The flags as they are, N, Z and V of 64 bits. Hold them before setting any. */
  abstract flags(): { readonly n: I64; readonly z: I64; readonly c: I32; readonly v: I64 };
  abstract carry(): I32;
  /** The condition that a four-bit field names: 0 or 1. */
  abstract condition(field: string): I32;

  /**
   * Reads guest memory. A fault leaves the instruction here, with nothing of it done but what was emitted
   * before. The result is held in a local.
   */
  abstract load<T extends Width>(
    result: T,
    bytes: AccessBytes,
    address: I64,
    options?: AccessOptions,
  ): Expr<T>;
  abstract store(bytes: AccessBytes, address: I64, value: Expr, options?: AccessOptions): void;
  /** Two consecutive values. Each half is an access of its own when they do not lie in one page. */
  abstract loadPair<T extends Width>(
    result: T,
    bytes: 4 | 8,
    address: I64,
    options?: AccessOptions,
  ): [Expr<T>, Expr<T>];
  abstract storePair(bytes: 4 | 8, address: I64, first: Expr, second: Expr, options?: AccessOptions): void;
  /** Faults when the stack pointer is the base register, is misaligned, and that is checked. */
  abstract checkStackAlignment(): void;
  /** The same for a base register that need not be a choice: the check is made at run time. */
  abstract checkBaseAlignment(field: string): void;

  /**
   * Must come first in every SIMD and floating-point instruction: traps when CPACR_EL1.FPEN says so.
   */
  abstract checkFloatingPoint(): void;
  /** A V register; `next` names the registers that follow it in a list, modulo 32. */
  abstract vector(field: string, next?: number): V128;
  abstract setVector(field: string, value: V128, next?: number): void;
  /** The low part of a V register as a scalar. */
  abstract scalar<T extends 'i32' | 'i64' | 'f32' | 'f64'>(type: T, field: string): Expr<T>;
  /** Writes a scalar of at most 64 bits to a V register and clears the rest of it. */
  abstract setScalar(field: string, value: Expr): void;
  /**
   * An element of a V register as an integer, zero-extended; `key` names the index among the constants of this
   * row.
   */
  abstract element<T extends Width>(
    type: T,
    bytes: AccessBytes,
    field: string,
    key: string,
    index: (fields: Fields) => number,
    next?: number,
  ): Expr<T>;
  /** Writes one element and leaves the others. */
  abstract setElement(
    bytes: AccessBytes,
    field: string,
    key: string,
    index: (fields: Fields) => number,
    value: Expr,
    next?: number,
  ): void;
  /** 16 bytes of guest memory, as one access or two of 8. */
  abstract loadVector(address: I64): V128;
  abstract storeVector(address: I64, value: V128): void;
  /**
   * Consecutive bytes of guest memory, 16 to a vector; where 8 are left over, the last vector's upper half is
   * zero. `alignment`, 1 to 16 bytes, is that of each element: what an access must have where that is checked.
   */
  abstract loadVectors(bytes: VectorBytes, address: I64, alignment: I32): V128[];
  abstract storeVectors(bytes: VectorBytes, address: I64, values: readonly V128[], alignment: I32): void;
  /**
   * How far arithmetic may use the host's: bits of `HOST_ARITHMETIC`. Results must be checked in any case: NaN,
   * infinite and perhaps underflowed ones take the exact path.
   */
  abstract hostArithmetic(): I32;
  /**
   * The exact path: runs a floating-point operation in software on `transfer` of the state block and leaves
   * the result there, setting FPSR. For the word that names the operation, see `operation-word.ts`.
   */
  abstract softFloat(operation: I32): void;

  /** 64-bit and 32-bit fields of the CPU's state block. */
  abstract state64(offset: number): I64;
  abstract state32(offset: number): I32;
  /** A 64-bit field whose offset in the state block is computed. */
  abstract stateAt64(offset: I32): I64;
  abstract setStateAt64(offset: I32, value: I64): void;
  /** Zeroes the aligned block of `bytes` around an address; `otherwise` does it where that is not plain memory. */
  abstract zeroBlock(bytes: number, address: I64, otherwise: () => void): void;
  /** An entry of a table of 32-bit values in the state block. */
  abstract stateTable32(offset: number, index: I32): I32;
  abstract setState64(offset: number, value: I64): void;
  abstract setState32(offset: number, value: I32): void;
  abstract stateVector(offset: number): V128;
  abstract setStateVector(offset: number, value: V128): void;

  /** Ends the instruction with a jump to a constant distance from it, a multiple of 4. */
  abstract branch(offset: (fields: Fields) => number): void;
  /** Ends the instruction: jumps if the condition holds, else goes on after it. */
  abstract branchIf(condition: I32, offset: (fields: Fields) => number): void;
  /**
   * Ends the instruction with a jump to a computed address.
   *
   * @param type of {@link BRANCH_TYPE}; default: a return, which may go anywhere
   */
  abstract jump(target: I64, type?: (fields: Fields) => number): void;

  /** Calls a helper; it may raise an exception or change the context. */
  abstract helper(name: HelperName, argument: I32): void;

  /** A local for the rest of this instruction. */
  temporary(type: ValueType): number {
    const index = this.freeLocals[type]++;
    if (index >= this.locals[type].end) throw new Error(`code generator: out of ${type} locals`);
    return index;
  }
}
