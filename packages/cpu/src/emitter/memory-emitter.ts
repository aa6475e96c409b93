import { CPU_STATE, PSTATE, SOFT_TLB, sharedRegisterOffset } from '@armature/core';
import { ACCESS_OPTION, type SharedFunctions } from '../interpreter/calling-convention.ts';
import { OP } from '../wasm/opcodes.ts';
import type { AccessBytes, AccessOptions, VectorBytes, Width } from './emitter.ts';
import {
  add,
  and,
  as,
  type Expr,
  eqz,
  type I32,
  type I64,
  i32,
  i64,
  loadFrom,
  loadI32,
  loadI64,
  local,
  ne,
  or,
  shrU,
  type V128,
  wrap,
} from './expressions.ts';
import { StateEmitter } from './state-emitter.ts';
import { lane64, loadVector, repeated32 } from './vectors.ts';

/** Opcodes of integer loads by result type, then bytes and `s` where they extend the sign. */
export const LOAD_OPCODE: Readonly<Record<Width, Readonly<Record<string, number>>>> = {
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

const SCTLR_EL1 = sharedRegisterOffset('SCTLR_EL1');
const SCTLR_DZE = 1 << 14;

const PAGE_MASK = (): I64 => i64(~0xfff);

/** Guest memory through the soft TLB. */
export abstract class MemoryEmitter extends StateEmitter {
  protected abstract readonly functions: SharedFunctions;
  /** Bits of ACCESS_OPTION that all accesses have. */
  protected readonly accessOptions: number = 0;

  /** What a helper needs to know where execution stands: the record in hand. */
  protected abstract saveRecord(): void;
  /** The same with the instructions counted: helpers and devices may ask for the time, which they may drive. */
  protected abstract saveProgress(): void;
  /** Leaves compiled code with the LEAVE code on the stack, unless it is 0. */
  protected abstract leaveIfNonZero(): void;

  /** Offset of the soft TLB in use. */
  protected tlb(unprivileged: boolean): I32 {
    return this.state32(unprivileged ? CPU_STATE.unprivilegedTlb : CPU_STATE.dataTlb);
  }

  /** Soft-TLB entry of an address, held. */
  protected tlbEntry(address: I64, unprivileged = false): I32 {
    const base = this.tlb(unprivileged);
    const mask = (SOFT_TLB.entryCount - 1) * SOFT_TLB.entrySize;
    const shift = 12 - Math.log2(SOFT_TLB.entrySize);
    return this.let(add(and(shrU(wrap(address), i32(shift)), i32(mask)), base));
  }

  /** True when `length` bytes at the address are not all in the page that the tag names. */
  protected misses(entry: I32, tagOffset: number, address: I64, length: number): I32 {
    const last = add(address, i64(length - 1));
    return ne(and(last, PAGE_MASK()), loadI64(entry, tagOffset));
  }

  protected host(entry: I32, address: I64): I32 {
    return add(wrap(address), loadI32(entry, SOFT_TLB.addend));
  }

  /**
   * Emits an access to `length` bytes at an address that is held: `fast` with their place in machine memory where the
   * soft TLB has the page, else `slow`.
   */
  protected access(
    address: I64,
    length: number,
    write: boolean,
    unprivileged: boolean,
    slow: () => void,
    fast: (host: I32) => void,
  ): void {
    const entry = this.tlbEntry(address, unprivileged);
    const tag = write ? SOFT_TLB.writeTag : SOFT_TLB.readTag;
    this.ifUnlikely(this.misses(entry, tag, address, length), slow, () => fast(this.host(entry, address)));
  }

  protected checkAligned(address: I64, length: number, write: boolean): void {
    if (length === 1) return;
    this.ifUnlikely(and(wrap(address), i32(length - 1)), () => {
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
    const value = this.temporary(result);
    this.access(
      held,
      bytes,
      false,
      options.unprivileged === true,
      () => this.assign(value, this.readSlowly(result, bytes, held, options)),
      (host) => {
        const opcode = LOAD_OPCODE[result][`${bytes}${options.signed ? 's' : ''}`];
        this.assign(value, loadFrom(result, opcode, host, 0));
      },
    );
    return local(result, value);
  }

  /** Emits the call; the value is then in the state block. */
  protected readSlowly<T extends Width>(
    result: T,
    bytes: AccessBytes,
    address: I64,
    options: AccessOptions,
  ): Expr<T> {
    this.saveProgress();
    address.emit(this.code);
    this.code.i32Const(bytes);
    this.code.i32Const(this.accessOptions | (options.unprivileged ? ACCESS_OPTION.unprivileged : 0));
    this.code.call(this.functions.slowRead);
    this.leaveIfNonZero();
    const opcode = LOAD_OPCODE[result][`${bytes}${options.signed ? 's' : ''}`];
    return loadFrom(result, opcode, i32(0), this.state + CPU_STATE.transfer);
  }

  store(bytes: AccessBytes, address: I64, value: Expr, options: AccessOptions = {}): void {
    const held = this.let(address);
    if (options.aligned) this.checkAligned(held, bytes, true);
    this.access(
      held,
      bytes,
      true,
      options.unprivileged === true,
      () => this.writeSlowly(bytes, held, value, options),
      (host) => this.writeHost(bytes, host, value, 0),
    );
  }

  protected writeHost(bytes: AccessBytes, host: I32, value: Expr, offset: number): void {
    host.emit(this.code);
    as('i64', value as I32 | I64).emit(this.code);
    this.code.memory(STORE_OPCODE[bytes], offset);
  }

  protected writeSlowly(bytes: AccessBytes, address: I64, value: Expr, options: AccessOptions): void {
    this.saveProgress();
    address.emit(this.code);
    as('i64', value as I32 | I64).emit(this.code);
    this.code.i32Const(bytes);
    this.code.i32Const(this.accessOptions | (options.unprivileged ? ACCESS_OPTION.unprivileged : 0));
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
    const first = this.temporary(result);
    const second = this.temporary(result);
    this.access(
      held,
      2 * bytes,
      false,
      options.unprivileged === true,
      () => {
        this.assign(first, this.readSlowly(result, bytes, held, options));
        this.assign(second, this.readSlowly(result, bytes, add(held, i64(bytes)), options));
      },
      (at) => {
        const opcode = LOAD_OPCODE[result][`${bytes}${options.signed ? 's' : ''}`];
        const host = this.let(at);
        this.assign(first, loadFrom(result, opcode, host, 0));
        this.assign(second, loadFrom(result, opcode, host, bytes));
      },
    );
    return [local(result, first), local(result, second)];
  }

  storePair(bytes: 4 | 8, address: I64, first: Expr, second: Expr, options: AccessOptions = {}): void {
    const held = this.let(address);
    if (options.alignedPair) this.checkAligned(held, 2 * bytes, true);
    this.access(
      held,
      2 * bytes,
      true,
      options.unprivileged === true,
      () => {
        this.writeSlowly(bytes, held, first, options);
        this.writeSlowly(bytes, add(held, i64(bytes)), second, options);
      },
      (at) => {
        const host = this.let(at);
        this.writeHost(bytes, host, first, 0);
        this.writeHost(bytes, host, second, bytes);
      },
    );
  }

  zeroBlock(bytes: number, address: I64, otherwise: () => void): void {
    const held = this.let(and(address, i64(-bytes)));
    const entry = this.tlbEntry(held);
    // Above EL0, or where SCTLR_EL1.DZE lets EL0.
    const mayZero = or(
      and(this.state32(CPU_STATE.pstate), i32(PSTATE.EL)),
      and(this.state32(SCTLR_EL1), i32(SCTLR_DZE)),
    );
    this.if(or(eqz(mayZero), this.misses(entry, SOFT_TLB.writeTag, held, bytes)), otherwise, () => {
      const host = this.let(this.host(entry, held));
      for (let offset = 0; offset < bytes; offset += 16) {
        host.emit(this.code);
        repeated32(0).emit(this.code);
        this.code.simdMemory('v128.store', offset);
      }
    });
  }

  checkStackAlignment(): void {
    this.checkStack(and(wrap(this.fixedRegister(31)), this.state32(CPU_STATE.spAlignmentMask)));
  }

  protected checkStack(misaligned: I32): void {
    this.ifUnlikely(misaligned, () => {
      this.saveRecord();
      this.code.call(this.functions.stackFault);
      this.leaveIfNonZero();
    });
  }

  checkFloatingPoint(): void {
    this.ifUnlikely(this.state32(CPU_STATE.floatingPointDisabled), () => {
      this.saveRecord();
      this.code.call(this.functions.floatingPointTrap);
      this.leaveIfNonZero();
    });
  }

  loadVector(address: I64): V128 {
    return this.loadVectors(16, address, i32(16))[0];
  }

  storeVector(address: I64, value: V128): void {
    this.storeVectors(16, address, [value], i32(16));
  }

  loadVectors(bytes: VectorBytes, address: I64, alignment: I32): V128[] {
    const held = this.let(address);
    const values = Array.from({ length: Math.ceil(bytes / 16) }, () => this.temporary('v128'));
    const from = (base: I32, offset: number): void => {
      values.forEach((value, index) => {
        const name = 16 * index + 8 === bytes ? 'v128.load64_zero' : 'v128.load';
        this.assign(value, loadVector(base, offset + 16 * index, name));
      });
    };
    this.access(
      held,
      bytes,
      false,
      false,
      () => {
        this.accessBlock(this.functions.slowReadBlock, bytes, held, alignment);
        from(i32(0), this.state + CPU_STATE.transfer);
      },
      (host) => from(this.let(host), 0),
    );
    return values.map((value) => local('v128', value));
  }

  storeVectors(bytes: VectorBytes, address: I64, values: readonly V128[], alignment: I32): void {
    const held = this.let(address);
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
    this.access(
      held,
      bytes,
      true,
      false,
      () => {
        to(i32(0), this.state + CPU_STATE.transfer);
        this.accessBlock(this.functions.slowWriteBlock, bytes, held, alignment);
      },
      (host) => to(this.let(host), 0),
    );
  }

  /** Reads into `transfer` or writes from it. */
  protected accessBlock(callee: number, bytes: number, address: I64, alignment: I32): void {
    this.saveProgress();
    address.emit(this.code);
    this.code.i32Const(bytes);
    alignment.emit(this.code);
    this.code.call(callee);
    this.leaveIfNonZero();
  }
}
