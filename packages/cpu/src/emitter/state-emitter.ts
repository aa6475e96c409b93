import { CPU_STATE, FETCH_TLB } from '@armature/core';
import type { Code } from '../wasm/code.ts';
import { OP, type ValueType } from '../wasm/opcodes.ts';
import { Emitter } from './emitter.ts';
import {
  add,
  and,
  eq,
  type I32,
  type I64,
  i32,
  i64,
  loadI32,
  loadI64,
  shl,
  shrU,
  type V128,
  wrap,
} from './expressions.ts';
import { loadVector } from './vectors.ts';

/** Fields of the CPU's state block, which is at a fixed place of machine memory while code runs, and its fetch TLB. */
export abstract class StateEmitter extends Emitter {
  /** Machine-memory offset of the state block. */
  protected readonly state: number;

  constructor(
    code: Code,
    locals: Readonly<Record<ValueType, { readonly first: number; readonly end: number }>>,
    state: number,
  ) {
    super(code, locals);
    this.state = state;
  }

  state64(offset: number): I64 {
    return loadI64(i32(0), this.state + offset);
  }

  state32(offset: number): I32 {
    return loadI32(i32(0), this.state + offset);
  }

  stateAt64(offset: I32): I64 {
    return loadI64(offset, this.state);
  }

  setStateAt64(offset: I32, value: I64): void {
    offset.emit(this.code);
    value.emit(this.code);
    this.code.memory(OP.i64Store, this.state);
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

  protected pushHalves(value: I64): void {
    wrap(value).emit(this.code);
    wrap(shrU(value, i64(32))).emit(this.code);
  }

  /** Fetch-TLB entry of an address, held. */
  protected fetchEntry(target: I64): I32 {
    const mask = (FETCH_TLB.entryCount - 1) * FETCH_TLB.entrySize;
    const shift = 12 - Math.log2(FETCH_TLB.entrySize);
    return this.let(add(and(shrU(wrap(target), i32(shift)), i32(mask)), this.state32(CPU_STATE.fetchTlb)));
  }

  /** Bits 1 and 0 take part: a misaligned target never matches, and the engine raises the fault. */
  protected isKnown(target: I64, entry: I32): I32 {
    return eq(and(target, i64(~0xffc)), loadI64(entry, FETCH_TLB.tag));
  }

  /** The record of an instruction of a page that the fetch TLB knows. */
  protected recordAt(target: I64, entry: I32): I32 {
    const codePage = loadI32(entry, FETCH_TLB.codePage);
    return add(codePage, shl(and(wrap(target), i32(0xffc)), i32(2)));
  }
}
