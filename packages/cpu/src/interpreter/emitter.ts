import { CPU_STATE, FETCH_TLB, REGISTER_SLOT, SOFT_TLB } from '@armature/core';
import {
  type AccessBytes,
  type AccessOptions,
  Emitter,
  type Fields,
  type FlagValues,
  type Halves,
  type HelperName,
  type Register31,
  type VectorBytes,
  type Width,
} from '../emitter/emitter.ts';
import {
  add,
  and,
  as,
  type Expr,
  eq,
  eqz,
  extendS,
  extendU,
  geS,
  type I32,
  type I64,
  i32,
  i64,
  isNegative,
  loadFrom,
  loadI32,
  loadI64,
  local,
  ltS,
  ne,
  shl,
  shrU,
  sub,
  type V128,
  wrap,
  xor,
} from '../emitter/expressions.ts';
import { float, lane64, loadVector } from '../emitter/vectors.ts';
import type { Semantics } from '../semantics/definition.ts';
import { Code, type OuterLabel } from '../wasm/code.ts';
import { FLOAT_OP, OP, type ValueType } from '../wasm/opcodes.ts';
import { FUNCTION_OFFSET, RecordLayout } from './record.ts';

/** Locals of the interpreter function. */
export const LOCAL = {
  /** Record of the current instruction. */
  record: 0,
  /** `record + count` is 16 times (instructions run - limit): negative while there is budget left. */
  count: 1,
  /** Why the dispatch loop was left: a {@link LEAVE} code. */
  status: 2,
  firstI32: 3,
  firstI64: 11,
} as const;

/** Locals that instructions use, by type, in the order of the function's local declarations. */
export const TEMPORARIES = {
  i32: { first: LOCAL.firstI32, end: 11 },
  i64: { first: LOCAL.firstI64, end: 23 },
  f32: { first: 23, end: 29 },
  f64: { first: 29, end: 35 },
  v128: { first: 35, end: 45 },
} as const;

/** Why compiled code hands over to the engine. */
export const LEAVE = {
  /** First entry, or the pc in the state block is where to go on; nothing to count. */
  enter: 0,
  /** A synchronous exception is described in the state block; the instruction did not complete. */
  fault: 1,
  /** A device changed an interrupt in the middle of the instruction: run it again, alone. */
  replay: 2,
  /** The instruction is complete, the pc in the state block is where to go on. */
  done: 3,
} as const;

export const LABEL = {
  /** The next instruction: the record local says which. */
  dispatch: { outer: 'dispatch' },
  /** Leaves with the code in the status local. */
  leave: { outer: 'leave' },
  /** The budget may be used up. */
  limit: { outer: 'limit' },
} as const satisfies Record<string, OuterLabel>;

/** Options of the slow memory functions, as bits. */
export const ACCESS_OPTION = {
  unprivileged: 1,
  /** The first half of 16 bytes: the alignment checked is theirs. */
  quadword: 2,
} as const;

/** Functions that handlers call, by index in the module. */
export interface InterpreterFunctions {
  readonly slowRead: number;
  readonly slowWrite: number;
  readonly slowReadBlock: number;
  readonly slowWriteBlock: number;
  readonly alignmentFault: number;
  readonly floatingPointTrap: number;
  readonly softFloat: number;
  readonly stackFault: number;
  readonly helpers: Readonly<Record<HelperName, number>>;
}

const LOAD_OPCODE: Readonly<Record<Width, Readonly<Record<string, number>>>> = {
  i64: {
    '1': OP.i64Load8U,
    '1s': OP.i64Load8S,
    '2': OP.i64Load16U,
    '2s': OP.i64Load16S,
    '4': OP.i64Load32U,
    '4s': OP.i64Load32S,
    '8': OP.i64Load,
    '8s': OP.i64Load,
  },
  i32: {
    '1': OP.i32Load8U,
    '1s': OP.i32Load8S,
    '2': OP.i32Load16U,
    '2s': OP.i32Load16S,
    '4': OP.i32Load,
    '4s': OP.i32Load,
  },
};

const STORE_OPCODE: Readonly<Record<AccessBytes, number>> = {
  1: OP.i64Store8,
  2: OP.i64Store16,
  4: OP.i64Store32,
  8: OP.i64Store,
};

const SCALAR_LOAD = {
  i32: OP.i32Load,
  i64: OP.i64Load,
  f32: FLOAT_OP.f32Load,
  f64: FLOAT_OP.f64Load,
} as const;

const PAGE_MASK = (): I64 => i64(~0xfff);

/** Instantiates semantics for the interpreter: operands come from the record in hand. */
export class InterpreterEmitter extends Emitter {
  readonly layout = new RecordLayout();
  /** Set when the instruction has a direct branch: its distance in bytes. Such handlers come in two forms. */
  branchDistance: ((fields: Fields) => number) | undefined;
  private ended = false;
  protected readonly semantics: Semantics;
  private readonly choices: Readonly<Record<string, number>>;
  /** The branch target lies in the page of the branch: its record is a constant distance away. */
  private readonly near: boolean;
  private readonly functions: InterpreterFunctions;
  /** Machine-memory offset of the CPU's state block. */
  private readonly state: number;

  constructor(
    semantics: Semantics,
    choices: Readonly<Record<string, number>>,
    near: boolean,
    functions: InterpreterFunctions,
    state: number,
  ) {
    super(new Code(), TEMPORARIES);
    this.semantics = semantics;
    this.choices = choices;
    this.near = near;
    this.functions = functions;
    this.state = state;
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
    this.code.callIndirect(signature);
    this.leaveIfNonZero();
    this.next();
  }

  choice(name: string): number {
    const value = this.choices[name];
    if (value === undefined) throw new Error(`${this.semantics.row}: ${name} is not a declared choice`);
    return value;
  }

  private readonly record: I32 = local('i32', LOCAL.record);

  private small(key: string, compute: (fields: Fields) => number): I32 {
    return loadFrom('i32', OP.i32Load16U, this.record, this.layout.placeSmall(key, compute));
  }

  private source(field: string, register31: Register31, next: 0 | 1): I32 {
    const slot = register31 === 'sp' ? REGISTER_SLOT.sp : REGISTER_SLOT.zero;
    return this.small(`${field}:${register31}:${next}`, ({ [field]: first = 31 - next }) => {
      const number = first + next;
      return 8 * (number === 31 ? slot : number);
    });
  }

  private target(field: string, register31: Register31, next: 0 | 1): I32 {
    if (register31 === 'sp') return this.source(field, 'sp', next);
    return this.small(`${field}:out:${next}`, (fields) => {
      const number = fields[field] + next;
      return 8 * (number === 31 ? REGISTER_SLOT.sink : number);
    });
  }

  register<T extends Width>(
    width: T,
    field: string,
    register31: Register31 = 'zr',
    next: 0 | 1 = 0,
  ): Expr<T> {
    const opcode = width === 'i64' ? OP.i64Load : OP.i32Load;
    return loadFrom(width, opcode, this.source(field, register31, next), this.state + CPU_STATE.x);
  }

  destination<T extends Width>(width: T, field: string): Expr<T> {
    const opcode = width === 'i64' ? OP.i64Load : OP.i32Load;
    return loadFrom(width, opcode, this.target(field, 'zr', 0), this.state + CPU_STATE.x);
  }

  setRegister(
    _width: Width,
    field: string,
    value: Expr,
    register31: Register31 = 'zr',
    next: 0 | 1 = 0,
  ): void {
    this.target(field, register31, next).emit(this.code);
    as('i64', value as I32 | I64).emit(this.code);
    this.code.memory(OP.i64Store, this.state + CPU_STATE.x);
  }

  writeBack(field: string, value: I64, written: (fields: Fields) => boolean): void {
    this.small(`${field}:back`, (fields) => 8 * (written(fields) ? fields[field] : REGISTER_SLOT.sink)).emit(
      this.code,
    );
    value.emit(this.code);
    this.code.memory(OP.i64Store, this.state + CPU_STATE.x);
  }

  setLinkRegister(value: I64): void {
    this.setState64(CPU_STATE.x + 8 * 30, value);
  }

  immediate32(key: string, compute: (fields: Fields) => number): I32 {
    const place = this.layout.place(key, 4, (fields) => ({ lo: compute(fields), hi: 0 }));
    return loadI32(this.record, place);
  }

  immediateSmall(key: string, compute: (fields: Fields) => number): I32 {
    return this.small(key, compute);
  }

  immediate64(key: string, compute: (fields: Fields) => Halves): I64 {
    return loadI64(this.record, this.layout.place(key, 8, compute));
  }

  instruction(): I32 {
    return this.immediate32('word', (fields) => fields.word);
  }

  programCounter(): I64 {
    return add(this.state64(CPU_STATE.codeBias), extendU(shrU(this.record, i32(2))));
  }

  setFlags({ n, z, c, v }: FlagValues): void {
    const wide = (value: Expr): I64 => (value.type === 'i32' ? extendS(value as I32) : (value as I64));
    const flagN = n === z && n.type === 'i32' ? this.let(wide(n)) : wide(n);
    this.setState64(CPU_STATE.flagN, flagN);
    this.setState64(CPU_STATE.flagZ, n === z ? flagN : wide(z));
    this.setState32(CPU_STATE.flagC, c);
    this.setState64(CPU_STATE.flagV, wide(v));
  }

  flags(): { n: I64; z: I64; c: I32; v: I64 } {
    const [n, z, v] = [CPU_STATE.flagN, CPU_STATE.flagZ, CPU_STATE.flagV].map((at) => this.state64(at));
    return { n, z, c: this.carry(), v };
  }

  carry(): I32 {
    return this.state32(CPU_STATE.flagC);
  }

  condition(_field: string): I32 {
    if ('cond' in this.choices) {
      const cond = this.choice('cond');
      if (cond >= 14) return i32(1);
      const holds = this.conditionPair(cond >> 1);
      return cond & 1 ? eqz(holds) : holds;
    }
    const pair = this.choice('condPair');
    if (pair === 7) return i32(1);
    return xor(
      this.conditionPair(pair),
      this.immediateSmall('inverted', ({ cond }) => cond & 1),
    );
  }

  private conditionPair(pair: number): I32 {
    const n = this.state64(CPU_STATE.flagN);
    const z = this.state64(CPU_STATE.flagZ);
    const c = this.carry();
    const v = this.state64(CPU_STATE.flagV);
    switch (pair) {
      case 0:
        return eqz(z);
      case 1:
        return c;
      case 2:
        return isNegative(n);
      case 3:
        return isNegative(v);
      case 4:
        return and(c, ne(z, i64(0)));
      case 5:
        return geS(xor(n, v), i64(0));
      default:
        return and(ne(z, i64(0)), geS(xor(n, v), i64(0)));
    }
  }

  /** Soft-TLB entry of an address, held. */
  private tlbEntry(address: I64, options: AccessOptions): I32 {
    const base = this.state32(options.unprivileged ? CPU_STATE.unprivilegedTlb : CPU_STATE.dataTlb);
    const mask = (SOFT_TLB.entryCount - 1) * SOFT_TLB.entrySize;
    const shift = 12 - Math.log2(SOFT_TLB.entrySize);
    return this.let(add(and(shrU(wrap(address), i32(shift)), i32(mask)), base));
  }

  /** True when `length` bytes at the address are not all in the page that the tag names. */
  private misses(entry: I32, tagOffset: number, address: I64, length: number): I32 {
    const last = add(address, i64(length - 1));
    return ne(and(last, PAGE_MASK()), loadI64(entry, tagOffset));
  }

  private host(entry: I32, address: I64): I32 {
    return add(wrap(address), loadI32(entry, SOFT_TLB.addend));
  }

  private checkAligned(address: I64, length: number, write: boolean): void {
    if (length === 1) return;
    this.if(and(wrap(address), i32(length - 1)), () => {
      this.saveRecord();
      this.pushHalves(address);
      this.code.i32Const(write ? 1 : 0);
      this.code.call(this.functions.alignmentFault);
      this.leaveIfNonZero();
    });
  }

  load<T extends Width>(result: T, bytes: AccessBytes, address: I64, options: AccessOptions = {}): Expr<T> {
    const held = this.let(address);
    if (options.aligned) this.checkAligned(held, bytes, false);
    const entry = this.tlbEntry(held, options);
    const value = this.temporary(result);
    this.if(
      this.misses(entry, SOFT_TLB.readTag, held, bytes),
      () => this.assign(value, this.readSlowly(result, bytes, held, options)),
      () => {
        const opcode = LOAD_OPCODE[result][`${bytes}${options.signed ? 's' : ''}`];
        this.assign(value, loadFrom(result, opcode, this.host(entry, held), 0));
      },
    );
    return local(result, value);
  }

  /** Emits the call; the value is then in the state block. */
  private readSlowly<T extends Width>(
    result: T,
    bytes: AccessBytes,
    address: I64,
    options: AccessOptions,
  ): Expr<T> {
    this.saveProgress();
    address.emit(this.code);
    this.code.i32Const(bytes);
    this.code.i32Const(options.unprivileged ? ACCESS_OPTION.unprivileged : 0);
    this.code.call(this.functions.slowRead);
    this.leaveIfNonZero();
    const opcode = LOAD_OPCODE[result][`${bytes}${options.signed ? 's' : ''}`];
    return loadFrom(result, opcode, i32(0), this.state + CPU_STATE.transfer);
  }

  store(bytes: AccessBytes, address: I64, value: Expr, options: AccessOptions = {}): void {
    const held = this.let(address);
    if (options.aligned) this.checkAligned(held, bytes, true);
    const entry = this.tlbEntry(held, options);
    this.if(
      this.misses(entry, SOFT_TLB.writeTag, held, bytes),
      () => this.writeSlowly(bytes, held, value, options),
      () => this.writeHost(bytes, this.host(entry, held), value, 0),
    );
  }

  private writeHost(bytes: AccessBytes, host: I32, value: Expr, offset: number): void {
    host.emit(this.code);
    as('i64', value as I32 | I64).emit(this.code);
    this.code.memory(STORE_OPCODE[bytes], offset);
  }

  private writeSlowly(bytes: AccessBytes, address: I64, value: Expr, options: AccessOptions): void {
    this.saveProgress();
    address.emit(this.code);
    as('i64', value as I32 | I64).emit(this.code);
    this.code.i32Const(bytes);
    this.code.i32Const(options.unprivileged ? ACCESS_OPTION.unprivileged : 0);
    this.code.call(this.functions.slowWrite);
    this.leaveIfNonZero();
  }

  loadPair<T extends Width>(
    result: T,
    bytes: 4 | 8,
    address: I64,
    options: AccessOptions = {},
  ): [Expr<T>, Expr<T>] {
    const held = this.let(address);
    if (options.alignedPair) this.checkAligned(held, 2 * bytes, false);
    const entry = this.tlbEntry(held, options);
    const first = this.temporary(result);
    const second = this.temporary(result);
    this.if(
      this.misses(entry, SOFT_TLB.readTag, held, 2 * bytes),
      () => {
        this.assign(first, this.readSlowly(result, bytes, held, options));
        this.assign(second, this.readSlowly(result, bytes, add(held, i64(bytes)), options));
      },
      () => {
        const opcode = LOAD_OPCODE[result][`${bytes}${options.signed ? 's' : ''}`];
        const host = this.let(this.host(entry, held));
        this.assign(first, loadFrom(result, opcode, host, 0));
        this.assign(second, loadFrom(result, opcode, host, bytes));
      },
    );
    return [local(result, first), local(result, second)];
  }

  storePair(bytes: 4 | 8, address: I64, first: Expr, second: Expr, options: AccessOptions = {}): void {
    const held = this.let(address);
    if (options.alignedPair) this.checkAligned(held, 2 * bytes, true);
    const entry = this.tlbEntry(held, options);
    this.if(
      this.misses(entry, SOFT_TLB.writeTag, held, 2 * bytes),
      () => {
        this.writeSlowly(bytes, held, first, options);
        this.writeSlowly(bytes, add(held, i64(bytes)), second, options);
      },
      () => {
        const host = this.let(this.host(entry, held));
        this.writeHost(bytes, host, first, 0);
        this.writeHost(bytes, host, second, bytes);
      },
    );
  }

  checkStackAlignment(): void {
    this.checkStack(and(this.state32(CPU_STATE.sp), this.state32(CPU_STATE.spAlignmentMask)));
  }

  checkBaseAlignment(field: string): void {
    const isStack = this.small(`${field}:check`, (fields) => (fields[field] === 31 ? 15 : 0));
    this.checkStack(and(and(this.state32(CPU_STATE.sp), this.state32(CPU_STATE.spAlignmentMask)), isStack));
  }

  private checkStack(misaligned: I32): void {
    this.if(misaligned, () => {
      this.saveRecord();
      this.code.call(this.functions.stackFault);
      this.leaveIfNonZero();
    });
  }

  checkFloatingPoint(): void {
    this.if(this.state32(CPU_STATE.floatingPointDisabled), () => {
      this.saveRecord();
      this.code.call(this.functions.floatingPointTrap);
      this.leaveIfNonZero();
    });
  }

  /** Offset of a V register from the first one. */
  private vectorSlot(field: string, next: number): I32 {
    return this.following(
      this.small(`${field}:v`, (fields) => 16 * fields[field]),
      next,
    );
  }

  /** A place in the V registers, the same one `next` registers on: the last is followed by the first. */
  private following(slot: I32, next: number): I32 {
    return next === 0 ? slot : and(add(slot, i32(16 * next)), i32(16 * 32 - 1));
  }

  vector(field: string, next = 0): V128 {
    return loadVector(this.vectorSlot(field, next), this.state + CPU_STATE.v);
  }

  setVector(field: string, value: V128, next = 0): void {
    this.vectorSlot(field, next).emit(this.code);
    value.emit(this.code);
    this.code.simdMemory('v128.store', this.state + CPU_STATE.v);
  }

  scalar<T extends 'i32' | 'i64' | 'f32' | 'f64'>(type: T, field: string): Expr<T> {
    return loadFrom(type, SCALAR_LOAD[type], this.vectorSlot(field, 0), this.state + CPU_STATE.v);
  }

  setScalar(field: string, value: Expr): void {
    const bits =
      value.type === 'f32'
        ? extendU(float('i32', FLOAT_OP.i32ReinterpretF32, value))
        : value.type === 'f64'
          ? float('i64', FLOAT_OP.i64ReinterpretF64, value)
          : as('i64', value as I32 | I64);
    const slot = this.vectorSlot(field, 0);
    slot.emit(this.code);
    bits.emit(this.code);
    this.code.memory(OP.i64Store, this.state + CPU_STATE.v);
    slot.emit(this.code);
    this.code.i64Const(0, 0);
    this.code.memory(OP.i64Store, this.state + CPU_STATE.v + 8);
  }

  /** Offset of an element from the first V register. */
  private elementSlot(
    bytes: AccessBytes,
    field: string,
    key: string,
    index: (fields: Fields) => number,
    next: number,
  ): I32 {
    const first = this.small(
      `${field}:${key}:${bytes}`,
      (fields) => 16 * fields[field] + bytes * index(fields),
    );
    return this.following(first, next);
  }

  element<T extends Width>(
    type: T,
    bytes: AccessBytes,
    field: string,
    key: string,
    index: (fields: Fields) => number,
    next = 0,
  ): Expr<T> {
    const slot = this.elementSlot(bytes, field, key, index, next);
    return loadFrom(type, LOAD_OPCODE[type][`${bytes}`], slot, this.state + CPU_STATE.v);
  }

  setElement(
    bytes: AccessBytes,
    field: string,
    key: string,
    index: (fields: Fields) => number,
    value: Expr,
    next = 0,
  ): void {
    this.writeHost(bytes, this.elementSlot(bytes, field, key, index, next), value, this.state + CPU_STATE.v);
  }

  loadVector(address: I64): V128 {
    return this.loadVectors(16, address, i32(16))[0];
  }

  storeVector(address: I64, value: V128): void {
    this.storeVectors(16, address, [value], i32(16));
  }

  loadVectors(bytes: VectorBytes, address: I64, alignment: I32): V128[] {
    const held = this.let(address);
    const entry = this.tlbEntry(held, {});
    const values = Array.from({ length: Math.ceil(bytes / 16) }, () => this.temporary('v128'));
    const from = (base: I32, offset: number): void => {
      values.forEach((value, index) => {
        const name = 16 * index + 8 === bytes ? 'v128.load64_zero' : 'v128.load';
        this.assign(value, loadVector(base, offset + 16 * index, name));
      });
    };
    this.if(
      this.misses(entry, SOFT_TLB.readTag, held, bytes),
      () => {
        this.accessBlock(this.functions.slowReadBlock, bytes, held, alignment);
        from(i32(0), this.state + CPU_STATE.transfer);
      },
      () => from(this.let(this.host(entry, held)), 0),
    );
    return values.map((value) => local('v128', value));
  }

  storeVectors(bytes: VectorBytes, address: I64, values: readonly V128[], alignment: I32): void {
    const held = this.let(address);
    const entry = this.tlbEntry(held, {});
    const to = (base: I32, offset: number): void => {
      values.forEach((value, index) => {
        base.emit(this.code);
        if (16 * index + 8 === bytes) {
          lane64(value, 0).emit(this.code);
          this.code.memory(OP.i64Store, offset + 16 * index);
        } else {
          value.emit(this.code);
          this.code.simdMemory('v128.store', offset + 16 * index);
        }
      });
    };
    this.if(
      this.misses(entry, SOFT_TLB.writeTag, held, bytes),
      () => {
        to(i32(0), this.state + CPU_STATE.transfer);
        this.accessBlock(this.functions.slowWriteBlock, bytes, held, alignment);
      },
      () => to(this.let(this.host(entry, held)), 0),
    );
  }

  /** Reads into `transfer` or writes from it. */
  private accessBlock(callee: number, bytes: number, address: I64, alignment: I32): void {
    this.saveProgress();
    address.emit(this.code);
    this.code.i32Const(bytes);
    alignment.emit(this.code);
    this.code.call(callee);
    this.leaveIfNonZero();
  }

  hostArithmetic(): I32 {
    return this.state32(CPU_STATE.hostArithmetic);
  }

  softFloat(operation: I32): void {
    operation.emit(this.code);
    this.code.call(this.functions.softFloat);
  }

  state64(offset: number): I64 {
    return loadI64(i32(0), this.state + offset);
  }

  state32(offset: number): I32 {
    return loadI32(i32(0), this.state + offset);
  }

  stateTable32(offset: number, index: I32): I32 {
    return loadI32(shl(index, i32(2)), this.state + offset);
  }

  setState64(offset: number, value: I64): void {
    this.code.i32Const(0);
    value.emit(this.code);
    this.code.memory(OP.i64Store, this.state + offset);
  }

  setState32(offset: number, value: I32): void {
    this.code.i32Const(0);
    value.emit(this.code);
    this.code.memory(OP.i32Store, this.state + offset);
  }

  stateVector(offset: number): V128 {
    return loadVector(i32(0), this.state + offset);
  }

  setStateVector(offset: number, value: V128): void {
    this.code.i32Const(0);
    value.emit(this.code);
    this.code.simdMemory('v128.store', this.state + offset);
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
    this.goOnWithinBudget();
  }

  branchIf(condition: I32, offset: (fields: Fields) => number): void {
    this.if(condition, () => this.branch(offset));
    this.next();
  }

  jump(target: I64): void {
    this.ended = true;
    this.goTo(target);
  }

  /** To any address: through the fetch TLB, else by way of the engine. */
  private goTo(target: I64): void {
    const held = this.let(target);
    const mask = (FETCH_TLB.entryCount - 1) * FETCH_TLB.entrySize;
    const shift = 12 - Math.log2(FETCH_TLB.entrySize);
    const entry = this.let(
      add(and(shrU(wrap(held), i32(shift)), i32(mask)), this.state32(CPU_STATE.fetchTlb)),
    );
    // Bits 1 and 0 take part: a misaligned target never matches, and the engine raises the fault.
    this.if(eq(and(held, i64(~0xffc)), loadI64(entry, FETCH_TLB.tag)), () => {
      const codePage = loadI32(entry, FETCH_TLB.codePage);
      const next = this.let(add(codePage, shl(and(wrap(held), i32(0xffc)), i32(2))));
      this.setState64(CPU_STATE.codeBias, sub(held, extendU(shrU(next, i32(2)))));
      this.assign(LOCAL.count, add(local('i32', LOCAL.count), add(sub(this.record, next), i32(16))));
      this.assign(LOCAL.record, next);
      this.goOnWithinBudget();
    });
    this.setState64(CPU_STATE.pc, held);
    this.assign(LOCAL.status, i32(LEAVE.done));
    this.code.br(LABEL.leave);
  }

  private goOnWithinBudget(): void {
    this.brIf(ltS(add(local('i32', LOCAL.count), this.record), i32(0)), LABEL.dispatch);
    this.code.br(LABEL.limit);
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

  private saveRecord(): void {
    this.setState32(CPU_STATE.record, this.record);
  }

  /** Helpers and devices may ask for the time, which instruction counts may drive. */
  private saveProgress(): void {
    this.saveRecord();
    this.setState32(CPU_STATE.countBias, add(local('i32', LOCAL.count), this.record));
  }

  private pushHalves(value: I64): void {
    wrap(value).emit(this.code);
    wrap(shrU(value, i64(32))).emit(this.code);
  }

  protected leaveIfNonZero(): void {
    this.code.localTee(LOCAL.status);
    this.code.brIf(LABEL.leave);
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
