import { CPU_STATE, FETCH_TLB } from '@armature/core';
import type { Fields, HelperName } from '../emitter/emitter.ts';
import {
  add,
  and,
  eqz,
  extendS,
  extendU,
  type I32,
  type I64,
  i32,
  loadFrom,
  loadI32,
  local,
  ltS,
  ne,
  shrU,
  sub,
} from '../emitter/expressions.ts';
import type { Semantics } from '../semantics/definition.ts';
import { OP, type ValueType } from '../wasm/opcodes.ts';
import { type InterpreterFunctions, LABEL, LEAVE, LOCAL } from './calling-convention.ts';
import { OperandEmitter } from './operand-emitter.ts';
import { BRANCH_TARGET_HANDLER, FUNCTION_OFFSET, HANDLER_OFFSET } from './record.ts';

/** What a BTI must accept for each kind of branch: 1 is calls, 2 is jumps. */
const ACCEPTED_BY = [0, 3, 1, 2] as const;
/** The handler of a BTI less this is what it accepts. */
const HANDLER_BEFORE_TARGETS = BRANCH_TARGET_HANDLER - 1;

/** Instantiates semantics for the interpreter: operands come from the record in hand. */
export class InterpreterEmitter extends OperandEmitter {
  /** Set when the instruction has a direct branch: its distance in bytes. Such handlers come in two forms. */
  branchDistance: ((fields: Fields) => number) | undefined;
  private ended = false;
  /** The branch target lies in the page of the branch: its record is a constant distance away. */
  private readonly near: boolean;

  constructor(
    semantics: Semantics,
    choices: Readonly<Record<string, number>>,
    near: boolean,
    functions: InterpreterFunctions,
    state: number,
  ) {
    super(semantics, choices, functions, state);
    this.near = near;
  }

  /** Emits the handler, dispatch to the next instruction included. */
  run(): void {
    this.semantics.emit(this);
    if (!this.ended) this.next();
  }

  /** Emits the handler of all instructions that are functions of their own; the record says which function. */
  runFunction(signature: number): void {
    this.code.localGet(LOCAL.record);
    this.code.localGet(LOCAL.count);
    loadFrom('i32', OP.i32Load16U, this.record, FUNCTION_OFFSET).emit(this.code);
    this.code.callIndirect(signature, this.functions.table);
    this.leaveIfNonZero();
    this.next();
  }

  hostArithmetic(): I32 {
    return this.state32(CPU_STATE.hostArithmetic);
  }

  softFloat(operation: I32): void {
    operation.emit(this.code);
    this.code.call(this.functions.softFloat);
  }

  branch(offset: (fields: Fields) => number): void {
    this.branchDistance = offset;
    this.ended = true;
    const distance = this.immediate32('distance', (fields) =>
      this.near ? offset(fields) * 4 : offset(fields),
    );
    if (!this.near) {
      this.goTo(add(this.programCounter(), extendS(distance)));
      return;
    }
    // The count changes by one instruction, the record by the distance.
    const moved = this.let(distance);
    this.assign(LOCAL.count, sub(local('i32', LOCAL.count), sub(moved, i32(16))));
    this.assign(LOCAL.record, add(this.record, moved));
    this.code.br(LABEL.taken);
  }

  branchIf(condition: I32, offset: (fields: Fields) => number): void {
    this.if(condition, () => this.branch(offset));
    this.next();
  }

  jump(target: I64, type?: (fields: Fields) => number): void {
    this.ended = true;
    if (type === undefined || !this.functions.guardsBranches) this.goTo(target);
    else this.goToTarget(target, type);
  }

  /** To any address: through the fetch TLB, else by way of the engine. */
  private goTo(target: I64): void {
    const held = this.let(target);
    const entry = this.fetchEntry(held);
    this.if(this.isKnown(held, entry), () => this.goOnAt(held, entry));
    this.setState64(CPU_STATE.pc, held);
    this.assign(LOCAL.status, i32(LEAVE.done));
    this.code.br(LABEL.leave);
  }

  /**
   * To an address where an indirect branch must be expected if its page is guarded: by a BTI that has been decoded,
   * else the engine decides. It also shows the kind of branch in PSTATE when the budget ends here.
   */
  private goToTarget(target: I64, type: (fields: Fields) => number): void {
    const held = this.let(target);
    const entry = this.fetchEntry(held);
    const hasBudget = ltS(add(add(local('i32', LOCAL.count), this.record), i32(16)), i32(0));
    this.if(and(this.isKnown(held, entry), hasBudget), () => {
      const guarded = loadI32(entry, FETCH_TLB.guarded);
      this.if(eqz(guarded), () => this.goOnAt(held, entry));
      const accepted = this.immediateSmall('accepted', (fields) => ACCEPTED_BY[type(fields)]);
      const accepts = this.let(sub(this.handlerAt(held, entry), i32(HANDLER_BEFORE_TARGETS)));
      const isTarget = and(ltS(i32(0), accepts), ltS(accepts, i32(ACCEPTED_BY.length)));
      this.if(and(isTarget, ne(and(accepts, accepted), i32(0))), () => this.goOnAt(held, entry));
    });
    this.setState64(CPU_STATE.pc, held);
    this.helper('branchTarget', this.immediateSmall('branchType', type));
    this.code.op(OP.unreachable);
  }

  private handlerAt(target: I64, entry: I32): I32 {
    return loadFrom('i32', OP.i32Load16U, this.recordAt(target, entry), HANDLER_OFFSET);
  }

  private goOnAt(target: I64, entry: I32): void {
    const next = this.let(this.recordAt(target, entry));
    this.setState64(CPU_STATE.codeBias, sub(target, extendU(shrU(next, i32(2)))));
    this.assign(LOCAL.count, add(local('i32', LOCAL.count), add(sub(this.record, next), i32(16))));
    this.assign(LOCAL.record, next);
    this.code.br(LABEL.taken);
  }

  helper(name: HelperName, argument: I32): void {
    this.saveProgress();
    argument.emit(this.code);
    this.code.call(this.functions.helpers[name]);
    this.leaveIfNonZero();
  }

  private next(): void {
    this.ended = true;
    this.assign(LOCAL.record, add(this.record, i32(16)));
    this.code.br(LABEL.dispatch);
  }
}

/** What functions outside the dispatch loop take, which are its first locals, and return: 0, or a {@link LEAVE} code. */
export const OUTLINED_SIGNATURE = { params: ['i32', 'i32'], results: ['i32'] } as const;

/** Instantiates semantics as a function outside the dispatch loop. */
export class OutlinedEmitter extends InterpreterEmitter {
  /** Types of the function's locals after its parameters; the first is {@link LOCAL.status}. */
  readonly localTypes: ValueType[] = ['i32'];
  /** The function's entry in the module's table; must be known before a record is filled. */
  tableIndex = 0;

  override run(): void {
    this.layout.placeSmall('function', () => this.tableIndex);
    this.semantics.emit(this);
    this.code.i32Const(0);
    this.code.op(OP.end);
  }

  override temporary(type: ValueType): number {
    return this.localTypes.push(type) + OUTLINED_SIGNATURE.params.length - 1;
  }

  protected override leaveIfNonZero(): void {
    this.code.localTee(LOCAL.status);
    this.code.if();
    this.code.localGet(LOCAL.status);
    this.code.op(OP.return);
    this.code.end();
  }

  override branch(): never {
    throw new Error(`${this.semantics.row}: a function outside the dispatch loop can't branch`);
  }

  override branchIf(): never {
    return this.branch();
  }

  override jump(): never {
    return this.branch();
  }
}
