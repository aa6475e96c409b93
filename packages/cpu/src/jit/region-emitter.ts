import { CPU_STATE, FETCH_TLB } from '@armature/core';
import type {
  AccessBytes,
  Fields,
  FlagValues,
  Halves,
  HelperName,
  Register31,
  Width,
} from '../emitter/emitter.ts';
import {
  add,
  and,
  as,
  constant,
  type Expr,
  eq,
  eqz,
  extendU,
  geS,
  type I32,
  type I64,
  i32,
  i64,
  loadI32,
  loadI64,
  local,
  ltS,
  shl,
  shrU,
  sub,
  type V128,
  wrap,
  xor,
} from '../emitter/expressions.ts';
import { MemoryEmitter } from '../emitter/memory-emitter.ts';
import { extractLane, float, repeated32, replaceLane } from '../emitter/vectors.ts';
import { ACCESS_OPTION } from '../interpreter/calling-convention.ts';
import { Code, type InnerLabel } from '../wasm/code.ts';
import { FLOAT_OP, OP, type ValueType } from '../wasm/opcodes.ts';
import { REGION_EXIT, type RegionFunctions } from './calling-convention.ts';
import {
  conditionHolds,
  FLAG_LOCAL_TYPES,
  FLAGS,
  type FlagLocals,
  type FlagsKind,
  flagValues,
  wideFlags,
} from './flags.ts';
import type { Instruction } from './instruction.ts';
import type { ProfileLocals, RegionExitName, RegionProfile } from './profile.ts';

/** The parameter: see REGION_SIGNATURE. */
const COUNT = 0;
const SP = 31;
const INTEGER_LANE = {
  1: ['i32', 'i8x16'],
  2: ['i32', 'i16x8'],
  4: ['i32', 'i32x4'],
  8: ['i64', 'i64x2'],
} as const;
const NO_LOCALS = { first: 0, end: 0 };

/** Mark of the code that follows all instructions. */
export const SHARED_EXITS = -1;

/** Registers as bits. */
export interface RegisterSets {
  x: number;
  v: number;
}

/** What is known at a point of the code because of what came before it on every path. */
export interface Knowledge {
  flags: FlagsKind;
  /** SIMD and floating-point instructions do not trap. */
  floatingPointChecked: boolean;
  /** The stack pointer is aligned as far as that is checked. */
  stackAligned: boolean;
}

/** Where control goes from the block in hand: to blocks of the region, which only the region's compiler knows. */
export interface Control {
  /** Emits what leads to the instruction with that number in the page, within the region or out of it. */
  goTo(index: number): void;
  /** Where calls within the region come back to, as far as the block in hand may return there. */
  returns(): readonly number[];
}

/**
 * Instantiates semantics for a region: every operand is a constant or a local. Registers live in locals between the
 * region's entry and its exits.
 */
export class RegionEmitter extends MemoryEmitter {
  /** Types of the locals after the parameter. */
  readonly localTypes: ValueType[] = [];
  /** Registers that the block in hand has written so far. */
  written: RegisterSets = { x: 0, v: 0 };
  /** All that the region writes. */
  private readonly everWritten: RegisterSets = { x: 0, v: 0 };
  known: Knowledge = { flags: FLAGS.stored, floatingPointChecked: false, stackAligned: false };
  /** Set by an instruction after which the block can't go on. */
  ended = false;
  protected readonly functions: RegionFunctions;
  protected override readonly accessOptions = ACCESS_OPTION.compiled;
  private readonly records: number;
  private readonly heatBias: number;
  private readonly control: Control;
  private readonly profile: RegionProfile | undefined;
  private readonly profileLocals: ProfileLocals;
  private readonly marks: boolean;
  private readonly registerLocals = new Map<number, number>();
  private readonly vectorLocals = new Map<number, number>();
  private readonly flagLocals: FlagLocals;
  private readonly statusLocal: number;
  private readonly tlbLocal: number;
  private readonly biasLocal: number;
  private readonly targetLocal: number;
  /** Locals for temporary values, by type; each instruction uses them from the first on. */
  private readonly pools = new Map<ValueType, number[]>();
  private readonly poolUse = new Map<ValueType, number>();
  private instruction_!: Instruction;
  private index = 0;
  /** What X30 is to be, once it is certain that the branch is not left to the interpreter. */
  private link: I64 | undefined;
  /** How many instructions of the block come before this one. */
  private position = 0;
  /** Nesting outside the instruction in hand: deeper, it is in an arm of its own. */
  private baseDepth = 0;
  /** Shared ends of the region: with a status on hand, and to the address in `targetLocal`. */
  private readonly exitLabel: InnerLabel;
  private readonly jumpLabel: InnerLabel;
  private jumps = false;

  /**
   * @param records address of the page's records.
   * @param heatBias a record's address divided by 4, plus this, is that of its heat.
   */
  constructor(options: {
    functions: RegionFunctions;
    state: number;
    records: number;
    heatBias: number;
    control: Control;
    profile?: RegionProfile;
    marks?: boolean;
  }) {
    super(
      new Code(),
      { i32: NO_LOCALS, i64: NO_LOCALS, f32: NO_LOCALS, f64: NO_LOCALS, v128: NO_LOCALS },
      options.state,
    );
    this.functions = options.functions;
    this.records = options.records;
    this.heatBias = options.heatBias;
    this.control = options.control;
    this.flagLocals = Object.fromEntries(
      Object.entries(FLAG_LOCAL_TYPES).map(([name, type]) => [name, this.newLocal(type)]),
    ) as unknown as FlagLocals;
    this.statusLocal = this.newLocal('i32');
    this.tlbLocal = this.newLocal('i32');
    this.biasLocal = this.newLocal('i64');
    this.targetLocal = this.newLocal('i64');
    this.profile = options.profile;
    this.profileLocals = {
      count: COUNT,
      start: options.profile === undefined ? COUNT : this.newLocal('i32'),
    };
    this.marks = options.marks ?? false;
    this.exitLabel = this.code.block();
    this.jumpLabel = this.code.block();
  }

  /** What the function's locals hold, by index. */
  localNames(): Map<number, string> {
    const names = new Map([
      [COUNT, 'count'],
      [this.statusLocal, 'status'],
      [this.tlbLocal, 'tlb'],
      [this.biasLocal, 'codeBias'],
      [this.targetLocal, 'target'],
    ]);
    for (const [name, index] of Object.entries(this.flagLocals)) names.set(index, `flags.${name}`);
    for (const [register, index] of this.registerLocals) {
      names.set(index, register === SP ? 'sp' : `x${register}`);
    }
    for (const [register, index] of this.vectorLocals) names.set(index, `v${register}`);
    return names;
  }

  /** Emits an instruction; `position` is its place in its block. */
  emitInstruction(instruction: Instruction, index: number, position: number): void {
    this.instruction_ = instruction;
    this.index = index;
    this.position = position;
    this.baseDepth = this.code.depth;
    this.poolUse.clear();
    this.link = undefined;
    if (this.marks) this.code.mark(index);
    instruction.semantics.emit(this);
  }

  /** Counts the instructions of a block before control leaves it. */
  countBlock(instructions: number): void {
    this.assign(COUNT, add(this.count, i32(16 * instructions)));
  }

  /** A loop begins here: looks whether there is budget left. */
  checkBudget(index: number): void {
    this.ifUnlikely(geS(this.count, i32(0)), () => this.leaveWith(REGION_EXIT.limit, index, 0));
  }

  /** Ends the function's code; returns it with what comes before: loading what is used. */
  finish(entry: number, exitSets: ReadonlyMap<Code, RegisterSets>): Code {
    const { code } = this;
    if (this.marks) code.mark(SHARED_EXITS);
    code.op(OP.unreachable);
    code.end();
    if (this.jumps) this.emitJump();
    else code.op(OP.unreachable);
    code.end();
    this.spill(this.everWritten, code);
    this.storeUnknownFlags();
    this.profile?.leftWith(code, this.statusLocal, this.state, this.profileLocals);
    code.localGet(this.statusLocal);
    code.op(OP.end);
    for (const [insertion, sets] of exitSets) this.spill(sets, insertion);
    const whole = new Code();
    this.emitEntry(entry, whole);
    code.appendTo(whole);
    return whole;
  }

  private emitEntry(entry: number, code: Code): void {
    const put = (offset: number, value: I32): void => {
      code.i32Const(0);
      value.emit(code);
      code.memory(OP.i32Store, this.state + offset);
    };
    this.profile?.entered(code, this.profileLocals);
    code.localGet(COUNT);
    code.i32Const(0);
    code.op(OP.i32GeS);
    code.if();
    put(CPU_STATE.record, i32(this.recordOf(entry)));
    put(CPU_STATE.countBias, this.count);
    this.profile?.left(code, 'budget', this.profileLocals);
    code.i32Const(REGION_EXIT.limit);
    code.op(OP.return);
    code.end();
    const set = (index: number, value: Expr): void => {
      value.emit(code);
      code.localSet(index);
    };
    set(this.tlbLocal, this.state32(CPU_STATE.dataTlb));
    set(this.biasLocal, this.state64(CPU_STATE.codeBias));
    for (const [register, index] of this.registerLocals) set(index, this.state64(CPU_STATE.x + 8 * register));
    for (const [register, index] of this.vectorLocals)
      set(index, this.stateVector(CPU_STATE.v + 16 * register));
  }

  private spill(sets: RegisterSets, code: Code): void {
    for (const [register, index] of this.registerLocals) {
      if ((sets.x & (1 << register)) === 0) continue;
      code.i32Const(0);
      code.localGet(index);
      code.memory(OP.i64Store, this.state + CPU_STATE.x + 8 * register);
    }
    for (const [register, index] of this.vectorLocals) {
      if ((sets.v & (1 << register)) === 0) continue;
      code.i32Const(0);
      code.localGet(index);
      code.simdMemory('v128.store', this.state + CPU_STATE.v + 16 * register);
    }
  }

  // Places in the code

  private readonly count: I32 = local('i32', COUNT);

  private recordOf(index: number): number {
    return this.records + 16 * index;
  }

  /** Where the block in hand stores registers before it leaves the region; filled when it is known which. */
  spills: Code[] = [];

  /** Leaves for an instruction of this page that is not in the region, by its own region if it has one. */
  exitTo(index: number): void {
    this.spills.push(this.code.insertion());
    this.storeFlags();
    const record = this.recordOf(index);
    const heat = this.let(loadI32(i32(0), (record >>> 2) + this.heatBias));
    this.if(ltS(heat, i32(0)), () => this.chain(heat));
    this.setState32(CPU_STATE.record, i32(record));
    this.setState32(CPU_STATE.countBias, this.count);
    this.countExit('interpreter');
    this.code.i32Const(REGION_EXIT.goOn);
    this.code.op(OP.return);
  }

  /** Goes on in another region; its place in the table is what heat says, inverted. */
  private chain(heat: I32): void {
    this.countExit('chain');
    this.code.localGet(COUNT);
    xor(heat, i32(-1)).emit(this.code);
    this.code.returnCallIndirect(this.functions.signature, this.functions.table);
  }

  private countExit(exit: RegionExitName): void {
    this.profile?.left(this.code, exit, this.profileLocals);
  }

  /** Leaves for an address in another page, or one that is not known. */
  exitToAddress(target: I64): void {
    this.assign(this.targetLocal, target);
    this.spills.push(this.code.insertion());
    this.storeFlags();
    this.jumps = true;
    this.code.br(this.jumpLabel);
  }

  /** Leaves for the first instruction of the next virtual page, or another one beyond this page. */
  exitBeyondPage(index: number): void {
    this.exitToAddress(this.addressOf(index));
  }

  private addressOf(index: number): I64 {
    return add(local('i64', this.biasLocal), i64(this.records / 4 + 4 * index));
  }

  /** To the address in `targetLocal`, with everything stored. */
  private emitJump(): void {
    const target = local('i64', this.targetLocal);
    const mask = (FETCH_TLB.entryCount - 1) * FETCH_TLB.entrySize;
    const shift = 12 - Math.log2(FETCH_TLB.entrySize);
    this.poolUse.clear();
    this.jumpWithinPage(target);
    const entry = this.let(
      add(and(shrU(wrap(target), i32(shift)), i32(mask)), this.state32(CPU_STATE.fetchTlb)),
    );
    this.setState32(CPU_STATE.countBias, this.count);
    this.if(eq(and(target, i64(~0xffc)), loadI64(entry, FETCH_TLB.tag)), () => {
      const record = this.let(
        add(loadI32(entry, FETCH_TLB.codePage), shl(and(wrap(target), i32(0xffc)), i32(2))),
      );
      const quarter = this.let(shrU(record, i32(2)));
      this.setState64(CPU_STATE.codeBias, sub(target, extendU(quarter)));
      const heat = this.let(loadI32(quarter, this.heatBias));
      this.if(ltS(heat, i32(0)), () => this.chain(heat));
      this.setState32(CPU_STATE.record, record);
      this.countExit('interpreter');
      this.code.i32Const(REGION_EXIT.goOn);
      this.code.op(OP.return);
    });
    this.setState64(CPU_STATE.pc, target);
    this.countExit('page');
    this.code.i32Const(REGION_EXIT.pc);
    this.code.op(OP.return);
  }

  /** Most jumps stay in the page, whose translation needs no second look. */
  private jumpWithinPage(target: I64): void {
    const distance = this.let(sub(target, this.addressOf(0)));
    this.if(eqz(and(distance, i64(~0xffc))), () => {
      const offset = this.let(wrap(distance));
      const heat = this.let(loadI32(offset, (this.records >>> 2) + this.heatBias));
      this.if(ltS(heat, i32(0)), () => this.chain(heat));
      this.setState32(CPU_STATE.countBias, this.count);
      this.setState32(CPU_STATE.record, add(shl(offset, i32(2)), i32(this.records)));
      this.countExit('interpreter');
      this.code.i32Const(REGION_EXIT.goOn);
      this.code.op(OP.return);
    });
  }

  /** Leaves with a status, at an instruction before which so many of its block are done. */
  leaveWith(status: number, index = this.index, position = this.position): void {
    this.setState32(CPU_STATE.record, i32(this.recordOf(index)));
    this.setState32(CPU_STATE.countBias, add(this.count, i32(16 * position)));
    this.assign(this.statusLocal, i32(status));
    this.code.br(this.exitLabel);
  }

  protected saveRecord(): void {
    this.saveProgress();
  }

  protected saveProgress(): void {
    this.setState32(CPU_STATE.record, i32(this.recordOf(this.index)));
    this.setState32(CPU_STATE.countBias, add(this.count, i32(16 * this.position)));
  }

  protected leaveIfNonZero(): void {
    this.code.localTee(this.statusLocal);
    this.code.hint(false);
    this.code.brIf(this.exitLabel);
  }

  protected override tlb(unprivileged: boolean): I32 {
    return unprivileged ? super.tlb(true) : local('i32', this.tlbLocal);
  }

  // Control flow

  branch(offset: (fields: Fields) => number): void {
    this.endBlock();
    const target = this.index + offset(this.instruction_.fields) / 4;
    this.control.goTo(target);
  }

  branchIf(condition: I32, offset: (fields: Fields) => number): void {
    const held = this.let(condition);
    this.endBlock();
    // Blocks that follow are emitted in the arms: they have instructions in hand of their own.
    const { index } = this;
    const target = index + offset(this.instruction_.fields) / 4;
    const before = { ...this.known };
    this.if(
      held,
      () => this.control.goTo(target),
      () => {
        this.known = before;
        this.control.goTo(index + 1);
      },
    );
  }

  jump(target: I64, type?: (fields: Fields) => number): void {
    const held = this.let(target);
    if (type !== undefined && this.functions.guardsBranches) this.refuseGuarded(held);
    if (this.link !== undefined) this.setFixedRegister(30, this.link);
    this.endBlock();
    if (type === undefined) this.returnWithin(held);
    this.exitToAddress(held);
  }

  /** A return to a call of the region stays in it. */
  private returnWithin(target: I64): void {
    const before = { ...this.known };
    for (const index of this.control.returns()) {
      this.if(eq(target, this.addressOf(index)), () => this.control.goTo(index));
      this.known = { ...before };
    }
  }

  /** A branch to a guarded page is left to the interpreter, which knows what must be there. */
  private refuseGuarded(target: I64): void {
    const mask = (FETCH_TLB.entryCount - 1) * FETCH_TLB.entrySize;
    const shift = 12 - Math.log2(FETCH_TLB.entrySize);
    const entry = this.let(
      add(and(shrU(wrap(target), i32(shift)), i32(mask)), this.state32(CPU_STATE.fetchTlb)),
    );
    const sameTag = eq(and(target, i64(~0xffc)), loadI64(entry, FETCH_TLB.tag));
    const isFree = and(sameTag, eqz(loadI32(entry, FETCH_TLB.guarded)));
    this.ifUnlikely(eqz(isFree), () => this.leaveWith(REGION_EXIT.interpret));
  }

  private endBlock(): void {
    this.countBlock(this.position + 1);
    this.ended = true;
  }

  helper(name: HelperName, argument: I32): void {
    if (name !== 'pointerAuthentication') {
      this.leaveWith(REGION_EXIT.interpret);
      return;
    }
    this.saveProgress();
    argument.emit(this.code);
    this.code.call(this.functions.pointerAuthentication);
    this.leaveIfNonZero();
  }

  // Operands

  choice(name: string): number {
    const value = this.instruction_.choices[name];
    if (value === undefined) {
      throw new Error(`${this.instruction_.semantics.row}: ${name} is not a declared choice`);
    }
    return value;
  }

  private newLocal(type: ValueType): number {
    return this.localTypes.push(type);
  }

  override temporary(type: ValueType): number {
    let pool = this.pools.get(type);
    if (pool === undefined) {
      pool = [];
      this.pools.set(type, pool);
    }
    const used = this.poolUse.get(type) ?? 0;
    this.poolUse.set(type, used + 1);
    if (used === pool.length) pool.push(this.newLocal(type));
    return pool[used];
  }

  private registerLocal(register: number): number {
    let index = this.registerLocals.get(register);
    if (index === undefined) {
      index = this.newLocal('i64');
      this.registerLocals.set(register, index);
    }
    return index;
  }

  private vectorLocal(register: number): number {
    let index = this.vectorLocals.get(register);
    if (index === undefined) {
      index = this.newLocal('v128');
      this.vectorLocals.set(register, index);
    }
    return index;
  }

  private number(field: string, next: 0 | 1): number {
    const { [field]: first = 31 - next } = this.instruction_.fields;
    return first + next;
  }

  register<T extends Width>(
    width: T,
    field: string,
    register31: Register31 = 'zr',
    next: 0 | 1 = 0,
  ): Expr<T> {
    const number = this.number(field, next);
    if (number === 31 && register31 === 'zr') return constant(width, 0);
    return as(width, local('i64', this.registerLocal(number)));
  }

  destination<T extends Width>(width: T, field: string): Expr<T> {
    return this.register(width, field);
  }

  setRegister(
    _width: Width,
    field: string,
    value: Expr,
    register31: Register31 = 'zr',
    next: 0 | 1 = 0,
  ): void {
    const number = this.number(field, next);
    if (number === 31 && register31 === 'zr') return;
    this.setFixedRegister(number, as('i64', value as I32 | I64));
  }

  writeBack(field: string, value: I64, written: (fields: Fields) => boolean): void {
    const { fields } = this.instruction_;
    if (written(fields)) this.setFixedRegister(fields[field], value);
  }

  setLinkRegister(value: I64): void {
    if (this.instruction_.flow === 'indirect') this.link = this.let(value);
    else this.setFixedRegister(30, value);
  }

  fixedRegister(number: number): I64 {
    return local('i64', this.registerLocal(number));
  }

  setFixedRegister(number: number, value: I64): void {
    if (number === SP) this.known.stackAligned = this.known.stackAligned && this.keepsStackAligned();
    this.assign(this.registerLocal(number), value);
    this.written.x |= 1 << number;
    this.everWritten.x |= 1 << number;
  }

  /** The instruction moves the stack pointer by a constant multiple of 16. */
  private keepsStackAligned(): boolean {
    const { semantics, fields } = this.instruction_;
    const { row } = semantics;
    if (row === 'ADD_addsub_imm' || row === 'SUB_addsub_imm') {
      return fields.Rn === SP && (fields.sh === 1 || fields.imm12 % 16 === 0);
    }
    if (/_ldstpair_(pre|post)$/.test(row)) return (fields.imm7 * (fields.sf === 1 ? 8 : 4)) % 16 === 0;
    return /_ldst_imm(pre|post)$/.test(row) && fields.imm9 % 16 === 0;
  }

  immediate32(_key: string, compute: (fields: Fields) => number): I32 {
    return i32(compute(this.instruction_.fields));
  }

  immediateSmall(_key: string, compute: (fields: Fields) => number): I32 {
    return i32(compute(this.instruction_.fields) & 0xffff);
  }

  immediate64(_key: string, compute: (fields: Fields) => Halves): I64 {
    const { lo, hi } = compute(this.instruction_.fields);
    return i64(lo, hi);
  }

  instruction(): I32 {
    return i32(this.instruction_.fields.word);
  }

  programCounter(): I64 {
    return this.addressOf(this.index);
  }

  // Flags

  private get isInArm(): boolean {
    return this.code.depth > this.baseDepth;
  }

  private setKind(kind: FlagsKind): void {
    this.assign(this.flagLocals.kind, i32(kind));
    this.known.flags = kind;
  }

  setFlags(flags: FlagValues): void {
    const { n, z, c, v } = wideFlags(flags);
    const { flagLocals } = this;
    const held = [this.let(n), flags.n === flags.z ? undefined : this.let(z), this.let(c), this.let(v)];
    this.assign(flagLocals.n, held[0]!);
    this.assign(flagLocals.z, held[1] ?? held[0]!);
    this.assign(flagLocals.c, held[2]!);
    this.assign(flagLocals.v, held[3]!);
    this.setKind(FLAGS.held);
  }

  override setFlagsOfSum<T extends Width>(left: Expr<T>, right: Expr<T>, sum: Expr<T>): void {
    if (this.isInArm) super.setFlagsOfSum(left, right, sum);
    else this.setOperands(left.type === 'i64' ? FLAGS.sum64 : FLAGS.sum32, left, right);
  }

  override setFlagsOfDifference<T extends Width>(left: Expr<T>, right: Expr<T>, difference: Expr<T>): void {
    if (this.isInArm) super.setFlagsOfDifference(left, right, difference);
    else this.setOperands(left.type === 'i64' ? FLAGS.difference64 : FLAGS.difference32, left, right);
  }

  override setFlagsOfLogic<T extends Width>(result: Expr<T>): void {
    if (this.isInArm) super.setFlagsOfLogic(result);
    else this.setOperands(result.type === 'i64' ? FLAGS.logic64 : FLAGS.logic32, result);
  }

  private setOperands(kind: FlagsKind, a: Expr, b?: Expr): void {
    const { flagLocals } = this;
    this.assign(a.type === 'i64' ? flagLocals.a64 : flagLocals.a32, a);
    if (b !== undefined) this.assign(a.type === 'i64' ? flagLocals.b64 : flagLocals.b32, b);
    this.setKind(kind);
  }

  flags(): { n: I64; z: I64; c: I32; v: I64 } {
    return wideFlags(this.currentFlags());
  }

  carry(): I32 {
    return this.currentFlags().c;
  }

  condition(_field: string): I32 {
    return conditionHolds(this.instruction_.fields.cond, this.settledFlags(), this.flagLocals, this.state);
  }

  private currentFlags(): FlagValues {
    return flagValues(this.settledFlags(), this.flagLocals, this.state);
  }

  /** Where paths with flags of several kinds meet, they are stored before they are asked for. */
  private settledFlags(): FlagsKind {
    if (this.known.flags !== FLAGS.unknown) return this.known.flags;
    this.storeUnknownFlags();
    this.assign(this.flagLocals.kind, i32(FLAGS.stored));
    if (!this.isInArm) this.known.flags = FLAGS.stored;
    return FLAGS.stored;
  }

  /** Stores the flags; they stay known as they are. */
  private storeFlags(): void {
    const kind = this.known.flags;
    if (kind === FLAGS.stored) return;
    if (kind === FLAGS.unknown) {
      this.storeUnknownFlags();
      return;
    }
    this.storeFlagValues(kind);
  }

  private storeFlagValues(kind: FlagsKind): void {
    const { n, z, c, v } = wideFlags(flagValues(kind, this.flagLocals, this.state));
    const held = n === z ? n : this.let(n);
    this.setState64(CPU_STATE.flagN, held);
    this.setState64(CPU_STATE.flagZ, n === z ? held : z);
    this.setState32(CPU_STATE.flagC, c);
    this.setState64(CPU_STATE.flagV, v);
  }

  private storeUnknownFlags(): void {
    const { flagLocals, code } = this;
    const kind = local('i32', flagLocals.kind);
    this.if(kind, () =>
      this.if(
        eq(kind, i32(FLAGS.held)),
        () => this.storeFlagValues(FLAGS.held),
        () => {
          const { a64, b64, a32, b32 } = flagLocals;
          for (const index of [flagLocals.kind, a64, b64, a32, b32]) code.localGet(index);
          code.call(this.functions.storeFlags);
        },
      ),
    );
  }

  // Checks that hold until something changes them

  override checkStackAlignment(): void {
    if (this.known.stackAligned) return;
    super.checkStackAlignment();
    if (!this.isInArm) this.known.stackAligned = true;
  }

  checkBaseAlignment(field: string): void {
    if (this.instruction_.fields[field] === SP) this.checkStackAlignment();
  }

  override checkFloatingPoint(): void {
    if (this.known.floatingPointChecked) return;
    super.checkFloatingPoint();
    if (!this.isInArm) this.known.floatingPointChecked = true;
  }

  hostArithmetic(): I32 {
    return this.state32(CPU_STATE.hostArithmetic);
  }

  softFloat(operation: I32): void {
    operation.emit(this.code);
    this.code.call(this.functions.softFloat);
  }

  // SIMD and floating-point registers

  private vectorNumber(field: string, next: number): number {
    return (this.instruction_.fields[field] + next) & 31;
  }

  vector(field: string, next = 0): V128 {
    return local('v128', this.vectorLocal(this.vectorNumber(field, next)));
  }

  setVector(field: string, value: V128, next = 0): void {
    const number = this.vectorNumber(field, next);
    this.assign(this.vectorLocal(number), value);
    this.written.v |= 1 << number;
    this.everWritten.v |= 1 << number;
  }

  scalar<T extends 'i32' | 'i64' | 'f32' | 'f64'>(type: T, field: string): Expr<T> {
    const vector = this.vector(field);
    switch (type as 'i32' | 'i64' | 'f32' | 'f64') {
      case 'i32':
        return extractLane(type, 'i32x4.extract_lane', vector, 0);
      case 'i64':
        return extractLane(type, 'i64x2.extract_lane', vector, 0);
      case 'f32':
        return extractLane(type, 'f32x4.extract_lane', vector, 0);
      default:
        return extractLane(type, 'f64x2.extract_lane', vector, 0);
    }
  }

  setScalar(field: string, value: Expr): void {
    const zero = repeated32(0);
    if (value.type === 'f64') {
      this.setVector(field, replaceLane('f64x2.replace_lane', zero, 0, value));
    } else if (value.type === 'f32') {
      this.setVector(field, replaceLane('f32x4.replace_lane', zero, 0, value));
    } else {
      this.setVector(field, replaceLane('i64x2.replace_lane', zero, 0, as('i64', value as I32 | I64)));
    }
  }

  element<T extends Width>(
    type: T,
    bytes: AccessBytes,
    field: string,
    _key: string,
    index: (fields: Fields) => number,
    next = 0,
  ): Expr<T> {
    const [laneType, shape] = INTEGER_LANE[bytes];
    const name = `${shape}.extract_lane${bytes < 4 ? '_u' : ''}` as Parameters<typeof extractLane>[1];
    const lane = extractLane(laneType, name, this.vector(field, next), index(this.instruction_.fields));
    return as(type, lane);
  }

  setElement(
    bytes: AccessBytes,
    field: string,
    _key: string,
    index: (fields: Fields) => number,
    value: Expr,
    next = 0,
  ): void {
    const [laneType, shape] = INTEGER_LANE[bytes];
    const name = `${shape}.replace_lane` as Parameters<typeof replaceLane>[0];
    const lane = as(laneType, laneBits(value));
    const whole = replaceLane(name, this.vector(field, next), index(this.instruction_.fields), lane);
    this.setVector(field, whole, next);
  }
}

function laneBits(value: Expr): I32 | I64 {
  if (value.type === 'f32') return float('i32', FLOAT_OP.i32ReinterpretF32, value);
  if (value.type === 'f64') return float('i64', FLOAT_OP.i64ReinterpretF64, value);
  return value as I32 | I64;
}
