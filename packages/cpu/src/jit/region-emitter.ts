import { CPU_STATE, FETCH_TLB } from '@armature/core';
import type { Fields, HelperName } from '../emitter/emitter.ts';
import {
  add,
  and,
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
  local,
  ltS,
  shl,
  shrU,
  sub,
  wrap,
  xor,
} from '../emitter/expressions.ts';
import { Code, type InnerLabel } from '../wasm/code.ts';
import { OP } from '../wasm/opcodes.ts';
import { REGION_EXIT, type RegionFunctions } from './calling-convention.ts';
import type { Instruction } from './instruction.ts';
import type { ProfileLocals, RegionExitName, RegionProfile } from './profile.ts';
import { RegionFlags } from './region-flags.ts';
import { type RegisterSets, SP } from './region-operands.ts';

/** The parameter: see REGION_SIGNATURE. */
const COUNT = 0;

/** Mark of the code that follows all instructions. */
export const SHARED_EXITS = -1;

/** Where control goes from the block in hand: to blocks of the region, which only the region's compiler knows. */
export interface Control {
  /** Emits what leads to the instruction with that number in the page, within the region or out of it. */
  goTo(index: number): void;
  /** Where calls within the region come back to, as far as the block in hand may return there. */
  returns(): readonly number[];
}

/** Instantiates semantics for a region: its entry and its exits, where control goes within it, and what it checks. */
export class RegionEmitter extends RegionFlags {
  /** Set by an instruction after which the block can't go on. */
  ended = false;
  protected readonly functions: RegionFunctions;
  private readonly records: number;
  private readonly heatBias: number;
  private readonly control: Control;
  private readonly profile: RegionProfile | undefined;
  private readonly profileLocals: ProfileLocals;
  private readonly marks: boolean;
  private readonly statusLocal: number;
  private readonly tlbLocal: number;
  private readonly biasLocal: number;
  private readonly targetLocal: number;
  private index = 0;
  /** What X30 is to be, once it is certain that the branch is not left to the interpreter. */
  private link: I64 | undefined;
  /** How many instructions of the block come before this one. */
  private position = 0;
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
    super(options.state);
    this.functions = options.functions;
    this.records = options.records;
    this.heatBias = options.heatBias;
    this.control = options.control;
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
    this.take(instruction);
    this.index = index;
    this.position = position;
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
    this.loadRegisters(code);
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
    this.freeTemporaries();
    this.jumpWithinPage(target);
    const entry = this.fetchEntry(target);
    this.setState32(CPU_STATE.countBias, this.count);
    this.if(this.isKnown(target, entry), () => {
      const record = this.let(this.recordAt(target, entry));
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
    const entry = this.fetchEntry(target);
    const isFree = and(this.isKnown(target, entry), eqz(loadI32(entry, FETCH_TLB.guarded)));
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

  setLinkRegister(value: I64): void {
    if (this.instruction_.flow === 'indirect') this.link = this.let(value);
    else this.setFixedRegister(30, value);
  }

  programCounter(): I64 {
    return this.addressOf(this.index);
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
}
